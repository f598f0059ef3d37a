/** The word for how a forwarding entry came to be, as `vxagent fdb` and the page show it. */
import { zeroMac } from '../../facts/zero-mac.ts'
import type { Iproute2FdbEntry } from './iproute2-fdb.ts'

/** What a control plane or a person set, which is worth a word beside the kind. */
const notable: ReadonlySet<string> = new Set(['extern_learn', 'sticky', 'offload', 'router'])

/**
 * `flood` (where frames without an entry of their own go), `learned` (from traffic; it ages), `static` or `permanent`, followed by flags
 * worth knowing: `extern_learn` when a control plane such as FRR put it there, in place of `learned`.
 */
export function entryKind(entry: Pick<Iproute2FdbEntry, 'mac' | 'flags' | 'state' | 'dst' | 'nhid'>): string {
  const { flags, state } = entry
  const kind = isFlood(entry) ? 'flood' : state === '' || state === 'stale' ? 'learned' : state
  const notes = flags.filter((flag) => notable.has(flag))
  return (kind === 'learned' && notes.includes('extern_learn') ? notes : [kind, ...notes]).join(' ')
}

/** Whether frames that no other entry is for go where this one leads. */
export function isFlood({ mac, dst, nhid }: Pick<Iproute2FdbEntry, 'mac' | 'dst' | 'nhid'>): boolean {
  return mac === zeroMac && (dst !== undefined || nhid !== undefined)
}
