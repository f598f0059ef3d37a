/** Gives a link that took another's place what others had put on that one: options of the port, entries, routes. */
import {
  type BridgePortAttributes,
  constants,
  KernelError,
  type MdbRequest,
  type Neighbour,
  type NeighbourRequest,
} from '../../../rtnetlink/index.ts'
import { countOf } from '../../facts/count-of.ts'
import type { Attachments } from '../../kernel/attachments.ts'
import { portData } from '../../words/port-words.ts'
import { differing } from '../../words/values.ts'
import type { Action, ActionOf, PutBack, ReturningGuest } from '../plan/action.ts'
import { describeAction, describeBridgeEntry, describeGroup, describePortOptions } from '../plan/describe-action.ts'
import { describeRoute, routeBy } from '../plan/inherited-routes.ts'
import { ExplainedRefusal, explainAlone } from './explain-refusal.ts'
import { errorOf, type Kernel, tolerate } from './kernel.ts'
import { partByPart } from './part-by-part.ts'
import { changePort, changeVlanMap, changeVlans } from './perform-port.ts'

/** One thing that could not be put back. */
export interface Lost {
  /** `route 10.50.0.0/16 via 10.7.0.2` */
  readonly object: string
  readonly error: Error
}

/** The kernel refused some of it; the rest was put back. */
export class NotPutBack extends Error {
  override readonly name = 'NotPutBack'
  /** The symbol of the first one's errno. */
  readonly code: string

  constructor(
    readonly lost: readonly Lost[],
    total: number,
  ) {
    const first = lost[0]?.error
    const message = `${lost.length} of ${countOf(total, 'object')} could not be put back; the first: ${first?.message}`
    super(total === 1 ? first?.message : message, { cause: first })
    this.code = first instanceof KernelError || first instanceof ExplainedRefusal ? first.code : ''
  }
}

/** @param index of the new link. Throws NotPutBack. */
export async function putBack(kernel: Kernel, index: number, { link, from, what }: ActionOf<'putBack'>): Promise<void> {
  const requests = requestsFor(kernel, link, index, from, what)
  const lost: Lost[] = []
  for (const { object, request } of requests) {
    // One after the other: a route may need the one before. That the kernel, or somebody else, was quicker is as good.
    const error = await errorOf(tolerate(request(), 'EEXIST'))
    if (error !== undefined) {
      lost.push({ object, error: explainAlone(error) })
    }
  }
  if (lost.length > 0) {
    throw new NotPutBack(lost, requests.length)
  }
}

interface NamedRequest {
  readonly object: string
  readonly request: () => Promise<void>
}

function requestsFor(
  kernel: Kernel,
  link: string,
  index: number,
  from: number,
  what: PutBack,
): readonly NamedRequest[] {
  const { client, names } = kernel
  const setPort = (port: number, slaveData: BridgePortAttributes): Promise<void> =>
    client.changeLink({ index: port, attributes: { linkinfo: { slaveKind: 'bridge', slaveData } } })
  switch (what.object) {
    case 'port': {
      const request = async () => {
        const different = differing(what.options, portData(await client.getLink({ index })))
        const backupPort = what.backupPort === undefined ? undefined : names.indexOf(what.backupPort)
        const slaveData = { ...different, ...(backupPort !== undefined && { backupPort }) }
        if (Object.keys(slaveData).length > 0) {
          await setPort(index, slaveData)
        }
      }
      return [{ object: `port options ${describePortOptions(what)}`, request }]
    }
    case 'bridge entries':
      return what.entries.map((entry) => ({
        object: `entry ${describeBridgeEntry(entry)} of its bridge`,
        request: () => client.addNeighbour(bridgeEntry(entry, index)),
      }))
    case 'backup':
      return what.ports.map((port) => ({
        object: `backup port ${link} of ${port}`,
        request: async () => setPort(names.indexOf(port), { backupPort: index }),
      }))
    case 'multicast':
      return inOrder(what.entries).map((each) => ({
        object: `group ${describeGroup(each.entry)}`,
        request: () => client.addMdbEntry(multicastRequest(each, from, index)),
      }))
    case 'routes':
      return what.routes.map((route) => {
        const request = routeBy(route, from, index)
        // Of an IPv6 route by several devices the kernel has taken away the part by the old link alone.
        const isPartLeft = route.family === constants.AF_INET6 && route.attributes.multipath !== undefined
        return {
          object: `route ${describeRoute(route)}`,
          request: () => (isPartLeft ? client.replaceRoute(request) : client.addRoute(request)),
        }
      })
    case 'guests':
      return what.guests.map((guest) => ({
        object: `port ${guest.name} of ${link}`,
        request: () => returnGuest(kernel, index, guest),
      }))
    default:
      return what satisfies never
  }
}

