/** Zod's issues → findings in whole sentences, each at the very value that is wrong. */
import type * as z from 'zod'
import { errorAt, type Finding, type Path } from './finding.ts'
import { interfaceNameFault } from './interface-name.ts'
import { type IssueCode, shortened } from './issue.ts'
import { repairValue } from './repair.ts'
import { exampleAt, isAcceptedAt, keysAt } from './schema-at.ts'
import { foreignKey, suggestKey } from './suggest.ts'

/** What is wrong with a value: the first findings, and how many more there are. */
export interface Explained {
  readonly findings: readonly Finding[]
  readonly omitted: number
}

/**
 * What is wrong with a value. `base` is the path of the value itself. No more than about `most` are explained: to find out what was
 * meant takes longer than to see that something is wrong.
 */
export function explainIssues(issues: readonly z.core.$ZodIssue[], base: Path, most: number): Explained {
  const first: z.core.$ZodIssue[] = []
  let [room, omitted] = [most, 0]
  for (const issue of resolved(issues, base)) {
    if (issue.code === 'unrecognized_keys') {
      const keys = issue.keys.slice(0, room)
      first.push({ ...issue, keys })
      omitted += issue.keys.length - keys.length
      room -= keys.length
    } else if (room > 0) {
      first.push(issue)
      room -= 1
    } else {
      omitted += 1
    }
  }
  return { findings: explainAll(first), omitted }
}

/** The issues with whole paths, and in the place of a union's those of what it was meant to be. One that explainKeyName has is left out. */
function* resolved(issues: readonly z.core.$ZodIssue[], base: Path): Generator<z.core.$ZodIssue> {
  for (const issue of issues) {
    const path = [...base, ...(issue.path as Path)]
    const branch = issue.code === 'invalid_union' ? branchMeant(issue) : undefined
    if (branch !== undefined) {
      yield* resolved(branch, path)
    } else if (issue.code !== 'invalid_key') {
      yield { ...issue, path }
    }
  }
}

function explainAll(issues: readonly z.core.$ZodIssue[]): Finding[] {
  const findings = issues.flatMap(explainIssue)
  // A required key under another name is one mistake, not two.
  const meant = new Set(
    findings
      .filter(({ code }) => code === 'unknown-key')
      .map(({ path, suggestion }) => JSON.stringify([...path.slice(0, -1), suggestion])),
  )
  return findings.filter(({ code, path }) => code !== 'missing-key' || !meant.has(JSON.stringify(path)))
}

/** One issue can be several findings: each unknown key is one of its own. */
function explainIssue(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path as Path
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => explainUnknownKey([...path, key], key))
    case 'custom':
      return [
        errorAt(
          issue.params?.['code'] as IssueCode,
          path,
          'value',
          `${describePath(path)} must ${issue.message}`,
          issue.params?.['suggestion'] as string | undefined,
        ),
      ]
    default:
      return [explainValue(issue, path)]
  }
}

/** What keeps the last step of `path`, a name, from being that of a link. */
export function explainKeyName(path: Path): Finding[] {
  const fault = interfaceNameFault(String(path.at(-1)))
  const what = path.length === 2 ? 'the name of a link' : 'the name of a port'
  return fault === undefined ? [] : [errorAt('bad-name', path, 'key', `${what} must ${fault}`)]
}

/**
 * Of a value that may be one of several kinds, the issues of the kind that it is of: those of a mapping's keys, of a list's
 * entries, or the reason why a text is none. Undefined where only the whole can be said to be wrong.
 */
function branchMeant({ errors, input }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  if (typeof input === 'object' && input !== null) {
    return errors.find((issues) => !issues.some(isOfWholeValue))
  }
  return typeof input === 'string'
    ? errors.find((issues) => issues.some((issue) => issue.path.length === 0 && leadsToReason(issue)))
    : undefined
}

function isOfWholeValue({ path, code }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union')
}

function leadsToReason(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' || (issue.code === 'invalid_union' && branchMeant(issue) !== undefined)
}

function explainUnknownKey(path: Path, key: string): Finding {
  const within = path.slice(0, -1)
  if (within.length === 0) {
    return errorAt('unknown-key', path, 'key', `unknown key "${shortened(key)}"`, suggestSection(key))
  }
  return errorAt(
    'unknown-key',
    path,
    'key',
    `unknown key "${shortened(key)}" in ${describePath(within)}`,
    suggestAt(within, key),
  )
}

/** What other tools call the sections. */
const sectionWords: ReadonlyMap<string, string> = new Map([
  ['vxlan', 'vxlans'],
  ['tunnels', 'vxlans'],
  ['tunnel', 'vxlans'],
  ['bridge', 'bridges'],
  ['etcd', 'fleet'],
  ['cluster', 'fleet'],
])

function suggestSection(key: string): string {
  const meant = sectionWords.get(key.toLowerCase()) ?? suggestKey(key, keysAt([]))
  return meant ?? 'at the top there are vxlans and bridges, with the links by name, and fleet'
}

function suggestAt(within: Path, key: string): string | undefined {
  const keys = keysAt(within)
  const negated = key.startsWith('no') ? key.slice(2) : ''
  if (keys.includes(negated) && isAcceptedAt([...within, negated], false)) {
    return `${negated}: false`
  }
  const ours = foreignKey(key, keys)
  // What is said of a link as a port stands one level further in.
  const ofPort = foreignKey(key, keysAt([...within, 'port']))
  return ours ?? (ofPort === undefined ? suggestKey(key, keys) : `${ofPort}, within port`)
}

function explainValue(issue: z.core.$ZodIssue, path: Path): Finding {
  const { input } = issue
  if (input === undefined) {
    const message = `${describePath(path.slice(0, -1))} has no ${path.at(-1)}`
    return errorAt('missing-key', path, 'key', message, `state it, such as ${path.at(-1)}: ${exampleAt(path)}`)
  }
  if (input === null) {
    const message = `${describePath(path)} has no value; it must ${issue.message}`
    return errorAt('no-value', path, 'value', message, 'state a value, or remove the key')
  }
  const message = `${describePath(path)} must ${issue.message}`
  return errorAt(codeOf(issue), path, 'value', message, repairValue(path, input))
}

function codeOf(issue: z.core.$ZodIssue): IssueCode {
  const isNumber = typeof issue.input === 'number'
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'object' || issue.expected === 'record') {
        return 'not-a-mapping'
      }
      return isNumber && (issue.expected === 'number' || issue.expected === 'int') ? 'out-of-range' : 'bad-type'
    case 'invalid_union':
      return isNumber ? 'out-of-range' : typeof issue.input === 'string' ? 'unknown-word' : 'bad-type'
    case 'invalid_value':
      return typeof issue.input === 'string' ? 'unknown-word' : 'bad-type'
    default:
      return isNumber ? 'out-of-range' : 'bad-type'
  }
}

/** `ttl of vxlan0`, `vid of entry 2 of vlans of port of vxlan0`: the subject of a message. */
function describePath(path: Path): string {
  if (path.length === 0) {
    return 'a desired-state file'
  }
  const [section, ...rest] = path[0] === 'fleet' ? ['', ...path] : path
  const words = rest.map((segment) => (typeof segment === 'number' ? `entry ${segment + 1}` : shortened(segment)))
  return words.length === 0 ? String(section) : words.toReversed().join(' of ')
}
