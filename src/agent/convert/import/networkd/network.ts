/** A .network file of a vxlan or bridge of ours. Source: systemd.network(5). */
import type { LinkDraft, Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { addAddress } from './address.ts'
import { addFdbEntry } from './bridge-fdb.ts'
import { setVlans } from './bridge-vlan.ts'
import { Entry } from './entry.ts'
import { portRows } from './port.ts'
import {
  boolean,
  each,
  effective,
  joined,
  leaveOutAll,
  leftOut,
  leftOutIfTrue,
  nameReset,
  number,
  type Row,
  type Rows,
  readAssignments,
  single,
  withoutEffect,
  word,
} from './rows.ts'
import type { Unit } from './unit.ts'
import { readBoolean, readSize } from './values.ts'

const noDhcp = 'vxagent is no DHCP client; state the address, or run a client on the link'
const noRoutes = 'vxagent makes no routes and no rules; let what makes the others on this host make it'
const noNames = 'vxagent has nothing to do with name resolution and time; tell systemd-resolved or systemd-timesyncd'
const noBoot = 'it tells what the boot waits for, or how networkd goes about its work'

/** What the file says of the link of this name goes to `draft`. */
export function readNetwork(overlay: Overlay, name: string, draft: LinkDraft, unit: Unit): void {
  const { notes } = overlay
  readAssignments(joined(unit.sections, 'Link'), linkRows(draft), notes)
  const network = joined(unit.sections, 'Network').filter(({ key }) => !readApart.includes(key))
  readAssignments(network, networkRows(overlay, name, draft), notes)
  readLinkLocal(overlay, draft, unit)
  if (overlay.bridgeOf(name) === undefined) {
    leaveOutAll(joined(unit.sections, 'Bridge'), `${name} is not a port of a bridge`, notes)
  } else {
    readAssignments(joined(unit.sections, 'Bridge'), portRows(overlay.port(name)), notes)
    // networkd gives ports of a bridge no link-local address, unless it is told to.
    draft.setDefault('addrgenmode', 'none')
  }
  setVlans(overlay, name, unit)
  for (const { name: section, assignments } of unit.sections) {
    switch (section) {
      case 'Address':
        addAddress(overlay, draft, assignments)
        break
      case 'Neighbor':
        addNeighbour(overlay, draft, assignments)
        break
      case 'BridgeFDB':
        addFdbEntry(overlay, name, assignments)
        break
      case 'Match':
        nameReset(assignments, notes)
        notes.accountFor(...effective(assignments).map(({ setting }) => setting))
        break
      case 'Link':
      case 'Network':
      case 'Bridge':
      case 'BridgeVLAN':
        break
      default: {
        const why = sectionsLeftOut.get(section) ?? 'this import does not know the section'
        leaveOutAll(assignments, why, notes)
      }
    }
  }
}

/** Of [Network]: `VXLAN` is about links above this one (gather-networkd.ts), and `LinkLocalAddressing` depends on the others. */
const readApart: readonly string[] = ['VXLAN', 'LinkLocalAddressing']

const sectionsLeftOut: ReadonlyMap<string, string> = new Map([
  ...['Route', 'NextHop', 'RoutingPolicyRule', 'IPv6RoutePrefix'].map((section) => [section, noRoutes] as const),
  ...['DHCP', 'DHCPv4', 'DHCPv6', 'IPv6AcceptRA', 'DHCPServer', 'DHCPServerStaticLease', 'DHCPPrefixDelegation'].map(
    (section) => [section, 'vxagent is neither a DHCP client nor a server'] as const,
  ),
  ...['IPv6SendRA', 'IPv6Prefix', 'IPv6PREF64Prefix'].map(
    (section) => [section, 'vxagent sends no router advertisements; run radvd, or let networkd do it'] as const,
  ),
  ['BridgeMDB', 'vxagent has no static multicast groups on a bridge'],
  ['IPv6AddressLabel', 'vxagent has no address labels; use `ip addrlabel`'],
])

function linkRows(draft: LinkDraft): Rows {
  return {
    MACAddress: single((setting) => draft.set('mac', setting.text, setting)),
    MTUBytes: single((setting) => draft.set('mtu', readSize(setting.text), setting)),
    ARP: boolean((value, setting) => draft.set('arp', value, setting)),
    Group: number((value, setting) => draft.set('devgroup', value, setting)),
    ActivationPolicy: single((setting, notes) => {
      if (setting.text === 'down' || setting.text === 'always-down') {
        draft.set('up', false, setting)
      } else if (setting.text === 'up' || setting.text === 'always-up') {
        notes.accountFor(setting)
      } else {
        notes.leftOut(setting, 'vxagent holds a link up, or down with `up: false`')
      }
    }),
    Unmanaged: leftOutIfTrue('vxagent manages every link that a file declares; leave the link out of the file'),
    Multicast: leftOut('vxagent has no key for it'),
    AllMulticast: leftOut('vxagent has no key for it'),
    Promiscuous: leftOut('vxagent has no key for it'),
    RequiredForOnline: withoutEffect(noBoot),
    RequiredFamilyForOnline: withoutEffect(noBoot),
  }
}

function networkRows(overlay: Overlay, name: string, draft: LinkDraft): Rows {
  const { notes } = overlay
  const sysctlNumber = (family: 'ipv4' | 'ipv6', sysctl: string): Row =>
    single((setting) => draft.setSysctl(family, sysctl, Number(readDecimal(setting.text)), setting))
  const sysctlFlag = (family: 'ipv4' | 'ipv6', sysctl: string): Row =>
    boolean((value, setting) => draft.setSysctl(family, sysctl, value ? 1 : 0, setting))
  return {
    Description: single((setting) =>
      draft.has('alias')
        ? notes.withoutEffect(
            setting,
            'it describes the file only, and the .netdev file states what the alias is made of',
          )
        : draft.set('alias', setting.text, setting),
    ),
    Address: each((setting) => draft.add('addresses', setting.text, setting)),
    Bridge: single((setting) => overlay.attach(name, setting.text, setting)),
    VRF: single((setting) => {
      notes.remark(setting.at, `vxagent makes no VRFs: ${setting.text} has to exist on this host`)
      return draft.set('master', setting.text, setting)
    }),
    IPv6LinkLocalAddressGenerationMode: word(generationModes, (mode, setting) =>
      mode === undefined
        ? notes.leftOut(setting, 'networkd makes the secret that stable addresses need; state the address')
        : draft.set('addrgenmode', mode, setting),
    ),
    IPv6AcceptRA: sysctlFlag('ipv6', 'accept_ra'),
    IPv6AcceptRouterAdvertisements: sysctlFlag('ipv6', 'accept_ra'),
    IPv6PrivacyExtensions: word(privacyModes, (mode, setting) => {
      if (mode === undefined) {
        notes.accountFor(setting)
      } else {
        draft.setSysctl('ipv6', 'use_tempaddr', mode, setting)
      }
    }),
    IPv6DuplicateAddressDetection: sysctlNumber('ipv6', 'dad_transmits'),
    IPv6HopLimit: sysctlNumber('ipv6', 'hop_limit'),
    IPv6ProxyNDP: sysctlFlag('ipv6', 'proxy_ndp'),
    IPv6Forwarding: sysctlFlag('ipv6', 'forwarding'),
    IPv4Forwarding: sysctlFlag('ipv4', 'forwarding'),
    IPv4AcceptLocal: sysctlFlag('ipv4', 'accept_local'),
    IPv4RouteLocalnet: sysctlFlag('ipv4', 'route_localnet'),
    IPv4ProxyARP: sysctlFlag('ipv4', 'proxy_arp'),
    ProxyARP: sysctlFlag('ipv4', 'proxy_arp'),
    IPv4ProxyARPPrivateVLAN: sysctlFlag('ipv4', 'proxy_arp_pvlan'),
    IPv4ReversePathFilter: word(reversePathModes, (mode, setting) =>
      draft.setSysctl('ipv4', 'rp_filter', mode, setting),
    ),
    IPv6MTUBytes: leftOut('vxagent has no key for it; set net.ipv6.conf.LINK.mtu by sysctl.d'),
    IPForward: leftOut('it is about the whole host; set net.ipv4.ip_forward by sysctl.d, or state `sysctl` forwarding'),
    BindCarrier: leftOut('the link would go up and down with the carrier of these interfaces; vxagent holds it up'),
    IPMasquerade: leftOut('it is a rule of the firewall; make it there'),
    IPv6ProxyNDPAddress: leftOut('vxagent has no proxied neighbours; use `ip neighbour add proxy`'),
    IPv6StableSecretAddress: leftOut('vxagent has no key for it; state the address'),
    IPv6Token: leftOut('vxagent has no key for it; state the address'),
    DHCP: single((setting) =>
      readBoolean(setting.text) === false ? notes.accountFor(setting) : notes.leftOut(setting, noDhcp),
    ),
    DHCPServer: leftOutIfTrue('vxagent is no DHCP server'),
    DHCPPrefixDelegation: leftOutIfTrue(noDhcp),
    DHCPv6PrefixDelegation: leftOutIfTrue(noDhcp),
    IPv6SendRA: leftOutIfTrue('vxagent sends no router advertisements; run radvd, or let networkd do it'),
    Gateway: leftOut(noRoutes),
    DefaultRouteOnDevice: leftOutIfTrue(noRoutes),
    IPv4LLRoute: leftOutIfTrue(noRoutes),
    ...Object.fromEntries(keysOf.resolver.map((key) => [key, leftOut(noNames)])),
    ...Object.fromEntries(keysOf.otherLinks.map((key) => [key, leftOut('vxagent makes vxlans and bridges only')])),
    ...Object.fromEntries(keysOf.networkd.map((key) => [key, withoutEffect(noBoot)])),
  }
}

const keysOf = {
  resolver: [
    'DNS',
    'Domains',
    'DNSDefaultRoute',
    'LLMNR',
    'MulticastDNS',
    'DNSOverTLS',
    'DNSSEC',
    'DNSSECNegativeTrustAnchors',
    'NTP',
  ],
  otherLinks: [
    'VLAN',
    'MACVLAN',
    'MACVTAP',
    'IPVLAN',
    'IPVTAP',
    'L2TP',
    'MACsec',
    'Tunnel',
    'Xfrm',
    'IPoIB',
    'Bond',
    'BatmanAdvanced',
  ],
  networkd: ['LLDP', 'EmitLLDP', 'ConfigureWithoutCarrier', 'IgnoreCarrierLoss', 'KeepConfiguration', 'KeepMaster'],
}

/** Read after the mode in which an address is generated: without an address there is none to generate. */
function readLinkLocal({ notes }: Overlay, draft: LinkDraft, unit: Unit): void {
  const assignments = joined(unit.sections, 'Network').filter(({ key }) => key === 'LinkLocalAddressing')
  const read = (setting: Setting): unknown => {
    const isOn = readBoolean(setting.text)
    if (isOn === undefined && setting.text !== 'ipv4' && setting.text !== 'ipv6') {
      notes.leftOut(setting, 'it must be yes, no, ipv4 or ipv6')
      return false
    }
    const hasIpv6 = isOn ?? setting.text === 'ipv6'
    if (hasIpv6 && draft.has('addrgenmode')) {
      notes.accountFor(setting)
    } else {
      // Stated in both cases: a port of a bridge has none by default.
      draft.set('addrgenmode', hasIpv6 ? 'eui64' : 'none', setting)
    }
    if (isOn === true || setting.text === 'ipv4') {
      notes.leftOut(setting, 'vxagent picks no IPv4 link-local address; state one of 169.254.0.0/16')
    }
    return true
  }
  readAssignments(assignments, { LinkLocalAddressing: single(read) }, notes)
}

function addNeighbour(
  { notes }: Overlay,
  draft: LinkDraft,
  assignments: Unit['sections'][number]['assignments'],
): void {
  const entry = new Entry(notes)
  const rows: Rows = {
    Address: single((setting) => entry.set('ip', setting.text, setting)),
    LinkLayerAddress: single((setting) => entry.set('mac', setting.text, setting)),
    MACAddress: single((setting) => entry.set('mac', setting.text, setting)),
  }
  readAssignments(assignments, rows, notes)
  const [first] = effective(assignments)
  if (first !== undefined) {
    const spec = entry.toSpec()
    const setting = { ...first.setting, name: '[Neighbor]', text: Object.values(spec).join(' ') }
    draft.add('neighbours', spec, entry.partsOf(setting))
  }
}

const generationModes: ReadonlyMap<string, 'eui64' | 'none' | 'random' | undefined> = new Map([
  ['eui64', 'eui64'],
  ['none', 'none'],
  ['random', 'random'],
  ['stable-privacy', undefined],
])
/** `kernel`: whatever the kernel does. */
const privacyModes: ReadonlyMap<string, number | undefined> = new Map([
  ...['yes', 'true', '1', 'on'].map((text) => [text, 2] as const),
  ...['no', 'false', '0', 'off'].map((text) => [text, 0] as const),
  ['prefer-public', 1],
  ['kernel', undefined],
])
const reversePathModes: ReadonlyMap<string, number> = new Map([
  ['no', 0],
  ['strict', 1],
  ['loose', 2],
])
