/**
 * The compact form of the matrix: one text for each host, with a letter for the health of its direction to each host in turn, and a number
 * behind the letter where it is repeated: `e12me487` are twelve entries, one that is missing, 487 entries. Pure.
 */
import { codeOf, type Health, healths, wordsOf } from './health.ts'

const codeOfLetter = new Map(healths.map((health) => [wordsOf[health].letter, codeOf(health)]))
const letters = healths.map((health) => wordsOf[health].letter)

/** The text of one row. @param codes one for each host: see `codeOf` */
export function writeRow(codes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < codes.length; ) {
    const code = codes[at]
    let end = at + 1
    while (end < codes.length && codes[end] === code) {
      end += 1
    }
    text += `${letters[code ?? 0]}${end - at === 1 ? '' : end - at}`
    at = end
  }
  return text
}

/** Reads a row into `codes`. Throws RangeError where it is not one of as many hosts. */
export function readRow(text: string, codes: Uint8Array): void {
  let at = 0
  for (const [, letter = '', count = '1'] of text.matchAll(/(\D)(\d*)/g)) {
    const code = codeOfLetter.get(letter)
    const end = at + Number(count === '' ? 1 : count)
    if (code === undefined || end > codes.length) {
      throw new RangeError(`the row ${text.slice(0, 40)} is not one of ${codes.length} hosts`)
    }
    codes.fill(code, at, end)
    at = end
  }
  if (at !== codes.length) {
    throw new RangeError(`the row ${text.slice(0, 40)} is not one of ${codes.length} hosts`)
  }
}

/** A row of one health. */
export function rowOf(health: Health, count: number): string {
  return writeRow(new Uint8Array(count).fill(codeOf(health)))
}
