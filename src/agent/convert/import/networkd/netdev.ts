/** A .netdev file of the kind vxlan or bridge. Source: systemd.netdev(5), src/network/netdev/{vxlan,bridge}.c of systemd. */
import { kernelDstport } from '../../../desired/schema.ts'
import type { BridgeDraft, BridgeFlag, LinkDraft, Overlay, VxlanDraft, VxlanFlag } from '../overlay.ts'
import { readCInteger } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { readSeconds } from '../time-span.ts'
import {
  boolean,
  decisive,
  joined,
  leaveOutAll,
  leftOut,
  number,
  type Row,
  type Rows,
  readAssignments,
  single,
  word,
} from './rows.ts'
import type { Unit } from './unit.ts'
import { readBoolean, readSize } from './values.ts'

/** UDP port of VXLAN-GPE, which networkd takes for a link that states no other. */
const gpeDstport = 4790

export function readVxlanNetdev(overlay: Overlay, name: Setting, unit: Unit): void {
  const draft = overlay.vxlan(name.text, name)
  readSections(overlay, draft, unit, 'VXLAN', vxlanRows(overlay, draft))
  draft.setDefault('dstport', draft.get('gpe') === true ? gpeDstport : kernelDstport)
  // networkd always says whether there are to be checksums; the kernel's own default is to have them.
  draft.setDefault('udpcsum', false)
}

export function readBridgeNetdev(overlay: Overlay, name: Setting, unit: Unit): void {
  const draft = overlay.bridge(name.text, name)
  readSections(overlay, draft, unit, 'Bridge', bridgeRows(draft))
}

function readSections({ notes }: Overlay, draft: LinkDraft, unit: Unit, own: string, ownRows: Rows): void {
  const rows = new Map([
    ['NetDev', netdevRows(draft)],
    [own, ownRows],
  ])
  for (const [section, known] of rows) {
    readAssignments(joined(unit.sections, section), known, notes)
  }
  for (const { name, assignments } of unit.sections.filter((section) => !rows.has(section.name))) {
    const why =
      name === 'Match'
        ? 'vxagent makes a link on every host that has the file; leave the file out where the link is not wanted'
        : `it says nothing about a link of this kind`
    leaveOutAll(assignments, why, notes)
  }
}

function netdevRows(draft: LinkDraft): Rows {
  return {
    Name: decisive,
    Kind: decisive,
    Description: single((setting) => draft.set('alias', setting.text, setting)),
    MTUBytes: single((setting) => draft.set('mtu', readSize(setting.text), setting)),
    // "none" leaves it to the kernel, as an unstated key does here.
    MACAddress: single((setting, notes) =>
      setting.text === 'none' ? notes.accountFor(setting) : draft.set('mac', setting.text, setting),
    ),
  }
}

