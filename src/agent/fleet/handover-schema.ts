/**
 * What the fleet process hands over, checked as the words of a stranger. Fields that are not known here are left out: a later version of it
 * may say more.
 */
import * as z from 'zod'
import type { FleetHandover } from '../answers/fleet.ts'
import { namePattern } from '../desired/schema/fleet.ts'
import { interfaceName, unicastAddress, wholeNumber } from '../desired/values.ts'
import { visible } from '../desired/visible.ts'
import { withoutPrototype } from '../desired/without-prototype.ts'

/** What one handover may have. */
export const mostLinks = 4096
export const mostRemotesOfLink = 16_384
export const mostRemotes = 250_000
export const mostProblems = 1000
/** MAC addresses of all links, and chunks of one. */
export const mostMacs = 250_000
export const mostChunks = 8192
/** Characters of one chunk. */
export const longestChunk = 512 * 1024
/** Nodes that one problem names. */
const mostNodes = 1000
/** Characters of a text for people; longer ones are cut. */
export const longestText = 1000

const name = () => z.string().regex(namePattern, { error: 'must be a name of the fleet' })
const moment = () => z.iso.datetime({ error: 'must be a time in ISO 8601, in UTC' })
const count = () => z.int().min(0)

/** Fit to be shown, and no longer than that. */
const text = () => z.string().transform((value) => visible(value.slice(0, longestText)).slice(0, longestText))

const remote = z.object({
  dst: unicastAddress(),
  port: wholeNumber(1, 65535).exactOptional(),
  node: name(),
  state: z.enum(['present', 'gone']),
  goneSince: moment().exactOptional(),
  removedAt: moment().exactOptional(),
})

const chunkHash = () => z.string().regex(/^[0-9a-f]{32}$/, { error: 'must be the hash of a chunk' })

const macs = z.object({ count: count().max(mostMacs), chunks: z.array(chunkHash()).max(mostChunks) })

const link = z.object({
  vni: wholeNumber(0, 0xffffff),
  remotes: z.array(remote).max(mostRemotesOfLink),
  macs: macs.exactOptional(),
})

const problem = z.object({
  code: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'must be a code such as duplicate-vtep' }),
  severity: z.enum(['error', 'warning']),
  message: text(),
  nodes: z.array(name()).max(mostNodes),
  vni: wholeNumber(0, 0xffffff).exactOptional(),
  since: moment(),
})

/** What probes have found. */
export const mostProbeFindings = 256

export const vniProbes = z.object({
  vni: wholeNumber(0, 0xffffff),
  ...{ reachable: count(), unreachable: count(), unknown: count(), smaller: count() },
  ...{ sent: count(), lost: count(), answered: count(), roundTripSeconds: z.number().min(0) },
})

const probeFinding = z.object({
  vni: wholeNumber(0, 0xffffff),
  link: interfaceName(),
  node: name(),
  vtep: unicastAddress(),
  kind: z.enum(['unreachable', 'smaller']),
  at: moment(),
  since: moment(),
  wasReachable: z.boolean(),
  sent: count(),
  lost: count(),
  heardAt: moment().exactOptional(),
  passes: count().exactOptional(),
  fails: count().exactOptional(),
  hints: z.array(text()).max(8),
})

const probes = z.object({
  every: count(),
  staleAfter: count(),
  vnis: z.array(vniProbes).max(mostLinks),
  findings: z.array(probeFinding).max(mostProbeFindings),
  findingCount: count(),
  answeredRequests: count(),
  refusedRequests: count(),
})

/** What each value must be. */
export const handoverShape = z.object({
  v: z.literal(1, { error: 'must be 1: this agent knows no other version' }),
  fleet: name(),
  node: name(),
  revision: count(),
  mode: z.enum(['live', 'stale', 'frozen']),
  since: moment(),
  reason: text().exactOptional(),
  members: count(),
  gone: count(),
  links: z.record(interfaceName(), link).transform(withoutPrototype),
  problems: z.array(problem).max(mostProblems),
  probes: probes.exactOptional(),
  chunks: z.record(chunkHash(), z.string().max(longestChunk)).transform(withoutPrototype).exactOptional(),
  counters: z.object({ lists: count(), repairs: count(), leases: count(), failures: count() }),
})

/** What has too much in it, told before each value is looked at. */
const bounded = z.looseObject({}).superRefine(({ links }, context) => {
  const found = whyTooMuch(links)
  if (found !== undefined) {
    context.addIssue({ code: 'custom', path: ['links'], message: found })
  }
})

export const handoverSchema: z.ZodType<FleetHandover> = bounded.pipe(handoverShape)

function whyTooMuch(links: unknown): string | undefined {
  if (typeof links !== 'object' || links === null) {
    return undefined
  }
  const lists = Object.values(links).map((each) => (each as { remotes?: unknown } | null)?.remotes)
  if (lists.length > mostLinks) {
    return `has ${lists.length} links; ${mostLinks} are the most`
  }
  const macs = Object.values(links).reduce<number>((sum, each) => sum + countOf(each), 0)
  if (macs > mostMacs) {
    return `has ${macs} MAC addresses; ${mostMacs} are the most`
  }
  const remotes = lists.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0)
  return remotes > mostRemotes ? `has ${remotes} remotes; ${mostRemotes} are the most` : undefined
}

function countOf(link: unknown): number {
  const stated = (link as { macs?: { count?: unknown } } | null)?.macs?.count
  return typeof stated === 'number' ? stated : 0
}
