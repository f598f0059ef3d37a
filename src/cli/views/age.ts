/** How long ago something was, or how soon it will be, as briefly as a table wants it. */
const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const

/** `45s`, `3m`, `5h`, `12d`: whole units, rounded down. A time to come, as after a clock was set back, is `0s`. */
export function age(since: string, now: Date): string {
  return brief(Math.floor((now.getTime() - Date.parse(since)) / 1000))
}

/** How long until then, in the same form; the last second counts as one. */
export function until(moment: string, now: Date): string {
  return brief(Math.ceil((Date.parse(moment) - now.getTime()) / 1000))
}

function brief(span: number): string {
  const seconds = Math.max(0, span)
  const [unit, length] = units.find(([, candidate]) => seconds >= candidate) ?? ['s', 1]
  return `${Math.floor(seconds / length)}${unit}`
}
