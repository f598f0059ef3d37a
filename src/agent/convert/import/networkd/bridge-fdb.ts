/** A section [BridgeFDB]; on a vxlan it says where the frames for a MAC address go. */
import type { Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { Entry } from './entry.ts'
import type { Assignment } from './ini.ts'
import { effective, nameReset, type Rows, readAssignments, single } from './rows.ts'

const zeros = /^00([:-]00){5}$/

export function addFdbEntry(overlay: Overlay, name: string, assignments: readonly Assignment[]): void {
  const { notes } = overlay
  const [first] = effective(assignments)
  if (first === undefined) {
    nameReset(assignments, notes)
    return
  }
  const text = effective(assignments)
    .map(({ key, setting }) => `${key}=${setting.text}`)
    .join(' ')
  const setting: Setting = {
    name: '[BridgeFDB]',
    text,
    at: first.setting.at,
    parts: effective(assignments).map((assignment) => assignment.setting.at),
  }
  const draft = overlay.findVxlan(name)
  if (draft === undefined) {
    nameReset(assignments, notes)
    notes.leftOut(setting, `vxagent has no key for forwarding entries of bridges and other ports yet`)
    return
  }
  const entry = new Entry(notes)
  const reasons: string[] = []
  const state = (key: string, read: (text: string) => unknown = (value) => value) =>
    single((value) => entry.set(key, read(value.text), value))
  const rows: Rows = {
    MACAddress: state('mac'),
    Destination: state('dst'),
    VNI: state('vni', readDecimal),
    OutgoingInterface: single((value) => {
      entry.set('via', value.text, value)
      if (/^\d+$/.test(value.text)) {
        reasons.push('OutgoingInterface is a number, which the kernel gives anew at each boot; write the name')
      }
    }),
    VLANId: single(() => {
      reasons.push('a vxlan has no VLANs in its forwarding table')
    }),
    AssociatedWith: single((value) => {
      entry.set('router', value.text === 'router' ? true : undefined, value)
      if (value.text !== 'router' && value.text !== 'self') {
        reasons.push(
          `an entry that is associated with ${value.text} is the bridge's, and vxagent makes those of vxlans`,
        )
      }
    }),
  }
  readAssignments(assignments, rows, notes)
  const [reason] = reasons
  const spec = entry.toSpec()
  const { mac, ...destination } = spec
  if (reason !== undefined) {
    notes.leftOut(setting, reason)
  } else if (zeros.test(String(mac)) && !('router' in spec)) {
    draft.add('remotes', destination, entry.partsOf(setting))
  } else {
    draft.add('fdb', spec, entry.partsOf(setting))
  }
}
