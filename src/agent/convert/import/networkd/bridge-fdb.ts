/** A section [BridgeFDB] on a vxlan: where the frames for a MAC address go. */
import type { Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import type { Assignment } from './ini.ts'
import { type Rows, readAssignments, single } from './rows.ts'

const zeros = /^00([:-]00){5}$/

export function addFdbEntry(overlay: Overlay, name: string, assignments: readonly Assignment[]): void {
  const { notes } = overlay
  const entry: Record<string, unknown> = {}
  const reasons: string[] = []
  const state = (key: string, read: (text: string) => unknown = (text) => text) =>
    single(({ text }) => {
      entry[key] = read(text)
    })
  const rows: Rows = {
    MACAddress: state('mac'),
    Destination: state('dst'),
    VNI: state('vni', readDecimal),
    OutgoingInterface: single(({ text }) => {
      entry['via'] = text
      if (/^\d+$/.test(text)) {
        reasons.push('OutgoingInterface is a number, which the kernel gives anew at each boot; write the name')
      }
    }),
    VLANId: single(() => reasons.push('a vxlan has no VLANs in its forwarding table')),
    AssociatedWith: single(({ text }) => {
      if (text === 'router') {
        entry['router'] = true
      } else if (text !== 'self') {
        reasons.push(`an entry that is associated with ${text} is the bridge's, and vxagent makes those of vxlans`)
      }
    }),
  }
  readAssignments(assignments, rows, notes)
  const [first] = assignments
  if (first === undefined) {
    return
  }
  const text = assignments.map(({ key, setting }) => `${key}=${setting.text}`).join(' ')
  const setting: Setting = { name: '[BridgeFDB]', text, at: first.setting.at }
  const draft = overlay.findVxlan(name)
  const { mac, ...destination } = entry
  const [reason] = draft === undefined ? [`${name} is no vxlan`] : reasons
  if (reason !== undefined || draft === undefined) {
    notes.leftOut(setting, String(reason))
  } else if (zeros.test(String(mac)) && !('router' in entry)) {
    draft.add('remotes', destination, setting)
  } else {
    draft.add('fdb', entry, setting)
  }
}
