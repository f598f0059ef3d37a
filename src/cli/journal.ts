/** Lines for the systemd journal: with their priority in front, for people to read. Source: sd-daemon(3), systemd.exec(5). */
import { fstatSync } from 'node:fs'
import { visible } from '../agent/desired/visible.ts'

/** Of pino's levels, from the highest: syslog's priority. */
const priorities = [
  [60, 2],
  [50, 3],
  [40, 4],
  [30, 6],
] as const
const debug = 7
/** journald takes 48 KiB a line, and the rest as another one. */
const longest = 16_000

/**
 * Whether what is written to standard output goes to the journal: systemd names the stream that does, and a shell in between may have
 * sent standard output elsewhere.
 */
export function isJournal(env: Readonly<Record<string, string | undefined>>): boolean {
  const { dev, ino } = fstatSync(1)
  return env['JOURNAL_STREAM'] === `${dev}:${ino}`
}

/** A line of pino's log with its priority in front, as the journal takes it. */
export function withPriority(line: string): string {
  return `<${priorityOf(line)}>${line}`
}

/** The same in words: the message, the error, and what else there is as `key=value`. The journal knows the time. */
export function journalLine(line: string): string {
  const { level: _level, time: _time, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>
  const error = (err as { readonly message?: unknown } | undefined)?.message
  const sentence = [msg, error].filter((part) => part !== undefined).join(': ')
  const fields = Object.entries(rest).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const text = visible(`${sentence}${fields.join('')}`)
  return `<${priorityOf(line)}>${text.length > longest ? `${text.slice(0, longest)}…` : text}\n`
}

function priorityOf(line: string): number {
  const { level } = JSON.parse(line) as { readonly level: number }
  return priorities.find(([least]) => level >= least)?.[1] ?? debug
}
