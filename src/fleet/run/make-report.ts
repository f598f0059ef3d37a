/** Makes the report: from what the session knows, and from what the store answers when it is asked now. */
import type { FleetMode } from '../../agent/answers/fleet.ts'
import { grouped } from '../../agent/facts/grouped.ts'
import { StoreError, type StoreStatus } from '../etcd/store.ts'
import { checkFleet } from '../members/check-fleet.ts'
import { checkPushes } from '../members/check-pushes.ts'
import type { Claims } from '../members/claims.ts'
import { guardMs } from '../members/membership.ts'
import { type FilesByNode, pushReport } from '../members/push-standing.ts'
import { type FilesRecord, readFiles } from '../records/files-record.ts'
import { keysOf, nodeOfFiles, nodeOfRecord } from '../records/keys.ts'
import type { ProbeRecord } from '../records/probe-record.ts'
import { readableOnly } from '../records/push-record.ts'
import { readState, type StateRecord } from '../records/state-record.ts'
import { UnreadableValue } from '../records/values.ts'
import { probeReport, probesIn } from './probe-parts.ts'
import type { EndpointReport, FleetReport, NodeReport } from './report.ts'
import type { Session } from './session.ts'

/** What the members say of themselves, or why that cannot be known now. */
interface States {
  readonly known: ReadonlyMap<string, StateRecord>
  readonly probes: ReadonlyMap<string, ProbeRecord>
  /** What they say of pushed files. */
  readonly files: FilesByNode
  readonly storeRevision?: number
  readonly error?: string
}

/** How long a store that answers may take, and one that is silent: who asks is not to wait for it. */
const patienceMs = { heard: 5_000, silent: 1_000 }

/** The report as of now. Never rejects for a store that is silent: it says so. */
export async function makeReport(session: Session): Promise<FleetReport> {
  const deadlineMs = session.mode.mode === 'stale' ? patienceMs.silent : patienceMs.heard
  const [states, status] = await Promise.all([readStates(session, deadlineMs), session.look(deadlineMs)])
  const { settings, identity, follower, membership, keeper, certificate } = session
  const { mode, since, reason } = session.mode
  const { lease } = keeper.state
  const cluster = status.endpoints.flatMap((each) => ('status' in each ? [each.status.cluster] : []))[0]
  const { freeze } = membership
  const claims = session.claims()
  const nodes = nodeReports(session, { states: states.known, counted: claims.counted, mode })
  const pushes = [...session.pushes.known]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, push]) => pushReport(name, push, states.files))
  return {
    fleet: settings.name,
    node: identity.id,
    version: identity.agent,
    ...{ mode, since },
    ...(reason !== undefined && { reason }),
    ...(freeze !== undefined && {
      frozen: { since: freeze.at.toISOString(), secondsLeft: Math.ceil((guardMs - freeze.liveMs) / 1000) },
    }),
    publishing: session.publisher.publishing,
    store: {
      ...(cluster !== undefined && { cluster }),
      revision: follower.revision,
      latestChange: latestChange(session),
      ...(states.storeRevision !== undefined && { storeRevision: states.storeRevision }),
      endpoints: status.endpoints.map(endpointReport),
      ...(lease !== undefined && {
        lease: {
          id: lease.id,
          seconds: lease.ttl,
          keptSecondsAgo: Math.round((performance.now() - lease.keptAt) / 1000),
        },
      }),
      ...(states.error !== undefined && { statesError: states.error }),
    },
    agent: session.agentReport,
    nodes,
    links: session.derived,
    macs: Array.from(session.macs.counts, ([vni, counts]) => ({ vni, ...counts })),
    problems: session.problems,
    pushes,
    findings: [
      ...checkPushes(states.error === undefined ? pushes : []),
      ...checkFleet({
        self: identity.id,
        view: session.view,
        claims,
        standings: membership.others,
        states: states.error === undefined ? states.known : undefined,
        links: session.links,
        unexplained: new Map(session.links.map(({ name, unexplained }) => [name, unexplained])),
        revision: latestChange(session),
        wallTime: Date.now(),
      }),
    ],
    probes: probeReport(session, nodes, states.probes),
    ...(certificate !== undefined && { certificateEnds: certificate.ends.toISOString() }),
    counters: session.counters,
  }
}