/**
 * Options and VLANs follow at once: the kernel takes options of a port only when it is one (rtnl_changelink(), net/core/rtnetlink.c, asks the
 * master before do_setlink() sets it). The record has them until they are there.
 */
async function returnGuest(kernel: Kernel, bridge: number, { ifindex, options }: ReturningGuest): Promise<void> {
  await kernel.client.changeLink({ index: ifindex, attributes: { master: bridge } })
  const errors: Error[] = []
  for (const action of options) {
    // One that is refused keeps none of the others from being set: a port that was isolated is to be so again.
    const error = await errorOf(partByPart(action, (part) => changeGuest(kernel, ifindex, part)))
    errors.push(...(error === undefined ? [] : [error]))
  }
  const [first] = errors
  if (first !== undefined) {
    throw first
  }
}

function changeGuest(kernel: Kernel, index: number, action: Action): Promise<void> {
  switch (action.kind) {
    case 'changePort':
      return changePort(kernel, index, action)
    case 'changeVlans':
      return changeVlans(kernel, index, action)
    case 'changeVlanMap':
      return changeVlanMap(kernel, index, action)
    default:
      throw new Error(`cannot do this to a guest: ${describeAction(action)}`)
  }
}

const { NTF_MASTER, NTF_STICKY, NTF_EXT_LEARNED, NUD_PERMANENT, NUD_NOARP, NUD_REACHABLE } = constants

function bridgeEntry({ state, flags, attributes: { lladdr, vlan } }: Neighbour, ifindex: number): NeighbourRequest {
  return {
    family: constants.AF_BRIDGE,
    ifindex,
    // One that a control plane put there may be stale, which nobody can ask for.
    state: (state & (NUD_PERMANENT | NUD_NOARP)) === 0 ? NUD_REACHABLE : state,
    flags: NTF_MASTER | (flags & (NTF_STICKY | NTF_EXT_LEARNED)),
    attributes: { lladdr, ...(vlan !== undefined && { vlan }) },
  }
}

type MulticastEntry = Attachments['multicast'][number]

/** Entries for all sources first: the kernel derives from them those for the sources that they list. */
function inOrder(entries: readonly MulticastEntry[]): MulticastEntry[] {
  const hasSource = ({ entry }: MulticastEntry): boolean => entry.attributes.source !== undefined
  return [...entries.filter((each) => !hasSource(each)), ...entries.filter(hasSource)]
}

function multicastRequest({ owner, entry: dumped }: MulticastEntry, from: number, to: number): MdbRequest {
  const moved = (index: number): number => (index === from ? to : index)
  const { attributes, flags: _, ...entry } = dumped
  const { timer: _timer, srcList, groupMode, rtprot, unknown: _unknown, ...stated } = attributes
  const sources = (srcList?.sources ?? []).map(({ address }) => ({ address }))
  return {
    ifindex: moved(owner),
    attributes: {
      entry: { ...entry, ifindex: moved(entry.ifindex) },
      stated: {
        ...stated,
        // Kernels before 6.2 refuse what they cannot set, and have nothing else than these.
        ...(sources.length > 0 && { srcList: { sources }, groupMode }),
        ...(rtprot !== undefined && rtprot !== constants.RTPROT_STATIC && { rtprot }),
      },
    },
  }
}
