/** A section [BridgeFDB]: an entry of a vxlan, or of the bridge that the link is, or is a port of. */
import { addBridgeEntry } from '../bridge-entry.ts'
import type { Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { Entry } from './entry.ts'
import type { Assignment } from './ini.ts'
import { effective, nameReset, type Row, type Rows, readAssignments, single } from './rows.ts'

const zeros = /^00([:-]00){5}$/

export function addFdbEntry(overlay: Overlay, name: string, assignments: readonly Assignment[]): void {
  const { notes } = overlay
  const stated = effective(assignments)
  const [first] = stated
  if (first === undefined) {
    nameReset(assignments, notes)
    return
  }
  const setting: Setting = {
    name: '[BridgeFDB]',
    text: stated.map(({ key, setting: own }) => `${key}=${own.text}`).join(' '),
    at: first.setting.at,
    parts: stated.map((assignment) => assignment.setting.at),
  }
  const associated = stated.findLast(({ key }) => key === 'AssociatedWith')?.setting.text ?? 'self'
  // NTF_SELF asks a bridge for its own table, and finds no master of it.
  if (overlay.isBridge(name) ? associated === 'self' : associated === 'master') {
    addEntryOfBridge(overlay, name, assignments, setting)
  } else if (overlay.isVxlan(name)) {
    addEntryOfVxlan(overlay, name, assignments, setting)
  } else {
    nameReset(assignments, notes)
    notes.leftOut(setting, `vxagent makes no entries of ${name} itself; those of its bridge have AssociatedWith=master`)
  }
}

function stateIn(entry: Entry): (key: string, read?: (text: string) => unknown) => Row {
  return (key, read = (text) => text) => single((value) => entry.set(key, read(value.text), value))
}

function addEntryOfVxlan(overlay: Overlay, name: string, assignments: readonly Assignment[], setting: Setting): void {
  const { notes } = overlay
  const entry = new Entry(notes)
  const reasons: string[] = []
  const state = stateIn(entry)
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
        reasons.push(`vxagent makes no entry that is associated with ${value.text}`)
      }
    }),
  }
  readAssignments(assignments, rows, notes)
  const [reason] = reasons
  const spec = entry.toSpec()
  const { mac, ...destination } = spec
  const draft = overlay.findVxlan(name)
  if (reason !== undefined) {
    notes.leftOut(setting, reason)
  } else if (zeros.test(String(mac)) && !('router' in spec)) {
    draft?.add('remotes', destination, entry.partsOf(setting))
  } else {
    draft?.add('fdb', spec, entry.partsOf(setting))
  }
}

/** networkd makes them permanent, all of them. Source: bridge_fdb_configure_message(), src/network/networkd-bridge-fdb.c of systemd. */
function addEntryOfBridge(overlay: Overlay, name: string, assignments: readonly Assignment[], setting: Setting): void {
  const { notes } = overlay
  const entry = new Entry(notes)
  const state = stateIn(entry)
  const ofVxlan = single((value) => notes.withoutEffect(value, 'the entry is one of a bridge, and leads to a port'))
  const rows: Rows = {
    MACAddress: state('mac'),
    VLANId: state('vlan', readDecimal),
    AssociatedWith: single((value) => entry.set('table', undefined, value)),
    Destination: ofVxlan,
    VNI: ofVxlan,
    OutgoingInterface: ofVxlan,
  }
  readAssignments(assignments, rows, notes)
  const { mac, vlan } = entry.toSpec()
  addBridgeEntry(overlay, name, { mac, vlan, state: 'permanent' }, entry.partsOf(setting))
}
