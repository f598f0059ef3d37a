/** Plain data of one file → the links it declares, and every place where its shape is wrong. */
import { type Declaration, type Section, sections } from './declaration.ts'
import { explainIssues, explainKeyName } from './explain.ts'
import type { Finding, Path } from './finding.ts'
import { bridgeSpecSchema, desiredStateSchema, vxlanSpecSchema } from './schema.ts'
import { keysAt } from './schema-at.ts'
import { suggestKey } from './suggest.ts'

export interface Shape {
  readonly declarations: readonly Declaration[]
  readonly findings: readonly Finding[]
}

/** What a file has under a name, before anything is known of it. */
interface RawLink {
  readonly section: Section
  readonly name: string
  readonly value: unknown
}

const specSchemas = { vxlans: vxlanSpecSchema, bridges: bridgeSpecSchema }

/** Checks `value`, the content of one file; null and undefined are those of an empty file. */
export function readShape(value: unknown): Shape {
  const misnamed = rawLinks(value).flatMap(explainNames)
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
  const findings = [...misnamed, ...explainIssues(result.error?.issues ?? [])]
  return { declarations: salvage(value, findings), findings }
}

/** Zod looks no further at a link with a bad name, and passes over the name `__proto__` without a word. */
function explainNames({ section, name, value }: RawLink): Finding[] {
  const ports = isMapping(value) && section === 'bridges' ? value['ports'] : undefined
  const portNames = isMapping(ports) ? Object.keys(ports) : []
  const ofPorts = portNames.flatMap((port) => explainKeyName([section, name, 'ports', port]))
  const ofLink = explainKeyName([section, name])
  return ofLink.length === 0 ? ofPorts : [...ofLink, ...ofPorts, ...explainInside({ section, name, value })]
}

function explainInside({ section, name, value }: RawLink): Finding[] {
  const issues = specSchemas[section].safeParse(value, { reportInput: true }).error?.issues ?? []
  return explainIssues(issues, [section, name])
}

/** Links with the keys that nothing is wrong with. */
function salvage(value: unknown, findings: readonly Finding[]): Declaration[] {
  const faults = new Map<string, Path[]>()
  for (const { path } of findings) {
    const link = path.slice(0, 2).join('\0')
    const paths = faults.get(link) ?? []
    paths.push(path)
    faults.set(link, paths)
  }
  return rawLinks(value).flatMap((link) => {
    const paths = faults.get(`${link.section}\0${link.name}`) ?? []
    // A path of two steps: its name is wrong, or it is no mapping.
    return !isMapping(link.value) || paths.some((path) => path.length === 2) ? [] : salvageLink(link, paths)
  })
}

function salvageLink({ section, name, value }: RawLink, faults: readonly Path[]): Declaration[] {
  const bad = new Set(faults.map((path) => String(path[2])))
  const usable = Object.fromEntries(Object.entries(value as object).filter(([key]) => !bad.has(key)))
  const keys = keysAt([section, name])
  const unusable = new Set([...bad, ...[...bad].map((key) => suggestKey(key, keys) ?? key)])
  const result = specSchemas[section].safeParse(usable)
  return result.success ? [{ section, name, spec: result.data, unusable } as Declaration] : []
}

function rawLinks(value: unknown): RawLink[] {
  return sections.flatMap((section) => {
    const links = isMapping(value) ? value[section] : undefined
    return isMapping(links) ? Object.entries(links).map(([name, link]) => ({ section, name, value: link })) : []
  })
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
