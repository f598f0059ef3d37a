/** PNG files with a palette: pictures of a screen have few colours, and are a third as large with them in a table. */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const mostColours = 64

/** @typedef {{ width: number, height: number, channels: number, pixels: Buffer }} Picture */

/**
 * The picture in 64 colours at most, rare ones of a tone of their own among them; every other one is drawn as the nearest of these. Source
 * of the format: PNG (Third Edition).
 * @param {Buffer} png of 8 bits a channel, RGB or RGBA, as browsers write it; what is transparent is drawn as if it were not
 */
export function smallPng(png) {
  const picture = decode(png)
  const { width, height } = picture
  const colours = coloursOf(picture)
  /** @type {Map<number, number>} */
  const counts = new Map()
  for (const colour of colours) {
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const { palette, index } = paletteOf(counts)
  const rows = Buffer.alloc(height * (width + 1))
  for (const [at, colour] of colours.entries()) {
    // The first byte of a row is its filter: none.
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = index.get(colour) ?? 0
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/**
 * @param {Picture} picture
 * @returns {Uint32Array} 0xRRGGBB, pixel by pixel
 */
function coloursOf({ width, height, channels, pixels }) {
  const colours = new Uint32Array(width * height)
  for (let at = 0; at < colours.length; at += 1) {
    colours[at] = pixels.readUIntBE(at * channels, 3)
  }
  return colours
}

/**
 * One colour after the other, each time the one that is drawn most wrongly so far: by how far it is from the nearest, and how often it is there.
 * @param {ReadonlyMap<number, number>} counts
 * @returns {{ palette: readonly number[], index: ReadonlyMap<number, number> }} the index has the entry for each colour
 */
function paletteOf(counts) {
  const left = Array.from(counts, ([colour, count]) => ({
    colour,
    count,
    distance: Number.POSITIVE_INFINITY,
    entry: 0,
  }))
  /** @type {number[]} */
  const palette = []
  while (palette.length < mostColours) {
    const worst = left.reduce((a, b) => (b.distance * b.count > a.distance * a.count ? b : a))
    if (worst.distance === 0) {
      break
    }
    for (const each of left) {
      const distance = distanceOf(each.colour, worst.colour)
      if (distance < each.distance) {
        each.distance = distance
        each.entry = palette.length
      }
    }
    palette.push(worst.colour)
  }
  return { palette, index: new Map(left.map(({ colour, entry }) => [colour, entry])) }
}

/**
 * @param {number} a
 * @param {number} b
 */
function distanceOf(a, b) {
  return ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2
}

/**
 * @param {Buffer} png
 * @returns {Picture}
 */
export function decode(png) {
  let [width, height, channels] = [0, 0, 3]
  /** @type {Buffer[]} */
  const data = []
  for (let at = signature.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at))
    const kind = png.toString('latin1', at + 4, at + 8)
    if (kind === 'IHDR') {
      width = body.readUInt32BE(0)
      height = body.readUInt32BE(4)
      channels = { 2: 3, 3: 1, 6: 4 }[body.readUInt8(9)] ?? 0
      if (body.readUInt8(8) !== 8 || channels === 0 || body.readUInt8(12) !== 0) {
        throw new Error('cannot read a PNG: it is not of 8 bits a channel, RGB or RGBA, or it is interlaced')
      }
    } else if (kind === 'IDAT') {
      data.push(body)
    }
  }
  return { width, height, channels, pixels: unfilter(inflateSync(Buffer.concat(data)), width * channels, channels) }
}

/**
 * @param {Buffer} rows each after a byte that tells its filter
 * @param {number} length of a row, in bytes
 * @param {number} step bytes of a pixel
 */
function unfilter(rows, length, step) {
  const count = rows.length / (length + 1)
  const pixels = Buffer.alloc(count * length)
  for (let row = 0; row < count; row += 1) {
    const filter = rows[row * (length + 1)]
    for (let at = 0; at < length; at += 1) {
      const here = row * length + at
      const left = at < step ? 0 : (pixels[here - step] ?? 0)
      const above = row === 0 ? 0 : (pixels[here - length] ?? 0)
      const corner = at < step || row === 0 ? 0 : (pixels[here - length - step] ?? 0)
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter ?? 0] ?? 0
      pixels[here] = (rows[row * (length + 1) + 1 + at] ?? 0) + guess
    }
  }
  return pixels
}

/**
 * @param {number} left
 * @param {number} above
 * @param {number} corner
 */
function paeth(left, above, corner) {
  const guess = left + above - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? above : corner
}

/**
 * @param {string} kind
 * @param {Buffer} body
 */
function chunk(kind, body) {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(body.length, 0)
  ends.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)])
}
