/** A value of the wrong type → what it would have to look like, when that is plain to see. */
import type { Path } from './finding.ts'
import { fleetWord } from './schema/fleet.ts'
import { isAcceptedAt } from './schema-at.ts'
import { nearest } from './suggest.ts'

const truths: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...['yes', 'on', 'true', 'enable', 'enabled', 'up', '1', 1].map((word) => [word, true] as const),
  ...['no', 'off', 'false', 'disable', 'disabled', 'down', '0', 0].map((word) => [word, false] as const),
])

/** Every word that some key takes. */
const words = [
  ...['unset', 'set', 'inherit', 'auto', 'fixed', '802.1Q', '802.1ad', 'eui64', 'none', 'stable_secret', 'random'],
  fleetWord,
  ...['global', 'site', 'link', 'host', 'forever', 'permanent', 'static', 'dynamic'],
]

/** Longer texts are not taken apart; a hostile file may hold one of megabytes. */
const longestText = 1000

/** What to write instead of `input` at `path`; undefined when nothing suggests itself. Only what is accepted there is suggested. */
export function repairValue(path: Path, input: unknown): string | undefined {
  const key = path.at(-1)
  if (key === undefined || path.length < (path[0] === 'fleet' ? 2 : 3)) {
    return undefined
  }
  const accepts = (value: unknown): boolean => isAcceptedAt(path, value)
  // An entry of a list has no name to be written before it.
  const stated = (value: string): string => (typeof key === 'number' ? value : `${key}: ${value}`)
  const truth = truths.get(typeof input === 'string' ? input.toLowerCase() : input)
  if (truth !== undefined && accepts(truth)) {
    return stated(`${truth}`)
  }
  if (typeof input === 'string' && input.length > longestText) {
    return undefined
  }
  if (typeof input === 'string') {
    return repairText(input, accepts, stated)
  }
  if (typeof input === 'number' && accepts(String(input))) {
    return `put it in quotes: ${stated(`"${input}"`)}`
  }
  // `port` is the UDP port to many.
  if (path.length === 3 && key === 'port' && isAcceptedAt([...path.slice(0, 2), 'dstport'], input)) {
    return `dstport: ${input}`
  }
  return accepts([input]) && isPlain(input) ? stated(`[${input}]`) : undefined
}

function repairText(
  input: string,
  accepts: (value: unknown) => boolean,
  stated: (value: string) => string,
): string | undefined {
  if (input.trim() !== '' && accepts(Number(input))) {
    return `drop the quotes: ${stated(`${Number(input)}`)}`
  }
  if (accepts([input])) {
    return stated(`[${input}]`)
  }
  const parts = input.split(/[\s,]+/).filter((part) => part !== '')
  if (parts.length > 1 && accepts(parts)) {
    return stated(`[${parts.join(', ')}]`)
  }
  const numbers = input.split(/[\s,:-]+/).map(Number)
  if (numbers.length > 1 && accepts(numbers)) {
    return stated(`[${numbers.join(', ')}]`)
  }
  const word = nearest(input.toLowerCase(), words.filter(accepts))
  return word === undefined ? undefined : stated(word)
}

function isPlain(input: unknown): boolean {
  return typeof input === 'number' || typeof input === 'string'
}
