/** How a frame to an address leaves this host, step by step, and the plain answer. Asks the kernel through `Sources`, changes nothing. */
import type { Explanation, OuterPacket } from '../../answers/explanation.ts'
import type { EventKind, OverlayEvent } from '../../answers/overlay-event.ts'
import { isMulticast } from '../../facts/ip-text.ts'
import { nexthopGroupName } from '../../facts/nexthop-group.ts'
import { fdbKindOf } from '../../words/fdb-entry.ts'
import { throughBridge } from './bridge.ts'
import { byAddress, byMac, nameOf, type Question } from './departure-point.ts'
import { outerPackets } from './outer.ts'
import { sentFrame } from './sent-frame.ts'
import type { Sources } from './sources.ts'
import { ended, isEnding, StepLog } from './step-log.ts'
import { type Dispatch, dispatch, listed } from './tunnel-entry.ts'

/** As many past events of the MAC address are told. */
const mostRemembered = 5

/** Answers the question. Rejects with AmbiguousQuestion, and as the client does when the kernel cannot be asked. */
export async function explain(question: Question, sources: Sources): Promise<Explanation> {
  const { target, isMac, dev, vlan } = question
  const log = new StepLog()
  const start = isMac ? byMac(question, sources) : await byAddress(target, dev, sources, log)
  const address = isMac ? { mac: target } : { ip: target }
  if (isEnding(start)) {
    return ended({ target, ...address }, start, log)
  }
  const { link, mac, asks } = start
  const isQuestion = asks !== undefined
  const base = { target, ...address, ...(!isQuestion && { mac }), dev: nameOf(link) }
  const entrances = throughBridge({ link, mac, vlan, asks }, sources, log)
  if (isEnding(entrances)) {
    return ended(base, entrances, log)
  }
  const dispatches: Dispatch[] = []
  const packets: OuterPacket[] = []
  const problems: string[] = []
  for (const entrance of entrances) {
    const way = await dispatch(entrance, { mac, asks }, sources, log)
    if (isEnding(way)) {
      if (entrances.length === 1) {
        return ended({ ...base, ...{ vxlan: nameOf(entrance.vxlan) } }, way, log)
      }
      continue
    }
    const outer = await outerPackets(way, sources, log)
    dispatches.push(way)
    packets.push(...outer.packets)
    problems.push(...outer.problems)
  }
  const [first] = dispatches
  if (first === undefined) {
    return ended(base, { fate: 'dropped', answer: 'The frame does not leave: no tunnel takes it.' }, log)
  }
  const entrance = entrances.find(({ vxlan }) => vxlan === first.vxlan)
  const since = remember(isQuestion ? undefined : mac, first, sources, log)
  const isUnicast = dispatches.length === 1 && (first.entry !== undefined || first.nexthopGroup !== undefined)
  const isLost = packets.length > 0 && problems.length >= packets.length
  return {
    ...base,
    vxlan: nameOf(first.vxlan),
    fate: isLost ? 'dropped' : isUnicast ? 'unicast' : 'flood',
    steps: log.steps,
    packets,
    ...entryKind(first),
    ...(entrance !== undefined && { frame: sentFrame(entrance, { mac, asks }) }),
    ...(since !== undefined && { since }),
    ...(isUnicast && first.agesOutIn !== undefined && { agesOutIn: first.agesOutIn }),
    changes: asks === undefined ? first.changes : [answerTeaches(asks)],
    answer: answer({ target, mac, asks, isUnicast, dispatches, packets, problems }),
  }
}

function entryKind({ entry }: Dispatch): Pick<Explanation, 'entry'> {
  const kind = entry === undefined ? 'flood' : fdbKindOf(entry)
  return kind === 'flood' ? {} : { entry: kind }
}

/** A question goes to a group or to all, so that it is flooded whatever is known: what changes is how the frames after it go. */
function answerTeaches(target: string): string {
  return `the answer to the question tells the MAC address of ${target}, and teaches where it is: frames to it go to that VTEP alone from then on`
}

interface Conclusion {
  readonly target: string
  readonly mac: string
  readonly asks: string | undefined
  readonly isUnicast: boolean
  readonly dispatches: readonly Dispatch[]
  readonly packets: readonly OuterPacket[]
  readonly problems: readonly string[]
}

function answer({ target, asks, isUnicast, dispatches, packets, problems }: Conclusion): string {
  const through = dispatches.map(({ vxlan, vni }) => `${nameOf(vxlan)} (VNI ${vni})`).join(' and ')
  const [only] = packets
  const but = problems.length === 0 ? '' : ` But ${problems.join('; ')}.`
  const forTarget = asks === target ? '' : `, the next hop to ${target},`
  const what =
    asks === undefined
      ? `A frame to ${target}`
      : `The MAC address of ${asks}${forTarget} is not known: the question for it`
  if (isUnicast && only !== undefined && packets.length === 1) {
    const by = only.dev === undefined ? '' : ` by ${only.dev}`
    return `${what} leaves through ${through} as one packet to the VTEP ${only.remote}, UDP port ${only.dstport},${by} and to nobody else.${but}`
  }
  const nexthopGroup = dispatches.length === 1 ? dispatches[0]?.nexthopGroup : undefined
  if (nexthopGroup !== undefined) {
    return `${what} leaves through ${through} as one packet to one VTEP of ${nexthopGroupName(nexthopGroup)}, whichever the flow falls to: ${listed(packets.map(({ remote }) => remote))}.${but}`
  }
  const groups = packets.filter(({ remote }) => isMulticast(remote))
  const rest = packets.filter(({ remote }) => !isMulticast(remote))
  const copies = [
    ...(groups.length > 0
      ? [
          `to the multicast group ${listed(groups.map(({ remote }) => remote))}, that is to every VTEP that has joined it`,
        ]
      : []),
    ...(rest.length > 0
      ? [
          `${rest.length === 1 ? 'to the VTEP' : `as ${rest.length} copies to the VTEPs`} ${listed(rest.map(({ remote }) => remote))}`,
        ]
      : []),
  ]
  return `${what} is flooded through ${through} ${copies.join(' and ')}.${but}`
}

/** Events that tell since when an entry is as it is. */
const beginnings: ReadonlySet<EventKind> = new Set(['learned', 'added', 'changed', 'moved'])

/** Tells what was seen of the MAC address. Gives since when its entry is as it is. */
function remember(
  mac: string | undefined,
  { vxlan, entry }: Dispatch,
  sources: Sources,
  log: StepLog,
): string | undefined {
  if (mac === undefined) {
    return undefined
  }
  const past: OverlayEvent[] = []
  for (const event of sources.history?.(mac) ?? []) {
    past.push(event)
    if (past.length === mostRemembered) {
      break
    }
  }
  for (const { at, message } of past.toReversed()) {
    log.note('history', `${at}: ${message}`)
  }
  if (past.length === 0 && sources.history !== undefined && entry === undefined) {
    log.note('history', `nothing has been seen of ${mac} since the agent watches`)
  }
  if (entry === undefined) {
    return past.find(({ dev, kind }) => dev === nameOf(vxlan) && !beginnings.has(kind))?.at
  }
  return past.find(({ dev, kind }) => dev === nameOf(vxlan) && beginnings.has(kind))?.at
}
