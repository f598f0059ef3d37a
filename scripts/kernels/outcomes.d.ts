export interface OutcomeLine {
  readonly boot?: string
  readonly kept?: string
  readonly about?: string
  readonly tools?: string
  readonly sources?: Readonly<Record<string, string>>
  readonly file?: string
  readonly name?: string
  readonly state?: string
  readonly reason?: string
  readonly done?: string
  readonly part?: boolean
  readonly start?: unknown
  readonly end?: unknown
  readonly finished?: boolean
}
export declare function digests(files: readonly string[]): Record<string, string>
export declare function linesOf(text: string): OutcomeLine[]
export declare function kept(
  lines: readonly OutcomeLine[],
  current: Readonly<Record<string, string>>,
  again: ReadonlySet<string>,
): OutcomeLine[]
export declare function doneIn(lines: readonly OutcomeLine[]): Set<string>
