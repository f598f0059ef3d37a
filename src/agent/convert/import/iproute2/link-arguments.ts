/** Arguments of `ip link add` and `ip link set`, and those of vxlans, bridges and ports. Source: ip-link(8), bridge(8). */
import type {
  BridgeDraft,
  BridgeFlag,
  LinkDraft,
  Overlay,
  PortDraft,
  PortFlag,
  VxlanDraft,
  VxlanFlag,
} from '../overlay.ts'
import { readCInteger, readDecimal, readHex } from '../read-number.ts'
import type { Notes } from '../source.ts'
import { flag, leftOut, onOff, type Row, type Rows, value } from './arguments.ts'

const noKey = 'vxagent has no key for it'

/** What any link has. A link that is not ours has no draft. */
export function linkRows(overlay: Overlay, name: string, draft: LinkDraft): Rows {
  const { notes } = overlay
  const up = (isUp: boolean): Row =>
    flag((setting) => {
      // Up is how vxagent holds a link anyway.
      if (isUp && !draft.has('up')) {
        notes.accountFor(setting)
      } else {
        draft.set('up', isUp, setting)
      }
    })
  const queue = value((setting) => draft.set('txqlen', readDecimal(setting.text), setting))
  return {
    up: up(true),
    down: up(false),
    mtu: value((setting) => draft.set('mtu', readDecimal(setting.text), setting)),
    address: value((setting) => draft.set('mac', setting.text, setting)),
    alias: value((setting) => draft.set('alias', setting.text, setting)),
    arp: onOff((isOn, setting) => draft.set('arp', isOn, setting), notes),
    addrgenmode: value((setting) => draft.set('addrgenmode', setting.text, setting)),
    group: value((setting) => draft.set('devgroup', readDecimal(setting.text), setting)),
    txqueuelen: queue,
    txqlen: queue,
    qlen: queue,
    master: value((setting) => attachOrSet(overlay, name, draft, setting)),
    vrf: value((setting) => attachOrSet(overlay, name, draft, setting)),
    nomaster: leftOut(0, 'a link leaves its bridge when no file lists it; take it out of `ports`', notes),
    ...Object.fromEntries(
      ['multicast', 'allmulticast', 'promisc', 'dynamic', 'netns', 'numtxqueues', 'numrxqueues', 'gso_max_size'].map(
        (key) => [key, leftOut(1, noKey, notes)],
      ),
    ),
  }
}

/** The master of a vxlan is a bridge, or something that has to exist; that of a bridge is a VRF. */
function attachOrSet(overlay: Overlay, name: string, draft: LinkDraft, setting: Parameters<typeof draft.set>[2]): void {
  if (overlay.isBridge(name)) {
    overlay.notes.remark(setting.at, `vxagent makes no VRFs: ${setting.text} has to exist on this host`)
    draft.set('master', setting.text, setting)
  } else {
    overlay.attach(name, setting.text, setting)
  }
}

export function vxlanRows({ notes }: Overlay, draft: VxlanDraft): Rows {
  const number = (key: 'id' | 'ageing' | 'maxaddr'): Row =>
    value((setting) => draft.set(key, readDecimal(setting.text), setting))
  const text = (key: 'group' | 'remote' | 'local' | 'dev' | 'df'): Row =>
    value((setting) => draft.set(key, setting.text, setting))
  // Both tools read a TOS as hexadecimal, and a TTL of 0 or "auto" is the kernel's default.
  const tos = value((setting) =>
    draft.set('tos', setting.text === 'inherit' ? 'inherit' : readHex(setting.text), setting),
  )
  const ttl = value((setting) =>
    /^(auto|0)$/.test(setting.text)
      ? notes.accountFor(setting)
      : draft.set('ttl', setting.text === 'inherit' ? 'inherit' : readDecimal(setting.text), setting),
  )
  const flags: readonly VxlanFlag[] = [
    ...(['learning', 'proxy', 'rsc', 'l2miss', 'l3miss', 'udpcsum', 'udp6zerocsumtx', 'udp6zerocsumrx'] as const),
    ...(['remcsumtx', 'remcsumrx', 'external', 'vnifilter', 'localbypass', 'mcroute', 'gbp', 'gpe'] as const),
  ]
  return {
    id: number('id'),
    vni: number('id'),
    group: text('group'),
    remote: text('remote'),
    local: text('local'),
    dev: text('dev'),
    df: text('df'),
    ttl,
    hoplimit: ttl,
    tos,
    dsfield: tos,
    // 0 leaves it to the kernel, too.
    dstport: value((setting) =>
      setting.text === '0' ? notes.accountFor(setting) : draft.set('dstport', readDecimal(setting.text), setting),
    ),
    port: srcport(draft),
    srcport: srcport(draft),
    ageing: number('ageing'),
    maxaddress: number('maxaddr'),
    flowlabel: value((setting) =>
      setting.text === 'inherit'
        ? draft.set('labelpolicy', 'inherit', setting)
        : draft.set('flowlabel', readHex(setting.text), setting),
    ),
    ...Object.fromEntries(
      flags.flatMap((key) => [
        [key, flag((setting) => draft.set(key, true, setting))],
        [`no${key}`, flag((setting) => draft.set(key, false, setting))],
      ]),
    ),
  }
}

