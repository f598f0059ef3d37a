/** Plain data of one file → the links it declares, and every place where its shape is wrong. */
import type * as z from 'zod'
import { type Declaration, type FleetDeclaration, type Section, sections } from './declaration.ts'
import { type Explained, explainIssues, explainKeyName } from './explain.ts'
import { errorAt, type Finding, type Path } from './finding.ts'
import { entriesAtATime, mostIssuesOfFile, mostLinks } from './limits.ts'
import { partOfFleetSchema } from './schema/fleet.ts'
import { bridgeSpecSchema, type DesiredState, desiredStateSchema, vxlanSpecSchema } from './schema.ts'
import { keysAt } from './schema-at.ts'
import { suggestKey } from './suggest.ts'
import { withoutPrototype } from './without-prototype.ts'

export interface Shape extends Explained {
  readonly declarations: readonly Declaration[]
  /** Where the file has such a section. */
  readonly fleet?: FleetDeclaration
}

/** What a file has under a name, before anything is known of it. */
interface RawLink {
  readonly section: Section
  readonly name: string
  readonly value: unknown
}

const specSchemas = { vxlans: vxlanSpecSchema, bridges: bridgeSpecSchema }

/**
 * Checks `value`, the content of one file; null and undefined are those of an empty file.
 * @param linksBefore how many links other files have
 */
export function readShape(value: unknown, linksBefore = 0): Shape {
  const links = rawLinks(value)
  if (linksBefore + links.length > mostLinks) {
    return { declarations: [], findings: [tooManyLinks(links, linksBefore)], omitted: 0 }
  }
  const misnamed = explainNames(links)
  const { state, findings: misshapen, omitted: more } = readState(value, links)
  if (state !== undefined && misnamed.findings.length === 0) {
    const { vxlans, bridges, fleet } = state
    const unusable = new Set<string>()
    return {
      declarations: [
        ...Object.entries(vxlans).map(([name, spec]): Declaration => ({ section: 'vxlans', name, spec, unusable })),
        ...Object.entries(bridges).map(([name, spec]): Declaration => ({ section: 'bridges', name, spec, unusable })),
      ],
      ...(fleet !== undefined && { fleet: { spec: fleet, unusable } }),
      findings: [],
      omitted: 0,
    }
  }
  const findings = [...misnamed.findings, ...misshapen]
  const omitted = misnamed.omitted + more
  // With so much wrong, nothing is lost if the rules between its links do not look at this file.
  return {
    declarations: omitted > 0 ? [] : salvage(value, findings),
    ...salvageFleet(value, findings),
    findings,
    omitted,
  }
}

/** A list that is checked piece by piece. */
interface LongList {
  readonly section: Section
  readonly name: string
  readonly key: string
  readonly entries: readonly unknown[]
}

/**
 * The state, unless something is wrong. Zod keeps all that is wrong with each of 300,000 entries until it is done with the last, so
 * that long lists are given to it in pieces. No rule of the schema is about a list as a whole.
 */
function readState(value: unknown, links: readonly RawLink[]): Explained & { readonly state?: DesiredState } {
  const longLists = links.flatMap(longListsOf)
  const short = longLists.length === 0 ? value : withEmptied(value as object, longLists)
  const result = parse(desiredStateSchema, short ?? {})
  const explained = explainIssues(result.error?.issues ?? [], [], mostIssuesOfFile)
  const findings = [...explained.findings]
  const wholeLists: LongList[] = []
  let { omitted } = explained
  for (const { section, name, key, entries } of longLists) {
    const accepted: unknown[] = []
    for (let start = 0; start < entries.length; start += entriesAtATime) {
      const piece = parse<object>(specSchemas[section], { [key]: entries.slice(start, start + entriesAtATime) })
      if (piece.success) {
        // It has that one key.
        for (const entry of Object.values(piece.data).flat()) {
          accepted.push(entry)
        }
      } else {
        const issues = piece.error.issues.map((issue) => inWholeList(issue, start))
        const ofPiece = explainIssues(issues, [section, name], mostIssuesOfFile - findings.length)
        findings.push(...ofPiece.findings)
        omitted += ofPiece.omitted
      }
    }
    wholeLists.push({ section, name, key, entries: accepted })
  }
  const isRight = result.success && findings.length === 0
  return { findings, omitted, ...(isRight && { state: withLists(result.data, wholeLists) }) }
}

/**
 * What the schema makes of a value. Only for a value with something wrong is it asked to remember the inputs: it copies such options on
 * each call, and V8 then compiles its code again for each of the pieces of a long list, which doubles the time (zod 4.6, Node 20).
 */
function parse<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  const result = schema.safeParse(value)
  return result.success ? result : schema.safeParse(value, { reportInput: true })
}

