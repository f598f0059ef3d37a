/** A bridge's declared forwarding entries against the kernel's. */
import { constants, type Neighbour } from '../../../rtnetlink/index.ts'
import type { DesiredBridgeEntry } from '../../desired/overlay.ts'
import { parted } from '../../facts/parted.ts'
import { eachStep, type Steps } from '../../facts/steps.ts'
import { fdbKey } from '../../kernel/observed.ts'
import { noEntries } from '../../record/owned.ts'
import { bridgeEntryRequest, bridgeFdbKey, isAsStated, isOnRecord } from '../../words/bridge-fdb-entry.ts'
import { isLearned } from '../../words/fdb-entry.ts'
import { emptyPlan, type KeyedEntry, type Obstacle, type Plan } from './action.ts'
import { BridgeTable } from './bridge-table.ts'
import { addEntries, removeEntries, replaceEntries } from './entry-actions.ts'
import type { PlanContext } from './plan-context.ts'
import type { PlannedPorts } from './planned-ports.ts'

/**
 * Entries to add, to replace and to remove: what the record does not have stays, and what the kernel learned gives way. The record has a
 * stated entry once; those that the kernel makes of it for each VLAN of the port come and go with it. In steps: what the kernel changes between
 * two of them is an event of its own, so that the bridge is looked at once more.
 * @param planned what the plan does before
 */
export function* diffBridgeFdb(name: string, context: PlanContext, planned: PlannedPorts): Steps<Plan> {
  const { overlay, owned, byName, bearers } = context
  const entries = overlay.bridgeEntries.get(name) ?? []
  const ours = byName.get(name)
  const recorded = ours === undefined ? noEntries.fdb : owned.entriesOf(name).fdb
  const isThere = ours !== undefined || planned.coming.has(name)
  if (!isThere || entries.length + recorded.size === 0) {
    return emptyPlan
  }
  // One that is about to be taken over has a table, and nothing of ours in it.
  const table = new BridgeTable(name, ours ?? bearers.get(name), context, planned)
  const { missing, different, asStated, inTheWay, waiting } = yield* sort(entries, recorded, table)
  // What the fleet gives is not known yet, and may be what it gave before.
  const isPending = overlay.links.get(name)?.fleet?.isFdbPending === true
  const surplus = isPending ? [] : yield* surplusEntries(entries, recorded, table)
  const again = yield* goingWith(surplus, asStated, table)
  const keyed = (entry: DesiredBridgeEntry): KeyedEntry => ({
    key: keyOf(entry),
    request: bridgeEntryRequest(entry, name),
    path: entry.path,
    port: entry.dev,
  })
  const isSettled = ({ dev }: DesiredBridgeEntry): boolean => table.isSettled(dev)
  const [missingNow, missingLater] = parted([...missing, ...again], isSettled)
  const [differentNow, differentLater] = parted(different, isSettled)
  const [absent, differs] = ['declared, absent', 'differs from what is declared']
  return {
    actions: [
      ...removeEntries(name, 'fdb', surplus, 'present, not declared'),
      ...addEntries(name, 'fdb', missingNow.map(keyed), absent),
      ...addEntries(name, 'fdb', missingLater.map(keyed), absent, { isLater: true }),
      ...replaceEntries(name, 'fdb', differentNow.map(keyed), differs),
      ...replaceEntries(name, 'fdb', differentLater.map(keyed), differs, true),
    ],
    obstacles: [...waitingFor(waiting, name, context), ...conflicts(inTheWay, name)],
    notices: [],
  }
}

function keyOf({ mac, vlan }: DesiredBridgeEntry): string {
  return bridgeFdbKey(mac, vlan)
}

interface InTheWay {
  readonly entry: DesiredBridgeEntry
  readonly there: Neighbour
}

/** Stated entries by what is to be done about them. */
function* sort(entries: readonly DesiredBridgeEntry[], recorded: ReadonlySet<string>, table: BridgeTable) {
  const missing: DesiredBridgeEntry[] = []
  const different: DesiredBridgeEntry[] = []
  const asStated: DesiredBridgeEntry[] = []
  const waiting: Waiting[] = []
  const inTheWay: InTheWay[] = []
  for (const entry of entries) {
    // For each one, since it may be one of each VLAN.
    yield
    const lacks = table.lackingFor(entry)
    if (lacks !== undefined) {
      waiting.push({ entry, lacks })
      continue
    }
    const port = table.indexOf(entry.dev)
    const keys = table.keysOf(entry)
    const there = keys.flatMap((key) => table.present.get(key) ?? [])
    const others = there.filter((each) => !isAsStated(each, entry, port))
    const isOurs = (each: Neighbour): boolean => recorded.has(keyOf(entry)) || isOnRecord(recorded, fdbKey(each))
    const foreign = others.find((each) => !isLearned(each) && !isOurs(each))
    if (entry.isOfFleet && hasGivenWay(others, { foreign, port, isOurs })) {
      asStated.push(entry)
    } else if (foreign !== undefined) {
      inTheWay.push({ entry, there: foreign })
    } else if (there.length === 0) {
      missing.push(entry)
    } else if (others.length > 0 || there.length < keys.length) {
      different.push(entry)
    } else {
      asStated.push(entry)
    }
  }
  return { missing, different, asStated, inTheWay, waiting }
}

/**
 * Whether the bridge has something better than an entry of the fleet. The address was seen at another port since the entry was written: that is
 * for the fleet to hear, which takes it away, or says that it has moved again. Or it is somebody else's, such as an address of this host.
 */
