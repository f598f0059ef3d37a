/** Plain data of one file → the links it declares, and every place where its shape is wrong. */
import type * as z from 'zod'
import type { Declaration } from './declaration.ts'
import { errorAt, type Finding, type Path } from './finding.ts'
import { interfaceNameFault } from './interface-name.ts'
import type { IssueCode } from './issue.ts'
import { repairValue } from './repair.ts'
import { desiredStateSchema, type VxlanKey, vxlanKeys, vxlanSpecSchema } from './schema.ts'
import { suggestKey } from './suggest.ts'

export interface Shape {
  readonly declarations: readonly Declaration[]
  readonly findings: readonly Finding[]
}

const linkKeys = Object.keys(vxlanKeys)
const partialSpecSchema = vxlanSpecSchema.unwrap().extend({ id: vxlanKeys.id.exactOptional() })

/** Checks `value`, the content of one file; null and undefined are those of an empty file. */
export function readShape(value: unknown): Shape {
  const misnamed = linksOf(value).flatMap(([name, link]) => explainName(name, link))
  const result = desiredStateSchema.safeParse(value ?? {}, { reportInput: true })
  if (result.success && misnamed.length === 0) {
    const { vxlans, bridges } = result.data
    const unusable = new Set<string>()
    return {
      declarations: [
        ...Object.entries(vxlans).map(([name, spec]): Declaration => ({ section: 'vxlans', name, spec, unusable })),
        ...Object.entries(bridges).map(([name, spec]): Declaration => ({ section: 'bridges', name, spec, unusable })),
      ],
      findings: [],
    }
  }
  const findings = [...misnamed, ...(result.error?.issues ?? []).flatMap(explain)]
  return { declarations: salvage(value, findings), findings }
}

/** Zod looks no further at a link with a bad name, and passes over the name `__proto__` without a word. */
function explainName(name: string, link: unknown): Finding[] {
  const fault = interfaceNameFault(name)
  if (fault === undefined) {
    return []
  }
  const inside = vxlanSpecSchema.safeParse(link, { reportInput: true }).error?.issues ?? []
  return [
    errorAt('bad-name', ['vxlans', name], 'key', `the name of a link must ${fault}`),
    ...inside.flatMap((issue) => explain({ ...issue, path: ['vxlans', name, ...issue.path] })),
  ]
}

/** Links with the keys that nothing is wrong with. */
function salvage(value: unknown, findings: readonly Finding[]): Declaration[] {
  const faults = new Map<string, Path[]>()
  for (const { path } of findings) {
    if (path.length > 1) {
      const name = String(path[1])
      const paths = faults.get(name) ?? []
      paths.push(path)
      faults.set(name, paths)
    }
  }
  return linksOf(value).flatMap(([name, link]) => {
    const paths = faults.get(name) ?? []
    // A path of two steps: its name is wrong, or it is no mapping.
    if (!isMapping(link) || paths.some((path) => path.length === 2)) {
      return []
    }
    const bad = new Set(paths.map((path) => String(path[2])))
    const usable = Object.entries(link).filter(([key]) => !bad.has(key))
    const spec = partialSpecSchema.safeParse(Object.fromEntries(usable))
    const meant = [...bad].map((key) => suggestKey(key, linkKeys) ?? key)
    return spec.success
      ? [{ section: 'vxlans' as const, name, spec: spec.data, unusable: new Set([...bad, ...meant]) }]
      : []
  })
}

function explain(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path as Path
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => explainKey([...path, key], key))
    case 'invalid_key':
      return [] // explainName has it
    case 'custom':
      return [
        errorAt(
          issue.params?.['code'] as IssueCode,
          path,
          'value',
          `${describe(path)} must ${issue.message}`,
          issue.params?.['suggestion'] as string | undefined,
        ),
      ]
    default:
      return [explainValue(issue, path)]
  }
}

function explainKey(path: Path, key: string): Finding {
  if (path.length === 1) {
    const message = `unknown key "${key}"`
    return errorAt('unknown-key', path, 'key', message, 'at the top there is vxlans only, and in it the links by name')
  }
  const ours = suggestKey(key, linkKeys)
  const negated = key.startsWith('no') ? key.slice(2) : ''
  const flagMeant = linkKeys.includes(negated) && vxlanKeys[negated as VxlanKey].safeParse(false).success
  const message = `unknown key "${key}" in ${describe(path.slice(0, 2))}`
  return errorAt('unknown-key', path, 'key', message, flagMeant ? `${negated}: false` : ours)
}

function explainValue(issue: z.core.$ZodIssue, path: Path): Finding {
  const { input } = issue
  if (input === undefined) {
    const message = `${describe(path.slice(0, -1))} has no ${path.at(-1)}`
    return errorAt('missing-key', path, 'key', message, 'state the VNI of the segment, such as id: 42')
  }
  if (input === null) {
    const message = `${describe(path)} has no value; it must ${issue.message}`
    return errorAt('no-value', path, 'value', message, 'state a value, or remove the key')
  }
  const message = `${describe(path)} must ${issue.message}`
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

/** `ttl of vxlan0`, `entry 2 of addresses of vxlan0`: the subject of a message. */
function describe(path: Path): string {
  if (path.length === 0) {
    return 'a desired-state file'
  }
  const [section, ...rest] = path
  const words = rest.map((segment) => (typeof segment === 'number' ? `entry ${segment + 1}` : segment))
  return words.length === 0 ? String(section) : words.toReversed().join(' of ')
}

function linksOf(value: unknown): [name: string, link: unknown][] {
  const links = isMapping(value) ? value['vxlans'] : undefined
  return isMapping(links) ? Object.entries(links) : []
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