function withLists(state: DesiredState, lists: readonly LongList[]): DesiredState {
  if (lists.length === 0) {
    return state
  }
  const whole = {
    ...state,
    vxlans: withoutPrototype({ ...state.vxlans }),
    bridges: withoutPrototype({ ...state.bridges }),
  }
  for (const { section, name, key, entries } of lists) {
    const specs: Record<string, object> = whole[section]
    specs[name] = { ...specs[name], [key]: entries }
  }
  return whole
}

function longListsOf({ section, name, value }: RawLink): LongList[] {
  return Object.entries(isMapping(value) ? value : {}).flatMap(([key, entries]) => {
    // `ports` is turned into a mapping.
    const isLong = Array.isArray(entries) && entries.length > entriesAtATime && key !== 'ports'
    return isLong && specSchemas[section].safeParse({ [key]: [] }).success ? [{ section, name, key, entries }] : []
  })
}

function withEmptied(value: object, lists: readonly LongList[]): object {
  const copy: Record<string, Record<string, Record<string, unknown>>> = Object.assign(Object.create(null), value)
  for (const { section, name, key } of lists) {
    copy[section] = Object.assign(Object.create(null), copy[section])
    const links = copy[section] as Record<string, Record<string, unknown>>
    links[name] = Object.assign(Object.create(null), links[name])
    ;(links[name] as Record<string, unknown>)[key] = []
  }
  return copy
}

function inWholeList<T extends z.core.$ZodIssue>(issue: T, start: number): T {
  const [key, index, ...rest] = issue.path
  if (typeof index === 'number' && key !== undefined) {
    return { ...issue, path: [key, index + start, ...rest] }
  }
  // Of a list that may be a word instead, what is wrong with the entries is within.
  return issue.code === 'invalid_union' && key !== undefined && index === undefined
    ? { ...issue, errors: issue.errors.map((issues) => issues.map((each) => inList(each, start))) }
    : issue
}

function inList<T extends z.core.$ZodIssue>(issue: T, start: number): T {
  const [index, ...rest] = issue.path
  return typeof index === 'number' ? { ...issue, path: [index + start, ...rest] } : issue
}

function tooManyLinks(links: readonly RawLink[], before: number): Finding {
  const { section, name } = links[mostLinks - before] as RawLink
  const others = before === 0 ? '' : `, with ${before} of files before it`
  const message = `this file has ${links.length} links${others}: more than the ${mostLinks} that are taken`
  const advice = 'one link with external: true and vnifilter: true serves thousands of VNIs'
  return errorAt('too-many-links', [section, name], 'key', message, advice)
}

/** Zod looks no further at a link with a bad name, and passes over the name `__proto__` without a word. */
function explainNames(links: readonly RawLink[]): Explained {
  const findings: Finding[] = []
  let omitted = 0
  const add = (explained: Explained): void => {
    const room = Math.max(0, mostIssuesOfFile - findings.length)
    findings.push(...explained.findings.slice(0, room))
    omitted += explained.omitted + Math.max(0, explained.findings.length - room)
  }
  for (const { section, name, value } of links) {
    const ports = isMapping(value) && section === 'bridges' ? value['ports'] : undefined
    const ofLink = explainKeyName([section, name])
    add({ findings: ofLink, omitted: 0 })
    for (const port of isMapping(ports) ? Object.keys(ports) : []) {
      add({ findings: explainKeyName([section, name, 'ports', port]), omitted: 0 })
    }
    if (ofLink.length > 0) {
      add(explainInside({ section, name, value }))
    }
  }
  return { findings, omitted }
}

function explainInside({ section, name, value }: RawLink): Explained {
  const issues = specSchemas[section].safeParse(value, { reportInput: true }).error?.issues ?? []
  return explainIssues(issues, [section, name], mostIssuesOfFile)
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

/** The section of the fleet with the keys that nothing is wrong with. That it is there counts even where nothing of it can be used. */
function salvageFleet(value: unknown, findings: readonly Finding[]): Pick<Shape, 'fleet'> {
  const section = isMapping(value) ? value['fleet'] : undefined
  if (section === undefined) {
    return {}
  }
  const stated = isMapping(section) ? Object.entries(section) : []
  const faults = findings.flatMap(({ path: [first, key] }) => (first === 'fleet' ? [String(key)] : []))
  const keys = keysAt(['fleet'])
  const unusable = new Set([...faults, ...faults.map((key) => suggestKey(key, keys) ?? key)])
  const usable = Object.fromEntries(stated.filter(([key]) => !unusable.has(key)))
  return { fleet: { spec: partOfFleetSchema.safeParse(usable).data ?? {}, unusable } }
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
