/** An event as a sentence. */
import type { OverlayEvent } from '../../answers/overlay-event.ts'

/** For how long something was so, as ` since …`. */
function lasted({ since }: Pick<OverlayEvent, 'since'>): string {
  return since === undefined ? '' : ` (since ${since})`
}

/** `vyos01 (10.0.2.254)`, or how many. */
function membersText({ node, vtep, count = 0 }: Omit<OverlayEvent, 'id' | 'at' | 'message'>): string {
  const name = [node, vtep && `(${vtep})`].filter(Boolean).join(' ') || 'a member'
  return count > 1 ? `${count} members, ${name} among them,` : name
}

/** What happened, in words. */
export function describeEvent(event: Omit<OverlayEvent, 'id' | 'at' | 'message'>): string {
  const { kind, dev = '', mac = '', vtep, from, cause, address, changes = [], actions = [], count = 0, state } = event
  const behind = vtep === undefined ? '' : ` behind ${vtep}`
  const to = vtep === undefined ? '' : ` to ${vtep}`
  const because = cause === undefined ? '' : `: ${cause}`
  switch (kind) {
    case 'learned':
      return `${mac} learned on ${dev}${behind}${because}`
    case 'added':
      return `${mac} put on ${dev}${to}${because}`
    case 'changed':
      return `${mac} on ${dev}${to} is ${changes.join(', ')} now${because}`
    case 'moved':
      return `${mac} moved on ${dev} from ${from} to ${vtep}${because}`
    case 'aged-out':
      return `${mac} on ${dev}${behind} aged out`
    case 'deleted':
      return `${mac}${to} removed from ${dev} ${because === '' ? 'by hand or by another program' : `(${cause})`}`
    case 'flushed':
      return `${mac === '' ? `${count} forwarding entries` : `${mac}${to}`} flushed from ${dev}${because}`
    case 'withdrawn':
      return `${mac}${to} withdrawn from ${dev} by vxagent`
    case 'flapping':
      return `${mac} flaps on ${dev} between ${from} and ${vtep}: ${count} moves within a minute; look for a loop, or for two hosts with this MAC address`
    case 'duplicate':
      return cause === undefined
        ? `${mac} on ${dev} moved ${count} times within three minutes, last from ${from} to ${vtep}: taken for a duplicate MAC address`
        : `${mac} on ${dev} is a duplicate: learned behind ${vtep}, and ${cause}`
    case 'link-added':
      return `link ${dev} came${because}`
    case 'link-deleted':
      return `link ${dev} went${because}`
    case 'link-up':
      return `link ${dev} is up${because}`
    case 'link-down':
      return `link ${dev} is down${because}`
    case 'link-changed':
      return `link ${dev}: ${changes.join(', ')}${because}`
    case 'port-lost':
      return `${dev} has lost its place in ${from}, which went; ${cause ?? `it comes back if vxagent makes ${from} again`}`
    case 'address-added':
      return `${dev} has the address ${address}${because}`
    case 'address-deleted':
      return `${dev} has lost the address ${address}${because}`
    case 'applied':
      return `done: ${actions.join('; ')}`
    case 'repair':
      return `drift on ${dev} (${changes.join('; ')}) repaired: ${actions.join('; ')}`
    case 'failed':
      return `could not: ${actions.join('; ')}${because}`
    case 'state':
      return dev === '' ? `the desired files are ${state}` : `${dev} is ${state}${because}`
    case 'held':
      return dev === ''
        ? `held: the desired files would delete ${cause}; vxagent apply carries it out`
        : `no desired file names ${dev} any more: it waits to be deleted`
    case 'overrun':
      return 'the kernel dropped events: the receive buffer overflowed; everything is dumped anew'
    case 'resync':
      return `dumped anew${because}: ${count === 0 ? 'nothing' : count} had gone unnoticed`
    case 'unreachable':
      return `${count > 1 ? `${count} VTEPs are` : `${vtep} is`} unreachable from ${dev}${because}`
    case 'reachable':
      return `${count > 1 ? `${count} VTEPs are` : `${vtep} is`} no longer unreachable from ${dev}${lasted(event)}; it was${because}`
    case 'fault':
      return `fault${count > 1 ? ` (one of ${count})` : ''} on ${dev === '' ? 'this host' : dev}${because}`
    case 'fault-over':
      return `over${count > 1 ? ` (one of ${count})` : ''} on ${dev === '' ? 'this host' : dev}${lasted(event)}${because}`
    case 'member-joined':
      return `${membersText(event)} joined the fleet: ${dev} floods to ${count > 1 ? 'them' : 'it'}`
    case 'member-gone':
      return `${membersText(event)} gone from the store of the fleet${because}`
    case 'member-back':
      return `${membersText(event)} back in the store of the fleet`
    case 'member-removed':
      return `${membersText(event)} removed: ${dev} no longer floods to ${count > 1 ? 'them' : 'it'}`
    case 'fleet-mode':
      return `${from === undefined ? 'fleet' : `fleet ${from}`}: ${state}${because}`
    case 'fleet-problem':
      return `a problem of the fleet${count > 1 ? ` (one of ${count})` : ''}${because}`
    case 'fleet-problem-over':
      return `a problem of the fleet is over${count > 1 ? ` (one of ${count})` : ''}${lasted(event)}${because}`
    case 'pushed-file':
      return `${from}: ${state}${because}`
    case 'started':
      return `vxagent began to watch${because}`
    case 'missed':
      return cause === undefined
        ? `${count} events are missing here: they are no longer kept`
        : `events may be missing here${because}`
    default:
      return kind satisfies never
  }
}
