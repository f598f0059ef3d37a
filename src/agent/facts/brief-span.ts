/** Spans of time, as briefly as a table wants them. */
const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const

/** `45s`, `3m`, `5h`, `12d`: whole units, rounded down; `0s` for less than none. */
export function briefSpan(span: number): string {
  const seconds = Math.max(0, span)
  const [unit, length] = units.find(([, candidate]) => seconds >= candidate) ?? ['s', 1]
  return `${Math.floor(seconds / length)}${unit}`
}