/** Revision of the last change of a record: who has applied it is up to date. */
function latestChange({ view }: Session): number {
  return Math.max(0, ...Array.from(view.members.values(), ({ modRevision }) => modRevision))
}

async function readStates({ store, settings, follower }: Session, deadlineMs: number): Promise<States> {
  if (!follower.hasListed) {
    // Its own lists are waiting for the store, and this one would wait behind them.
    return {
      known: new Map(),
      probes: new Map(),
      files: new Map(),
      error: follower.silence?.reason ?? 'the store has not been listed yet in this run',
    }
  }
  const { states } = keysOf(settings.name)
  try {
    const { entries, revision } = await store.list(states, { deadlineMs })
    const known = new Map<string, StateRecord>()
    const files = new Map<string, FilesRecord>()
    for (const entry of entries) {
      const node = nodeOfRecord(states, entry.key)
      const state = node === undefined ? undefined : stateOf(entry)
      if (node !== undefined && state !== undefined) {
        known.set(node, state)
      }
      const other = nodeOfFiles(states, entry.key)
      const said = other === undefined ? undefined : readableOnly(entry, readFiles)
      if (other !== undefined && said !== undefined) {
        files.set(other, said)
      }
    }
    return { known, probes: probesIn(entries, states), files, storeRevision: revision }
  } catch (error) {
    if (error instanceof StoreError) {
      return { known: new Map(), probes: new Map(), files: new Map(), error: error.message }
    }
    throw error
  }
}

/** One that cannot be read is as good as none: the check names hosts that have none. */
function stateOf(entry: Parameters<typeof readState>[0]): StateRecord | undefined {
  try {
    return readState(entry)
  } catch (error) {
    if (error instanceof UnreadableValue) {
      return undefined
    }
    throw error
  }
}

function endpointReport(each: StoreStatus['endpoints'][number]): EndpointReport {
  const { endpoint } = each
  if ('error' in each) {
    return { endpoint, error: each.error.message }
  }
  const { version, leader, revision, alarms } = each.status
  return { endpoint, version, hasLeader: leader !== undefined, revision, alarms: alarms.map(({ kind }) => kind) }
}

function nodeReports(
  session: Session,
  {
    states,
    counted,
    mode,
  }: {
    readonly states: ReadonlyMap<string, StateRecord>
    readonly counted: Claims['counted']
    readonly mode: FleetMode
  },
): NodeReport[] {
  const claimsOf = grouped([...counted.values()].flat(), ({ standing }) => standing.node)
  const { view, membership, identity, settings } = session
  const names = new Set([...view.members.keys(), ...view.unreadable.keys()])
  for (const { node } of membership.others) {
    names.add(node)
  }
  return [...names].sort().map((node) => {
    const { record: stored, modRevision } = view.members.get(node) ?? {}
    const standing = membership.get(node)
    const record = stored ?? standing?.record
    const says = states.get(node)
    const gone = standing?.gone
    const removedAt =
      gone === undefined || mode === 'frozen'
        ? undefined
        : new Date(gone.at.getTime() + settings.grace * 1000).toISOString()
    return {
      node,
      isSelf: node === identity.id,
      state:
        view.rosterOf(node)?.evicted === true
          ? 'evicted'
          : gone !== undefined
            ? 'gone'
            : view.unreadable.has(node)
              ? 'unreadable'
              : record?.leaving === true
                ? 'leaving'
                : 'present',
      ...(gone !== undefined && { goneSince: gone.at.toISOString() }),
      ...(removedAt !== undefined && { removedAt }),
      ...(record !== undefined && { record }),
      ...(modRevision !== undefined && { revision: modRevision }),
      claims: (claimsOf.get(node) ?? []).map(({ vni, address }) => ({ vni, address })),
      macs: Array.from(session.macs.countsOf(node), ([vni, count]) => ({ vni, count })),
      ...(says !== undefined && { says }),
    }
  })
}
