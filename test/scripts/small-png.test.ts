/** Screenshots with a palette show what they showed before. */
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, smallPng } from '../../scripts/small-png.js'

/** A PNG as browsers write it, its rows filtered as stated; the values of checksums are nothing to this test. */
function png(width: number, pixels: readonly (readonly [number, number, number])[], filter: number): Buffer {
  const bytes = pixels.map((pixel) => [...pixel, 255])
  const at = (row: number, column: number, channel: number): number =>
    row < 0 || column < 0 ? 0 : (bytes[row * width + column]?.[channel] ?? 0)
  const rows = Array.from({ length: pixels.length / width }, (_, row) => [
    filter,
    ...Array.from({ length: width * 4 }, (_, index) => {
      const [column, channel] = [index >> 2, index & 3]
      const [left, above] = [at(row, column - 1, channel), at(row - 1, column, channel)]
      const guess = [0, left, above, (left + above) >> 1][filter] ?? 0
      return (at(row, column, channel) - guess) & 255
    }),
  ])
  const chunk = (kind: string, body: Uint8Array): Buffer => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    return Buffer.concat([length, Buffer.from(kind), body, Buffer.alloc(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(rows.length, 4)
  header.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.alloc(8),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function coloursOf(small: Buffer): number[] {
  const begin = small.indexOf('PLTE') + 4
  return [...decode(small).pixels].map((entry) => small.readUIntBE(begin + 3 * entry, 3))
}

test('a picture of few colours keeps each of them, whatever the filter of its rows', () => {
  const colour = fc.constantFrom(
    [0, 0, 0],
    [255, 255, 255],
    [179, 38, 30],
    [26, 127, 55],
    [0, 114, 178],
  ) as fc.Arbitrary<[number, number, number]>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(colour, { minLength: 8, maxLength: 64 }),
      fc.nat(3),
      (width, all, filter) => {
        const pixels = all.slice(0, all.length - (all.length % width))
        expect(coloursOf(smallPng(png(width, pixels, filter)))).toEqual(
          pixels.map(([r, g, b]) => (r << 16) | (g << 8) | b),
        )
      },
    ),
  )
})

test('of many colours 64 are left, the others are near, and a rare one of a tone of its own is kept', () => {
  const grey = Array.from({ length: 199 }, (_, at): [number, number, number] => [at, at, at])
  const pixels: [number, number, number][] = [...grey, [179, 38, 30]]
  const seen = coloursOf(smallPng(png(200, pixels, 0)))
  expect(new Set(seen).size).toBe(64)
  expect(seen.at(-1)).toBe(0xb3261e)
  for (const [at, colour] of seen.slice(0, -1).entries()) {
    expect(Math.abs((colour & 255) - at)).toBeLessThanOrEqual(3)
  }
})

test('what it cannot read it says', () => {
  const interlaced = png(1, [[0, 0, 0]], 0)
  interlaced.writeUInt8(1, 8 + 8 + 12)
  expect(() => smallPng(interlaced)).toThrow('cannot read a PNG')
})
