/** Offsets into the text of a file. */
export interface Span {
  readonly start: number
  readonly end: number
}
