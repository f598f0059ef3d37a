/** Golden vectors: bytes of real tools and kernels, under test/golden. */
import { readFileSync } from 'node:fs'

/** The bytes of `test/golden/NAME.hex`; `#` lines say where they come from. */
export function golden(name: string): Buffer {
  const text = readFileSync(new URL(`../golden/${name}.hex`, import.meta.url), 'utf8')
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  return Buffer.from(lines.join('').replaceAll(' ', ''), 'hex')
}
