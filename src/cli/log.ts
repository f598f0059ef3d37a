/** The log: for people on a terminal and in the journal, JSON elsewhere. */
import type { DestinationStream, Logger } from 'pino'
import { paintFor } from './colour.ts'
import type { Input } from './input.ts'
import { journalLine, withPriority } from './journal.ts'
import { type LogLevel, logLevel } from './options.ts'
import type { Io, Output } from './output.ts'

export interface LogOptions {
  readonly level: LogLevel
  /** JSON on a terminal and in the journal too. */
  readonly isJson: boolean
  /** Whether the journal takes the output. */
  readonly isJournal?: boolean
  readonly hasColours: boolean
}

/** A log that writes to `output`. Whether it can be written is the stream's own affair: a log that nobody reads stops no daemon. */
export async function openLog(
  output: Output,
  { level, isJson, hasColours, isJournal = false }: LogOptions,
): Promise<Logger> {
  const { default: pino } = await import('pino')
  const destination: DestinationStream = { write: (line) => void output.write(line) }
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  if (isJournal) {
    const form = isJson ? withPriority : journalLine
    return pino(options, { write: (line) => destination.write(form(line)) })
  }
  if (isJson || !output.isTTY) {
    return pino(options, destination)
  }
  const { default: pinoPretty } = await import('pino-pretty')
  // The formatter alone: as a stream pino-pretty would open the terminal once more, and lines could overtake each other.
  const pretty = pinoPretty.prettyFactory({ colorize: hasColours, translateTime: false, singleLine: true })
  return pino(options, { write: (line) => destination.write(pretty(line)) })
}

/** The log of a command that ends: to standard error, and only what its own output does not say in better words. */
export function logOfCommand(input: Input, { stderr, env }: Io): Promise<Logger> {
  const hasColours = paintFor(stderr, env).hasColours
  return openLog(stderr, { level: input.value(logLevel) ?? 'error', isJson: false, hasColours })
}
