/** Options: declared as data, read from the command line first and then from the environment. */
import { defaultFileMb, largestFileMb } from '../agent/desired/limits.ts'
import { type ReplacePolicy, replacePolicies } from '../agent/facts/replace-policy.ts'
import { UsageError } from './usage-error.ts'

/** What a shell offers for a value or an operand: words, or what this machine has of a kind. */
export type Suggestion = readonly string[] | 'file' | 'directory' | 'link'

/** An option with a value. */
export interface ValueOption<T> {
  /** As typed, without the dashes. */
  readonly name: string
  /** What stands for the value in the help: `PATH`. */
  readonly placeholder: string
  readonly description: string
  /** The environment variable that gives the value when the command line does not. */
  readonly variable?: string
  readonly fallback: T
  readonly suggestion?: Suggestion
  /** Whether several words may be given, with commas between them. */
  readonly isList?: true
  /** @param source what to call the option in an error: `--socket` or `VXAGENT_SOCKET`. Throws UsageError. */
  readonly read: (text: string, source: string) => T
}

/** An option without a value. */
export interface Flag {
  readonly name: string
  readonly description: string
}

export type Option = ValueOption<unknown> | Flag

/** Whether the option takes a value. */
export function takesValue(option: Option): option is ValueOption<unknown> {
  return 'read' in option
}

/** Any text but none. */
export function readText(text: string, source: string): string {
  if (text === '') {
    throw new UsageError(`${source} must not be empty`)
  }
  return text
}

/** One of the words. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string, source: string) => Word {
  return (text, source) => {
    const word = words.find((candidate) => candidate === text)
    if (word === undefined) {
      throw new UsageError(`${source} must be one of ${words.join(', ')}, not ${JSON.stringify(text)}`)
    }
    return word
  }
}

/** How an option is read that takes one of the words, and what a shell offers for it: they cannot differ. */
export function choice<Word extends string>(
  words: readonly Word[],
): { readonly read: (text: string, source: string) => Word; readonly suggestion: readonly Word[] } {
  return { read: oneOf(words), suggestion: words }
}

/** A whole number of at least `least` and at most `most`. */
export function wholeNumber(least: number, most: number): (text: string, source: string) => number {
  return (text, source) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= least && number <= most)) {
      throw new UsageError(`${source} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`)
    }
    return number
  }
}

/** A whole number, or a word for there being none, which is undefined. */
export function numberOr(
  word: string,
  least: number,
  most: number,
): (text: string, source: string) => number | undefined {
  return (text, source) => {
    if (text === word) {
      return undefined
    }
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= least && number <= most)) {
      throw new UsageError(
        `${source} must be ${word}, or a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`,
      )
    }
    return number
  }
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Where the desired state is declared. */
export const desired: ValueOption<string> = {
  name: 'desired',
  placeholder: 'PATH',
  description: 'directory of desired-state files, or one file',
  variable: 'VXAGENT_DESIRED',
  fallback: '/etc/vxagent/desired.d',
  suggestion: 'file',
  read: readText,
}

/** Where the agent keeps what it must not forget. */
export const stateDir: ValueOption<string> = {
  name: 'state-dir',
  placeholder: 'DIR',
  description: 'where vxagent keeps its record of what it made',
  variable: 'VXAGENT_STATE_DIR',
  fallback: '/var/lib/vxagent',
  suggestion: 'directory',
  read: readText,
}

/** Where the daemon is asked. */
export const socket: ValueOption<string> = {
  name: 'socket',
  placeholder: 'PATH',
  description: 'Unix socket of the daemon',
  variable: 'VXAGENT_SOCKET',
  fallback: '/run/vxagent/vxagent.sock',
  suggestion: 'file',
  read: readText,
}

/** Where the fleet process is asked. */
export const fleetSocket: ValueOption<string> = {
  name: 'fleet-socket',
  placeholder: 'PATH',
  description: 'Unix socket of the fleet process',
  variable: 'VXAGENT_FLEET_SOCKET',
  fallback: '/run/vxagent-fleet/fleet.sock',
  suggestion: 'file',
  read: readText,
}

/** What is logged; undefined for the command's own default: `info` for the daemon, `error` for the rest. */
export const logLevel: ValueOption<LogLevel | undefined> = {
  name: 'log-level',
  placeholder: 'LEVEL',
  description: `what is logged: ${logLevels.slice(0, -1).join(', ')} or silent; by default info for the daemon, error for the rest`,
  variable: 'VXAGENT_LOG_LEVEL',
  fallback: undefined,
  ...choice(logLevels),
}

/** Understood everywhere, without a command too. */
export const helpFlag: Flag = { name: 'help', description: 'show this help' }
export const versionFlag: Flag = { name: 'version', description: 'show the version' }

/** The files, even where another state stands in their place. */
export const files: Flag = {
  name: 'files',
  description:
    'what the files say, even if another state is in force in their place: one that was rolled back to or confirmed',
}

/** Output for scripts. */
export const json: Flag = { name: 'json', description: 'print JSON' }

/** How large a file may be; what else is read of it grows with it (src/agent/desired/limits.ts). */
export const maxFileSize: ValueOption<number> = {
  name: 'max-file-size',
  placeholder: 'MIB',
  description: `the largest file that is read, 1 to ${largestFileMb} MiB`,
  variable: 'VXAGENT_MAX_FILE_SIZE',
  fallback: defaultFileMb,
  read: wholeNumber(1, largestFileMb),
}

/** Understood by every command, before its name or after it, so that one wrapper serves all; most commands need few of them. */
export const commonOptions: readonly Option[] = [desired, stateDir, socket, logLevel, json, maxFileSize]

/** Whether links may be replaced. */
export const replace: ValueOption<ReplacePolicy> = {
  name: 'replace',
  placeholder: replacePolicies.join('|'),
  description:
    'whether links for which no file says so may be replaced for a change that the kernel cannot make; lossless: if nothing is lost that others put on them',
  variable: 'VXAGENT_REPLACE',
  fallback: 'always',
  ...choice(replacePolicies),
}

/** How often everything is looked at, whether or not there was an event. */
export const resyncInterval: ValueOption<number> = {
  name: 'resync-interval',
  placeholder: 'SECONDS',
  description: 'look at everything this often, in case an event went unnoticed',
  variable: 'VXAGENT_RESYNC_INTERVAL',
  fallback: 60,
  // A timer of Node takes 2³¹-1 ms at most.
  read: wholeNumber(1, 2_147_483),
}
