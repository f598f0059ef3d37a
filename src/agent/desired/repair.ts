/** A value of the wrong type → what it would have to look like, when that is plain to see. */
import type { Path } from './finding.ts'
import { type VxlanKey, vxlanKeys } from './schema.ts'
import { nearest } from './suggest.ts'

const truths: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...['yes', 'on', 'true', 'enable', 'enabled', 'up', '1', 1].map((word) => [word, true] as const),
  ...['no', 'off', 'false', 'disable', 'disabled', 'down', '0', 0].map((word) => [word, false] as const),
])

/** What to write instead of `input` at `path`; undefined when nothing suggests itself. Only what the key accepts is suggested. */
export function repairValue(path: Path, input: unknown): string | undefined {
  const key = path[2]
  if (path.length !== 3 || typeof key !== 'string' || !Object.hasOwn(vxlanKeys, key)) {
    return undefined
  }
  const accepts = (value: unknown): boolean => vxlanKeys[key as VxlanKey].safeParse(value).success
  const truth = truths.get(typeof input === 'string' ? input.toLowerCase() : input)
  if (truth !== undefined && accepts(truth)) {
    return `${key}: ${truth}`
  }
  if (typeof input === 'string') {
    return repairText(key, input, accepts)
  }
  if (typeof input === 'number' && accepts(String(input))) {
    return `put it in quotes: ${key}: "${input}"`
  }
  return undefined
}

function repairText(key: string, input: string, accepts: (value: unknown) => boolean): string | undefined {
  if (input.trim() !== '' && accepts(Number(input))) {
    return `drop the quotes: ${key}: ${Number(input)}`
  }
  if (accepts([input])) {
    return `${key}: [${input}]`
  }
  const ports = input.split(/[\s,:-]+/).map(Number)
  if (ports.length === 2 && accepts(ports)) {
    return `${key}: [${ports.join(', ')}]`
  }
  const word = nearest(input.toLowerCase(), ['unset', 'set', 'inherit', 'auto'].filter(accepts))
  return word === undefined ? undefined : `${key}: ${word}`
}