function vxlanRows({ notes }: Overlay, draft: VxlanDraft): Rows {
  const flag = (key: VxlanFlag): Row => boolean((value, setting) => draft.set(key, value, setting))
  const address = (key: 'group' | 'remote'): Row => single((setting) => draft.set(key, setting.text, setting))
  return {
    VNI: number((value, setting) => draft.set('id', value, setting)),
    Id: number((value, setting) => draft.set('id', value, setting)), // before systemd 243
    Group: address('group'),
    Remote: address('remote'),
    Local: single((setting) => {
      if (/^(ipv[46]_link_local|dhcp[46]|slaac)$/.test(setting.text)) {
        notes.leftOut(setting, 'networkd looks up an address of the underlay; state the address')
        return true
      }
      return draft.set('local', setting.text, setting)
    }),
    TOS: single((setting) => draft.set('tos', readCInteger(setting.text), setting)),
    TTL: single((setting) =>
      draft.set('ttl', setting.text === 'inherit' ? 'inherit' : readCInteger(setting.text), setting),
    ),
    FlowLabel: single((setting) =>
      setting.text === 'inherit'
        ? draft.set('labelpolicy', 'inherit', setting)
        : draft.set('flowlabel', readCInteger(setting.text), setting),
    ),
    MacLearning: flag('learning'),
    FDBAgeingSec: single((setting, notes) => {
      // 0 is networkd's word for "not stated"; fractions of a second are cut off.
      const seconds = readSeconds(setting.text)
      const whole = typeof seconds === 'number' ? Math.floor(seconds) : seconds
      return whole === 0 ? notes.accountFor(setting) : draft.set('ageing', whole, setting)
    }),
    MaximumFDBEntries: number((value, setting) => draft.set('maxaddr', value, setting)),
    ReduceARPProxy: flag('proxy'),
    ARPProxy: flag('proxy'),
    L2MissNotification: flag('l2miss'),
    L3MissNotification: flag('l3miss'),
    RouteShortCircuit: flag('rsc'),
    UDPChecksum: flag('udpcsum'),
    UDPCheckSum: flag('udpcsum'),
    UDP6ZeroChecksumTx: flag('udp6zerocsumtx'),
    UDP6ZeroCheckSumTx: flag('udp6zerocsumtx'),
    UDP6ZeroChecksumRx: flag('udp6zerocsumrx'),
    UDP6ZeroCheckSumRx: flag('udp6zerocsumrx'),
    RemoteChecksumTx: flag('remcsumtx'),
    RemoteChecksumRx: flag('remcsumrx'),
    GroupPolicyExtension: flag('gbp'),
    GenericProtocolExtension: flag('gpe'),
    DestinationPort: number((value, setting) => draft.set('dstport', value, setting)),
    PortRange: single((setting) => {
      const [low = '', high = low] = setting.text.split('-')
      return draft.set('srcport', [readCInteger(low), readCInteger(high)], setting)
    }),
    IPDoNotFragment: single((setting) => setDf(draft, setting)),
    // Whether there has to be a `dev`: see gather-networkd.ts.
    Independent: boolean((_, setting, notes) => notes.accountFor(setting)),
    External: flag('external'),
    VNIFilter: flag('vnifilter'),
  }
}

function setDf(draft: VxlanDraft, setting: Setting): boolean {
  const value = readBoolean(setting.text)
  return draft.set('df', value === undefined ? setting.text : value ? 'set' : 'unset', setting)
}

function bridgeRows(draft: BridgeDraft): Rows {
  const seconds = (key: 'ageing_time' | 'forward_delay' | 'hello_time' | 'max_age'): Row =>
    single((setting) => draft.set(key, readSeconds(setting.text), setting))
  const flag = (key: BridgeFlag): Row => boolean((value, setting) => draft.set(key, value, setting))
  return {
    HelloTimeSec: seconds('hello_time'),
    MaxAgeSec: seconds('max_age'),
    ForwardDelaySec: seconds('forward_delay'),
    AgeingTimeSec: seconds('ageing_time'),
    Priority: number((value, setting) => draft.set('priority', value, setting)),
    GroupForwardMask: single((setting) => draft.set('group_fwd_mask', readCInteger(setting.text), setting)),
    DefaultPVID: single((setting) =>
      draft.set('vlan_default_pvid', setting.text === 'none' ? 0 : readCInteger(setting.text), setting),
    ),
    STP: flag('stp'),
    VLANFiltering: flag('vlan_filtering'),
    VLANProtocol: word(vlanProtocols, (protocol, setting) => draft.set('vlan_protocol', protocol, setting)),
    MulticastSnooping: flag('mcast_snooping'),
    MulticastQuerier: flag('mcast_querier'),
    MulticastIGMPVersion: leftOut('vxagent has no key for it; the kernel keeps its default, 2'),
    FDBMaxLearned: leftOut('vxagent has no key for it; the kernel keeps its default, no limit'),
    LinkLocalLearning: leftOut('vxagent has no key for it'),
  }
}

const vlanProtocols: ReadonlyMap<string, '802.1Q' | '802.1ad'> = new Map([
  ['802.1q', '802.1Q'],
  ['802.1Q', '802.1Q'],
  ['802.1ad', '802.1ad'],
])
