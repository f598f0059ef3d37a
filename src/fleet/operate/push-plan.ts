/** What a push would change, host by host, before anything happens: by the answers of the hosts themselves. */
import type { Store } from '../etcd/store.ts'
import type { FilesByNode } from '../members/push-standing.ts'
import { BadSelector, type SelectableHost, selectHosts } from '../members/selector.ts'
import type { HostPlan } from '../records/files-record.ts'
import { keysOf, nodeOfRecord, nodeOfRosterEntry } from '../records/keys.ts'
import { readMember } from '../records/node-record.ts'
import { readableOnly } from '../records/push-record.ts'
import { readRosterEntry } from '../records/roster.ts'
import { NotToBeDone } from './parts.ts'

/**
 * What a host would do. `changes`, `nothing`: it would take it. `cannot`: it would refuse it, for a reason. `refuses`: it takes no pushed files.
 * `silent`: it did not answer.
 */
export type Outlook = 'changes' | 'nothing' | 'cannot' | 'refuses' | 'silent'

export interface HostOutlook {
  readonly node: string
  readonly outlook: Outlook
  readonly reason?: string
  /** Its changes, as `vxagent diff` prints them: the first of them, and how many there are. */
  readonly lines: readonly string[]
  readonly lineCount: number
}

/** Members whose record is in the store, less those that are leaving or evicted. */
export async function membersOf(store: Pick<Store, 'list'>, fleet: string): Promise<SelectableHost[]> {
  const { nodes, roster } = keysOf(fleet)
  const [records, limits] = await Promise.all([store.list(nodes), store.list(roster)])
  const evicted = new Set(
    limits.entries.flatMap((entry) => {
      const node = nodeOfRosterEntry(roster, entry.key)
      return node !== undefined && readableOnly(entry, readRosterEntry)?.evicted === true ? [node] : []
    }),
  )
  return records.entries.flatMap((entry) => {
    const node = nodeOfRecord(nodes, entry.key)
    const record = node === undefined ? undefined : readableOnly(entry, (each) => readMember(node, each).record)
    return node === undefined || evicted.has(node) || record?.leaving === true
      ? []
      : [{ node, vnis: record?.vteps.map(({ vni }) => vni) ?? [] }]
  })
}

/** The hosts that a selector means. Throws NotToBeDone where it means nobody, or a part of it does. */
export function select(selector: string, hosts: readonly SelectableHost[]): readonly string[] {
  try {
    const { nodes, unmatched } = selectHosts(selector, hosts)
    if (unmatched.length > 0) {
      throw new NotToBeDone(
        `no host of the fleet matches ${unmatched.join(', ')} of --to; vxagent fleet nodes shows those that there are`,
      )
    }
    if (nodes.length === 0) {
      throw new NotToBeDone(`--to ${selector} means no host: every host that it names is excluded again`)
    }
    return nodes
  } catch (error) {
    if (error instanceof BadSelector) {
      throw new NotToBeDone(`cannot tell which hosts --to means: ${error.message}`)
    }
    throw error
  }
}

/** What a host says of the question of this session; undefined: nothing yet. */
export function planOf(
  files: FilesByNode,
  node: string,
  asked: { readonly session: string; readonly round: number },
): HostPlan | undefined {
  return files.get(node)?.heard.find(({ session, round }) => session === asked.session && round >= asked.round)?.plan
}

export function outlookOf(node: string, files: FilesByNode, plan: HostPlan | undefined): HostOutlook {
  const said = files.get(node)
  const nothing = { node, lines: [], lineCount: 0 }
  if (said?.config === 'refuse') {
    return { ...nothing, outlook: 'refuses', reason: 'its fleet section does not say config: accept' }
  }
  if (said === undefined || plan === undefined) {
    const reason =
      said === undefined
        ? 'it has no word on pushed files in the store: its vxagent-fleet does not run, is of an earlier version, or does not reach the store'
        : 'it did not answer in time'
    return { ...nothing, outlook: 'silent', reason }
  }
  const { canApply, reason, lines, lineCount } = plan
  const outlook = canApply ? (lineCount > 0 ? 'changes' : 'nothing') : 'cannot'
  return { node, outlook, ...(reason !== undefined && { reason }), lines, lineCount }
}

/** Whether a host would take it. */
export function wouldTake({ outlook }: HostOutlook): boolean {
  return outlook === 'changes' || outlook === 'nothing'
}

/** As many canaries as there are, unless the operator says so: one where there are more than this many hosts. */
const fewHosts = 3

/** The hosts that take it first: the first by name; none where all would be. */
export function canariesOf(nodes: readonly string[], wanted: number | undefined): readonly string[] {
  const count = wanted ?? (nodes.length > fewHosts ? 1 : 0)
  return count >= nodes.length ? [] : nodes.slice(0, count)
}
