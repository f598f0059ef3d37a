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
import type { ActionOf, PutBack } from '../plan/action.ts'
import { routeBy } from '../plan/kept-routes.ts'
import { errorOf, type Kernel, tolerate } from './kernel.ts'

/** The kernel refused some of it; the rest was put back. */
export class NotPutBack extends Error {
  override readonly name = 'NotPutBack'
  /** The symbol of the first one's errno. */
  readonly code: string

  constructor(errors: readonly Error[], total: number) {
    const [first] = errors
    const message = `${errors.length} of ${countOf(total, 'object')} could not be put back; the first: ${first?.message}`
    super(total === 1 ? first?.message : message, { cause: first })
    this.code = first instanceof KernelError ? first.code : ''
  }
}

/** @param index of the new link. Throws NotPutBack. */
export async function putBack(kernel: Kernel, index: number, { from, what }: ActionOf<'putBack'>): Promise<void> {
  const requests = requestsFor(kernel, index, from, what)
  const errors: Error[] = []
  for (const request of requests) {
    // One after the other: a route may need the one before. That the kernel, or somebody else, was quicker is as good.
    const error = await errorOf(tolerate(request(), 'EEXIST'))
    if (error !== undefined) {
      errors.push(error)
    }
  }
  if (errors.length > 0) {
    throw new NotPutBack(errors, requests.length)
  }
}

function requestsFor(
  { client, names }: Kernel,
  index: number,
  from: number,
  what: PutBack,
): readonly (() => Promise<void>)[] {
  const setPort = (port: number, slaveData: BridgePortAttributes): Promise<void> =>
    client.changeLink({ index: port, attributes: { linkinfo: { slaveKind: 'bridge', slaveData } } })
  switch (what.object) {
    case 'port':
      return [
        async () => {
          const { linkinfo } = (await client.getLink({ index })).attributes
          const present = linkinfo?.slaveKind === 'bridge' ? linkinfo.slaveData : undefined
          const different = optionsThatDiffer(what.options, present as BridgePortAttributes | undefined)
          const backupPort = what.backupPort === undefined ? undefined : names.indexOf(what.backupPort)
          const slaveData = { ...different, ...(backupPort !== undefined && { backupPort }) }
          if (Object.keys(slaveData).length > 0) {
            await setPort(index, slaveData)
          }
        },
      ]
    case 'bridge entries':
      return what.entries.map((entry) => () => client.addNeighbour(bridgeEntry(entry, index)))
    case 'backup':
      return what.ports.map((port) => () => setPort(names.indexOf(port), { backupPort: index }))
    case 'multicast':
      return multicastRequests(what.entries, from, index).map((request) => () => client.addMdbEntry(request))
    case 'routes':
      return what.routes.map((route) => () => {
        const request = routeBy(route, from, index)
        // Of an IPv6 route by several devices the kernel has taken away the part by the old link alone.
        const isPartLeft = route.family === constants.AF_INET6 && route.attributes.multipath !== undefined
        return isPartLeft ? client.replaceRoute(request) : client.addRoute(request)
      })
    default:
      return what satisfies never
  }
}

function optionsThatDiffer(
  wanted: BridgePortAttributes,
  present: BridgePortAttributes | undefined = {},
): BridgePortAttributes {
  const there = present as Readonly<Record<string, unknown>>
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => there[key] !== value))
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

/** Entries for all sources first: the kernel derives from them those for the sources that they list. */
function multicastRequests(entries: Attachments['multicast'], from: number, to: number): MdbRequest[] {
  const moved = (index: number): number => (index === from ? to : index)
  const hasSource = ({ entry }: (typeof entries)[number]): boolean => entry.attributes.source !== undefined
  const ordered = [...entries.filter((each) => !hasSource(each)), ...entries.filter(hasSource)]
  return ordered.map(({ owner, entry: { attributes, flags: _, ...entry } }) => {
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
  })
}
