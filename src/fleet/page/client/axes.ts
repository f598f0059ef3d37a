/** Which hosts have a row in the matrix, and which a column. Pure. */
import { type Grid, isCodeWell } from './grid.ts'

/** Places of hosts, in their order. */
export interface Axes {
  readonly rows: Uint16Array
  readonly columns: Uint16Array
}

/** What is asked for. */
export interface AxesFilter {
  /** Whether a host, by its place, has been searched for. */
  readonly matches: (place: number) => boolean
  /** Only what is not as it should be. */
  readonly onlyAmiss: boolean
}

/**
 * Hosts that are searched for have rows; all have columns. Of what is not as it should be: the rows with such a direction, and the columns that
 * meet one of these rows there.
 */
export function axesOf(grid: Grid, { matches, onlyAmiss }: AxesFilter): Axes {
  const all = Uint16Array.from(grid.names.keys())
  const searched = all.filter(matches)
  if (!onlyAmiss) {
    return { rows: searched, columns: all }
  }
  const isAmiss = (from: number, to: number): boolean => isCodeWell[grid.codeAt(from, to)] === false
  const rows = searched.filter((from) => all.some((to) => isAmiss(from, to)))
  return { rows, columns: all.filter((to) => rows.some((from) => isAmiss(from, to))) }
}

/** Whether a host has been searched for: each word is in its name or one of its addresses. */
export function isFound(
  { node, addresses }: { readonly node: string; readonly addresses: readonly string[] },
  find: string,
): boolean {
  const text = `${node} ${addresses.join(' ')}`.toLowerCase()
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** The next direction that is not as it should be, line by line from a cell on, as row and column; undefined: there is none. */
export function nextAmiss(
  grid: Grid,
  { rows, columns }: Axes,
  from: { readonly row: number; readonly column: number },
  step: 1 | -1,
): { readonly row: number; readonly column: number } | undefined {
  const count = rows.length * columns.length
  const start = from.row * columns.length + from.column
  for (let past = 1; past <= count; past += 1) {
    const at = (((start + step * past) % count) + count) % count
    const [row, column] = [Math.floor(at / columns.length), at % columns.length]
    if (isCodeWell[grid.codeAt(rows[row] ?? 0, columns[column] ?? 0)] === false) {
      return { row, column }
    }
  }
  return undefined
}
