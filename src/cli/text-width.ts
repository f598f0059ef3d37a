/** How many columns of a terminal a text takes. */
import stringWidth from 'string-width'

/** Texts outside ASCII that were measured, with their width. string-width takes some 30 µs for one, and the rows of a table repeat names. */
const known = new Map<string, number>()
const mostKnown = 1000

/** Two columns for an East Asian wide character and for an emoji, of however many code points; none for what is not visible. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) {
    return text.length
  }
  const before = known.get(text)
  if (before !== undefined) {
    return before
  }
  const width = stringWidth(text)
  if (known.size >= mostKnown) {
    known.clear()
  }
  known.set(text, width)
  return width
}

const segmenter = new Intl.Segmenter()

/** What a reader takes for one character: the parts between which a text may be broken. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}
