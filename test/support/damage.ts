/** What can become of a file: cut off, overwritten, of another kind, too large. The same for the same seed. */
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { randomFrom } from './random.ts'

/** One damaged version. */
export interface Damage {
  readonly what: string
  /** Puts it in the place of the file. */
  readonly inflict: (path: string) => void
}

/** Damaged versions of a file with that content. */
export function damagesOf(content: Buffer, seed: number): Damage[] {
  const random = randomFrom(seed)
  const written = (what: string, bytes: Buffer | string): Damage => ({
    what,
    inflict: (path) => writeFileSync(path, bytes),
  })
  const cuts = [0, 1, content.length - 1, ...Array.from({ length: 8 }, () => random(content.length))]
  const flips = Array.from({ length: 24 }, () => ({ at: random(content.length), bit: random(8) }))
  const swaps = Array.from({ length: 8 }, () => ({ from: random(content.length), to: random(content.length) }))
  const deep = 100_000
  return [
    ...cuts.map((length) => written(`cut off after ${length} bytes`, content.subarray(0, length))),
    ...flips.map(({ at, bit }) => written(`bit ${bit} of byte ${at} flipped`, flipped(content, at, bit))),
    ...swaps.map(({ from, to }) => written(`a piece from ${from} at ${to}`, moved(content, from, to))),
    written('written twice', Buffer.concat([content, content])),
    written('with something behind it', Buffer.concat([content, Buffer.from('x')])),
    written('in UTF-16', Buffer.from(content.toString(), 'utf16le')),
    written('of as many zero bytes', Buffer.alloc(content.length)),
    written('with a page of zero bytes', Buffer.concat([content.subarray(0, content.length / 2), Buffer.alloc(4096)])),
    written('of random bytes', Buffer.from(Array.from({ length: 5000 }, () => random(256)))),
    written('of one blank', ' '),
    written('of line breaks', '\n'.repeat(1000)),
    ...[
      'null',
      '[]',
      '{}',
      '3',
      '"text"',
      'true',
      '{"version":99}',
      '{"version":null}',
      '{"__proto__":{}}',
      '[end] 0',
    ].map((text) => written(`that says ${text}`, text)),
    ...wrongTypes(content).map(({ what, text }) => written(what, text)),
    written('of deep arrays', '['.repeat(deep) + ']'.repeat(deep)),
    written('of deep objects', `${'{"links":'.repeat(deep)}1${'}'.repeat(deep)}`),
    written('of deep arrays without an end', '['.repeat(deep)),
    written('of 200,000 keys', `{${Array.from({ length: 200_000 }, (_, index) => `"k${index}":1`).join(',')}}`),
    written('of one line of 20 MB', 'x'.repeat(20_000_000)),
    {
      what: 'of 10 GB',
      inflict: (path) => {
        writeFileSync(path, content)
        truncateSync(path, 10 * 2 ** 30)
      },
    },
    { what: 'a directory', inflict: inPlaceOf((path) => mkdirSync(path)) },
    { what: 'a link to another file', inflict: inPlaceOf((path) => symlinkSync('/etc/hostname', path)) },
    { what: 'a link to nowhere', inflict: inPlaceOf((path) => symlinkSync('/nowhere', path)) },
    { what: 'a link to a device', inflict: inPlaceOf((path) => symlinkSync('/dev/zero', path)) },
    { what: 'missing', inflict: inPlaceOf(() => {}) },
  ]
}

function inPlaceOf(put: (path: string) => void): Damage['inflict'] {
  return (path) => {
    rmSync(path)
    put(path)
  }
}

function flipped(content: Buffer, at: number, bit: number): Buffer {
  const bytes = Buffer.from(content)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  return bytes
}

function moved(content: Buffer, from: number, to: number): Buffer {
  const bytes = Buffer.from(content)
  content.copy(bytes, to, from, from + 16)
  return bytes
}

/** Each value of the outermost object in turn as something else; nothing for a file that is no JSON. */
function wrongTypes(content: Buffer): { readonly what: string; readonly text: string }[] {
  let whole: Record<string, unknown>
  try {
    whole = JSON.parse(content.toString())
  } catch {
    return []
  }
  return Object.keys(whole).flatMap((key) =>
    [null, -1, 'text', [], { '': {} }].map((value) => ({
      what: `whose ${key} is ${JSON.stringify(value)}`,
      text: `${JSON.stringify({ ...whole, [key]: value })}\n`,
    })),
  )
}
