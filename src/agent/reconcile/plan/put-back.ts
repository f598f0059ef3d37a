/** What others put on a link that is replaced, or made lead to it, as actions that give it to the successor. */
import { type BridgePortAttributes, constants, type Link, type Neighbour } from '../../../rtnetlink/index.ts'
import type { DesiredLink } from '../../desired/overlay.ts'
import { nothingAttached } from '../../kernel/attachments.ts'
import { bridgeData } from '../../kernel/bridge-link.ts'
import { fdbKey } from '../../kernel/observed.ts'
import type { OwnedLink } from '../../record/owned.ts'
import { isMacStated, isOnRecord } from '../../words/bridge-fdb-entry.ts'
import { isLearned } from '../../words/fdb-entry.ts'
import { portData } from '../../words/port-words.ts'
import { differing, pickBy } from '../../words/values.ts'
import type { ActionOf, PutBack } from './action.ts'
import { staysInBridge } from './inherited.ts'
import { inheritedRoutes } from './inherited-routes.ts'
import type { PlanContext } from './plan-context.ts'

/** In the order in which they can be done: a port before what is on it, addresses and links before routes. */
export function putBack(
  desired: DesiredLink,
  link: Link,
  record: OwnedLink,
  context: PlanContext,
): ActionOf<'putBack'>[] {
  const { multicast, routes } = context.attached.get(link.index) ?? nothingAttached
  const isPort = staysInBridge(desired, link, context)
  const groups = multicast.filter(({ owner }) => owner === link.index || isPort)
  const what: PutBack[] = [
    ...(isPort ? portOptions(desired, link, record, context) : []),
    { object: 'bridge entries', entries: isPort ? bridgeEntries(link, context) : [] },
    { object: 'multicast', entries: groups },
    { object: 'backup', ports: isPort ? backedUpPorts(link, context) : [] },
    { object: 'routes', routes: inheritedRoutes(routes) },
  ]
  const base = { kind: 'putBack' as const, link: desired.name, from: link.index }
  return what
    .filter((each) => !isEmpty(each))
    .map((each) => ({ ...base, what: each, reason: 'kept across the replacement' }))
}

function isEmpty(what: PutBack): boolean {
  switch (what.object) {
    case 'port':
      return Object.keys(what.options).length === 0 && what.backupPort === undefined
    case 'backup':
      return what.ports.length === 0
    case 'routes':
      return what.routes.length === 0
    case 'guests':
      return what.guests.length === 0
    default:
      return what.entries.length === 0
  }
}

/** Options that no file can state, and what the kernel gives a new port. */
const portDefaults = {
  multicastRouter: 1,
  mcastToUcast: false,
  groupFwdMask: 0,
  mcastEhtHostsLimit: 512,
  mcastMaxGroups: 0,
  proxyarp: false,
  proxyarpWifi: false,
  neighVlanSuppress: false,
  mab: false,
  backupNhid: 0,
} as const satisfies BridgePortAttributes

/** BR_STATE_*: by hand, where no spanning tree decides it. Source: linux/if_bridge.h. */
const heldStates: readonly number[] = [1, 2, 4]

function portOptions(
  { port }: DesiredLink,
  link: Link,
  record: OwnedLink,
  { observed, names }: PlanContext,
): PutBack[] {
  const { master = 0 } = link.attributes
  const data = portData(link)
  const { cost, state, backupPort } = data
  const spanningTree = bridgeData(observed.links.get(master))?.stpState
  const hasSpanningTree = spanningTree !== undefined && spanningTree !== 0
  const isCostStated = port?.spec.cost !== undefined || record.stated.includes('port.cost')
  const backup = backupPort === undefined ? undefined : names.nameOf(backupPort)
  const kept: BridgePortAttributes = {
    ...differing<BridgePortAttributes>(
      pickBy(data, (key) => key in portDefaults),
      portDefaults,
    ),
    // Whether somebody set it is not told: the successor's may be the same by itself.
    ...(cost !== undefined && !isCostStated && { cost }),
    ...(state !== undefined && heldStates.includes(state) && !hasSpanningTree && { state }),
  }
  return [{ object: 'port', options: kept, ...(backup !== undefined && { backupPort: backup }) }]
}

/**
 * Those that were not learned, not made by the kernel for the port's own address, and not ours unless a file still states them. With a VLAN
 * first: without one an entry is for all VLANs.
 */
function bridgeEntries(link: Link, { index, names, owned, overlay }: PlanContext): Neighbour[] {
  const { address, master = 0 } = link.attributes
  const bridge = names.nameOf(master) ?? ''
  const stated = overlay.bridgeEntries.get(bridge) ?? []
  const recorded = owned.entriesOf(bridge).fdb
  const isDropped = (entry: Neighbour): boolean =>
    isOnRecord(recorded, fdbKey(entry)) && !isMacStated(stated, fdbKey(entry))
  const isKept = (entry: Neighbour): boolean =>
    (entry.flags & constants.NTF_SELF) === 0 &&
    !isLearned(entry) &&
    !isDropped(entry) &&
    !((entry.state & constants.NUD_PERMANENT) !== 0 && entry.attributes.lladdr === address)
  const kept = index.entriesToward(link.index, master).filter(isKept)
  const hasVlan = ({ attributes: { vlan = 0 } }: Neighbour): boolean => vlan !== 0
  return [...kept.filter(hasVlan), ...kept.filter((entry) => !hasVlan(entry))]
}

/** By name: a port may itself be replaced at the same time. */
function backedUpPorts(link: Link, { index }: PlanContext): string[] {
  return index.backedUpBy(link.index).flatMap(({ attributes: { ifname } }) => (ifname === undefined ? [] : [ifname]))
}