function hasGivenWay(
  others: readonly Neighbour[],
  {
    foreign,
    port,
    isOurs,
  }: {
    readonly foreign: Neighbour | undefined
    readonly port: number | undefined
    readonly isOurs: (entry: Neighbour) => boolean
  },
): boolean {
  const isElsewhere = (each: Neighbour): boolean => isLearned(each) && each.ifindex !== port && isOurs(each)
  return foreign !== undefined || (others.length > 0 && others.every(isElsewhere))
}

interface Surplus {
  readonly key: string
  readonly present: Neighbour
  readonly port: string
}

/** What is on record, or came with that, and is stated no more. */
function* surplusEntries(
  entries: readonly DesiredBridgeEntry[],
  recorded: ReadonlySet<string>,
  table: BridgeTable,
): Steps<Surplus[]> {
  if (recorded.size === 0) {
    return []
  }
  const stated = new Set<string>()
  for (const entry of entries) {
    yield
    for (const key of table.keysOf(entry)) {
      stated.add(key)
    }
  }
  const gone = new Map<string, Neighbour>()
  for (const key of recorded) {
    yield
    const there = table.present.get(key)
    if (there === undefined || isLearned(there)) {
      // It has given way; what came with it for the VLANs of the port has not.
      for (const [each, entry] of there === undefined || stated.has(key) ? [] : table.companionsOf(there)) {
        gone.set(each, entry)
      }
      continue
    }
    const isGone = !stated.has(key)
    // Those of the same port go with an entry for all VLANs.
    const strays = table.companionsOf(there).filter(([, { ifindex }]) => !isGone || ifindex !== there.ifindex)
    for (const [each, entry] of [...(isGone ? [[key, there] as const] : []), ...strays]) {
      // The kernel keeps an entry for a VLAN that its port loses, and lets nobody delete it then.
      if ((!stated.has(each) || table.isLosingVlan(entry)) && table.isToDelete(entry)) {
        gone.set(each, entry)
      }
    }
  }
  return Array.from(gone, ([key, present]) => ({ key, present, port: table.nameOf(present.ifindex) }))
}

/** What is stated for one VLAN goes with an entry for all VLANs of the same port, and comes back. */
function* goingWith(
  surplus: readonly Surplus[],
  asStated: readonly DesiredBridgeEntry[],
  table: BridgeTable,
): Steps<DesiredBridgeEntry[]> {
  const portOf = new Map<string, number>()
  yield* eachStep(surplus, ({ key, present }) => portOf.set(key, present.ifindex))
  const found: DesiredBridgeEntry[] = []
  yield* eachStep(asStated, (entry) => {
    const port = entry.vlan === undefined ? undefined : portOf.get(bridgeFdbKey(entry.mac, undefined))
    if (port !== undefined && port === table.indexOf(entry.dev)) {
      found.push(entry)
    }
  })
  return found
}

interface Waiting {
  readonly entry: DesiredBridgeEntry
  /** `vxlan0 is not a port of br0` */
  readonly lacks: string
}

/** One for all entries that lack the same. */
function waitingFor(waiting: readonly Waiting[], bridge: string, { isDesired, byName }: PlanContext): Obstacle[] {
  const byLack = new Map<string, DesiredBridgeEntry[]>()
  for (const { entry, lacks } of waiting) {
    const others = byLack.get(lacks) ?? []
    others.push(entry)
    byLack.set(lacks, others)
  }
  return Array.from(byLack, ([lacks, entries]) => {
    const what = entries.length === 1 ? 'one forwarding entry waits' : `${entries.length} forwarding entries wait`
    const dev = entries[0]?.dev ?? ''
    return {
      link: bridge,
      kind: 'waiting',
      reason: `${lacks}: ${what} for that`,
      // A link that is there is not missing: it lacks its place, or a VLAN.
      ...(!byName.has(dev) && { waitsFor: { link: dev, isDeclared: isDesired(dev) } }),
      ...(entries[0] !== undefined && { path: entries[0].path }),
    }
  })
}

/** So many conflicts are told by name. */
const mostNamed = 3

function conflicts(inTheWay: readonly InTheWay[], bridge: string): Obstacle[] {
  const isHosts = ({ there }: InTheWay): boolean => (there.state & constants.NUD_PERMANENT) !== 0
  const ofHost = inTheWay.filter(isHosts)
  const ofOthers = inTheWay.filter((each) => !isHosts(each))
  return [
    ...conflict(
      bridge,
      ofHost,
      (macs) =>
        `${bridge} has ${macs} as an address of this host; take the entry out of the desired state, or give the link that has the address another one`,
    ),
    ...conflict(
      bridge,
      ofOthers,
      (macs) =>
        `something else has put other forwarding entries for ${macs} into ${bridge}; remove these (bridge fdb del MAC dev PORT master), or take them out of the desired state`,
    ),
  ]
}

function conflict(link: string, list: readonly InTheWay[], reason: (macs: string) => string): Obstacle[] {
  const [first] = list
  if (first === undefined) {
    return []
  }
  const macs = list.slice(0, mostNamed).map(({ entry }) => entry.mac)
  const more = list.length > mostNamed ? ` and ${list.length - mostNamed} more` : ''
  return [{ link, kind: 'conflict', reason: reason(`${macs.join(', ')}${more}`), path: first.entry.path }]
}