function srcport(draft: VxlanDraft): Row {
  return { count: 2, read: (setting, ports) => draft.set('srcport', ports.map(readDecimal), setting) }
}

export function bridgeRows({ notes }: Overlay, draft: BridgeDraft): Rows {
  const onOffKey = (key: BridgeFlag): Row => onOff((isOn, setting) => draft.set(key, isOn, setting), notes)
  const number = (key: 'priority' | 'vlan_default_pvid'): Row =>
    value((setting) => draft.set(key, readDecimal(setting.text), setting))
  /** `ip link` counts hundredths of a second. */
  const hundredths = (key: 'forward_delay' | 'hello_time' | 'max_age' | 'ageing_time'): Row =>
    value((setting) => {
      const amount = readDecimal(setting.text)
      return draft.set(key, typeof amount === 'number' ? amount / 100 : amount, setting)
    })
  return {
    stp_state: onOffKey('stp'),
    vlan_filtering: onOffKey('vlan_filtering'),
    mcast_snooping: onOffKey('mcast_snooping'),
    mcast_querier: onOffKey('mcast_querier'),
    forward_delay: hundredths('forward_delay'),
    hello_time: hundredths('hello_time'),
    max_age: hundredths('max_age'),
    ageing_time: hundredths('ageing_time'),
    priority: number('priority'),
    vlan_default_pvid: number('vlan_default_pvid'),
    vlan_protocol: value((setting) => draft.set('vlan_protocol', setting.text.replace('802.1q', '802.1Q'), setting)),
    group_fwd_mask: value((setting) => draft.set('group_fwd_mask', readCInteger(setting.text), setting)),
    ...Object.fromEntries(
      [
        'mcast_router',
        'mcast_stats_enabled',
        'mcast_igmp_version',
        'mcast_mld_version',
        'nf_call_iptables',
        'vlan_stats_enabled',
      ].map((key) => [key, leftOut(1, noKey, notes)]),
    ),
  }
}

/** `bridge link set`, and `ip link set … type bridge_slave`. */
export function portRows(port: PortDraft, notes: Notes): Rows {
  const flags: readonly PortFlag[] = [
    ...(['learning', 'neigh_suppress', 'isolated', 'flood', 'mcast_flood', 'bcast_flood', 'vlan_tunnel'] as const),
    ...(['hairpin', 'guard', 'root_block', 'locked'] as const),
  ]
  const number = (key: 'cost' | 'priority'): Row =>
    value((setting) => port.set(key, readDecimal(setting.text), setting))
  const fastLeave = onOff((isOn, setting) => port.set('fast_leave', isOn, setting), notes)
  return {
    ...Object.fromEntries(flags.map((key) => [key, onOff((isOn, setting) => port.set(key, isOn, setting), notes)])),
    fastleave: fastLeave,
    mcast_fast_leave: fastLeave,
    cost: number('cost'),
    priority: number('priority'),
    self: flag((setting) => notes.accountFor(setting)),
    master: flag((setting) => notes.accountFor(setting)),
    ...Object.fromEntries(
      ['state', 'mcast_router', 'mcast_to_unicast', 'proxy_arp', 'backup_port', 'mab', 'learning_sync', 'hwmode'].map(
        (key) => [key, leftOut(1, noKey, notes)],
      ),
    ),
  }
}
