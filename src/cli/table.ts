/**
 * Tables without borders. Cells are made by hand rather than by cli-table3, whose time grows with the square of the rows: 13 s for
 * 10,000 rows, where a host may have 100,000 forwarding entries.
 */
import type { Style } from './colour.ts'
import { graphemes, textWidth } from './text-width.ts'

export interface Column {
  readonly header: string
  readonly align?: 'right'
  /** Left out of the table when no row has a value here. */
  readonly isOptional?: boolean
  /** Wrapped when the table does not fit the terminal. */
  readonly isFlexible?: boolean
}

/** Text, or text with a style; undefined where there is no value. */
export type Cell = string | { readonly text: string; readonly style: Style } | undefined

/** How tables are laid out. */
export interface Layout {
  /** Columns of the terminal; undefined: as wide as it gets, nothing is wrapped. */
  readonly width: number | undefined
  readonly headerStyle: Style
}

const gap = 2
/** Narrower than this a flexible column is of no use. */
const narrowest = 16
/** An IPv6 address with its prefix length. */
const longestAddress = 43
/** Keeps columns countable where there is no value. */
const nothing = '-'

/** The lines of a table, header first, one or more a row; each ends in a newline. */
export function* tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, headerStyle }: Layout,
): Generator<string> {
  const shown = columns.flatMap((column, index) => {
    const isEmpty = rows.every((row) => row[index] === undefined)
    return column.isOptional && isEmpty ? [] : [{ ...column, index }]
  })
  const widest = (measure: (text: string) => number): number[] =>
    shown.map(({ header, index }) =>
      rows.reduce((most, row) => Math.max(most, measure(textOf(row[index]))), header.length),
    )
  const widths = columnWidths(shown, { natural: widest(textWidth), least: widest(longestWord), width })
  const line = (cells: readonly Cell[]): string => rowLines(cells, shown, widths)
  yield line(shown.map(({ header }) => ({ text: header, style: headerStyle })))
  for (const row of rows) {
    yield line(shown.map(({ index }) => row[index]))
  }
}

function textOf(cell: Cell): string {
  return cell === undefined ? nothing : typeof cell === 'string' ? cell : cell.text
}

/** Takes from the widest flexible column until the table fits, or no column can give any more. */
function columnWidths(
  columns: readonly Column[],
  { natural, least, width }: { natural: readonly number[]; least: readonly number[]; width: number | undefined },
): number[] {
  const widths = [...natural]
  if (width === undefined) {
    return widths
  }
  const at = (list: readonly number[], index: number): number => list[index] as number
  let excess = widths.reduce((sum, next) => sum + next + gap, -gap) - width
  while (excess > 0) {
    const givers = columns.flatMap(({ isFlexible }, index) =>
      isFlexible && at(widths, index) > Math.max(narrowest, at(least, index)) ? [index] : [],
    )
    const [giver] = givers.sort((left, right) => at(widths, right) - at(widths, left))
    if (giver === undefined) {
      break
    }
    widths[giver] = at(widths, giver) - 1
    excess -= 1
  }
  return widths
}

/** An address that is broken in two can no longer be copied; what is longer than any address is no such word. */
function longestWord(text: string): number {
  const longest = Math.max(...text.split(' ').map(textWidth))
  return Math.min(longest, longestAddress)
}

/** One row: as many lines as its tallest cell. */
function rowLines(cells: readonly Cell[], columns: readonly Column[], widths: readonly number[]): string {
  const wrapped = cells.map((cell, index) => wrap(textOf(cell), widths[index] as number))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  let text = ''
  for (let level = 0; level < height; level += 1) {
    const parts = cells.map((cell, index) => {
      const piece = wrapped[index]?.[level] ?? ''
      const padding = ' '.repeat(Math.max(0, (widths[index] as number) - textWidth(piece)))
      const styled = typeof cell === 'object' && piece !== '' ? cell.style(piece) : piece
      return columns[index]?.align === 'right' ? padding + styled : styled + padding
    })
    text += `${parts.join(' '.repeat(gap)).trimEnd()}\n`
  }
  return text
}

/** The text in lines of at most `width`, broken between words where that is possible. */
function wrap(text: string, width: number): string[] {
  if (textWidth(text) <= width) {
    return [text]
  }
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (textWidth(longer) <= width) {
      line = longer
      continue
    }
    if (line !== '') {
      lines.push(line)
    }
    line = ''
    let taken = 0
    for (const grapheme of graphemes(word)) {
      const more = textWidth(grapheme)
      if (taken + more > width) {
        lines.push(line)
        line = ''
        taken = 0
      }
      line += grapheme
      taken += more
    }
  }
  return [...lines, line]
}
