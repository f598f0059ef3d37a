/** Settings that VyOS's vxlans and bridges have in common. */
import type { LinkDraft, Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { each, flag, leftOut, type Row, type Rows, single } from './settings.ts'

const byNftables = 'it is a rule of nftables on VyOS; make one on this host, if it is to hold here'
const byTc = 'it is a rule of tc on VyOS; make one on this host, if it is to hold here'

/** What is done with the settings of any link. Source: interface-definitions/include/interface in vyos-1x. */
export function linkRows(overlay: Overlay, draft: LinkDraft): Rows {
  const sysctl = (family: 'ipv4' | 'ipv6', name: string, value: number): Row =>
    flag((setting) => draft.setSysctl(family, name, value, setting))
  const { notes } = overlay
  return {
    address: each((setting) => addAddress(overlay, draft, setting)),
    description: single((setting) => draft.set('alias', setting.text, setting)),
    disable: flag((setting) => draft.set('up', false, setting)),
    mac: single((setting) => draft.set('mac', setting.text, setting)),
    mtu: single((setting) => draft.set('mtu', readDecimal(setting.text), setting)),
    vrf: single((setting) => {
      draft.set('master', setting.text, setting)
      notes.remark(setting.at, `vxagent makes no VRFs: ${setting.text} has to exist on this host`)
    }),
    'ip disable-arp-filter': sysctl('ipv4', 'arp_filter', 0),
    'ip disable-forwarding': sysctl('ipv4', 'forwarding', 0),
    'ip enable-arp-accept': sysctl('ipv4', 'arp_accept', 1),
    'ip enable-arp-announce': sysctl('ipv4', 'arp_announce', 1),
    'ip enable-arp-ignore': sysctl('ipv4', 'arp_ignore', 1),
    'ip enable-directed-broadcast': sysctl('ipv4', 'bc_forwarding', 1),
    'ip enable-proxy-arp': sysctl('ipv4', 'proxy_arp', 1),
    'ip proxy-arp-pvlan': sysctl('ipv4', 'proxy_arp_pvlan', 1),
    'ip source-validation': single((setting) => {
      const mode = reversePathModes.get(setting.text)
      if (mode === undefined) {
        notes.leftOut(setting, 'it must be strict, loose or disable')
      } else {
        draft.setSysctl('ipv4', 'rp_filter', mode, setting)
      }
    }),
    'ip arp-cache-timeout': leftOut(
      'vxagent leaves the ageing of neighbours alone; set net.ipv4.neigh.LINK.base_reachable_time_ms by sysctl.d',
    ),
    'ip adjust-mss': leftOut(byNftables),
    'ipv6 accept-dad': single((setting) => draft.setSysctl('ipv6', 'accept_dad', Number(setting.text), setting)),
    'ipv6 dup-addr-detect-transmits': single((setting) =>
      draft.setSysctl('ipv6', 'dad_transmits', Number(setting.text), setting),
    ),
    'ipv6 disable-forwarding': sysctl('ipv6', 'forwarding', 0),
    'ipv6 address autoconf': flag((setting) => {
      // 2, not 1: VyOS forwards, and a link that forwards takes advertisements only if told so.
      draft.setSysctl('ipv6', 'accept_ra', 2, setting)
      draft.setSysctl('ipv6', 'autoconf', 1, setting)
    }),
    'ipv6 address no-default-link-local': flag((setting) => draft.set('addrgenmode', 'none', setting)),
    'ipv6 address eui64': leftOut('state the address that it has made, among the addresses'),
    'ipv6 address interface-identifier': leftOut('vxagent has no key for it; state the address, if it is a fixed one'),
    'ipv6 adjust-mss': leftOut(byNftables),
    'ipv6 source-validation': leftOut(byNftables),
    'ipv6 base-reachable-time': leftOut(
      'vxagent leaves the ageing of neighbours alone; set net.ipv6.neigh.LINK.base_reachable_time_ms by sysctl.d',
    ),
    'dhcp-options': leftOut('vxagent is no DHCP client'),
    'dhcpv6-options': leftOut('vxagent is no DHCP client'),
    'disable-link-detect': leftOut('it tells the routing daemon what to do, and no link of the kernel'),
    firewall: leftOut(byNftables),
    mirror: leftOut(byTc),
    redirect: leftOut(byTc),
    'traffic-policy': leftOut(byTc),
    policy: leftOut('it is policy routing; vxagent makes no routes and no rules'),
    netns: leftOut('vxagent works in the network namespace that it runs in'),
  }
}

function addAddress({ notes }: Overlay, draft: LinkDraft, setting: Setting): void {
  if (setting.text === 'dhcp' || setting.text === 'dhcpv6') {
    notes.leftOut(setting, 'vxagent is no DHCP client; state the address, or run a client on the link')
  } else {
    draft.add('addresses', setting.text, setting)
  }
}

const reversePathModes: ReadonlyMap<string, number> = new Map([
  ['disable', 0],
  ['strict', 1],
  ['loose', 2],
])
