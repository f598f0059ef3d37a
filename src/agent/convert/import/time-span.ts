/** Time spans as systemd and netplan write them. Source: systemd.time(7), parse_sec() in systemd's time-util.c. */

const secondsOf: ReadonlyMap<string, number> = new Map([
  ...['usec', 'us', 'µs', 'μs'].map((unit) => [unit, 1e-6] as const),
  ...['msec', 'ms'].map((unit) => [unit, 1e-3] as const),
  ...['seconds', 'second', 'sec', 's', ''].map((unit) => [unit, 1] as const),
  ...['minutes', 'minute', 'min', 'm'].map((unit) => [unit, 60] as const),
  ...['hours', 'hour', 'hr', 'h'].map((unit) => [unit, 3600] as const),
  ...['days', 'day', 'd'].map((unit) => [unit, 86_400] as const),
  ...['weeks', 'week', 'w'].map((unit) => [unit, 604_800] as const),
  ...['months', 'month', 'M'].map((unit) => [unit, 2_629_800] as const),
  ...['years', 'year', 'y'].map((unit) => [unit, 31_557_600] as const),
])

/** Seconds, of `300`, `5min`, `1h 30min`, `1.5s`. What is no time span stays text. */
export function readSeconds(text: string): number | string {
  const part = /\s*(\d{1,12}(?:\.\d{1,9})?)\s*([a-zA-Zµμ]*)/y
  let seconds = 0
  for (let offset = 0; offset < text.trimEnd().length || offset === 0; offset = part.lastIndex) {
    part.lastIndex = offset
    const [, amount, unit = ''] = part.exec(text) ?? []
    const factor = secondsOf.get(unit)
    if (amount === undefined || factor === undefined) {
      return text
    }
    seconds += Number(amount) * factor
  }
  return seconds
}
