/** Options of any interface. Source: address.py and link.py of ifupdown2, interfaces(5) of ifupdown-ng. */
import { familyOf } from '../../../facts/ip-text.ts'
import type { LinkDraft, Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import type { Option, Stanza } from './interfaces-file.ts'
import { boolean, decisive, leftOut, type Row, type Rows, single } from './rows.ts'

const noCommands = 'vxagent runs no commands; keep it in a script of its own, if it is still needed'
const noRoutes = 'vxagent makes no routes; keep them with what makes the others on this host'

/** Options that belong to an address stand behind it. */
const ofAddress = ['netmask', 'broadcast', 'scope', 'preferred-lifetime', 'pointopoint']

export function linkRows({ notes }: Overlay, draft: LinkDraft): Rows {
  const sysctl = (family: 'ipv4' | 'ipv6', name: string): Row =>
    boolean((value, setting) => draft.setSysctl(family, name, value ? 1 : 0, setting))
  const commands = ['pre-up', 'up', 'post-up', 'pre-down', 'down', 'post-down']
  return {
    mtu: single((setting) => draft.set('mtu', readDecimal(setting.text), setting)),
    hwaddress: single((setting) => draft.set('mac', setting.text.replace(/^ether\s+/, ''), setting)),
    alias: single((setting) => draft.set('alias', setting.text.replace(/^"(.*)"$/, '$1'), setting)),
    vrf: single((setting) => {
      notes.remark(setting.at, `vxagent makes no VRFs: ${setting.text} has to exist on this host`)
      draft.set('master', setting.text, setting)
    }),
    'ip-forward': sysctl('ipv4', 'forwarding'),
    'ip6-forward': sysctl('ipv6', 'forwarding'),
    'arp-accept': sysctl('ipv4', 'arp_accept'),
    'disable-ipv6': sysctl('ipv6', 'disable_ipv6'),
    'ipv6-addrgen': boolean((value, setting) => draft.set('addrgenmode', value ? 'eui64' : 'none', setting)),
    'link-down': boolean((value, setting) => draft.set('up', !value, setting)),
    'link-type': decisive,
    'accept-ra': single((setting) => draft.setSysctl('ipv6', 'accept_ra', Number(readDecimal(setting.text)), setting)),
    gateway: leftOut(noRoutes),
    metric: leftOut(noRoutes),
    ...Object.fromEntries(commands.map((key) => [key, leftOut(noCommands)])),
  }
}

/** Addresses, each with the options behind it; gives the options that are left. */
export function readAddresses(
  { notes }: Overlay,
  draft: LinkDraft,
  { method, setting, options }: Stanza,
): readonly Option[] {
  const word = method[1]
  if (word !== undefined && !['static', 'manual', 'auto', 'loopback'].includes(word)) {
    const why = 'vxagent is no DHCP client and no other such method; state the address, or run a client on the link'
    notes.leftOut({ ...setting, text: [setting.text, ...method].join(' ') }, why)
  }
  const groups: { readonly address: Setting; readonly others: Option[] }[] = []
  const rest: Option[] = []
  for (const option of options) {
    const group = groups.at(-1)
    if (option.key === 'address') {
      groups.push({ address: option.setting, others: [] })
    } else if (ofAddress.includes(option.key) && group !== undefined) {
      group.others.push(option)
    } else if (ofAddress.includes(option.key)) {
      notes.leftOut(option.setting, 'it stands before the address that it belongs to')
    } else {
      rest.push(option)
    }
  }
  for (const { address, others } of groups) {
    const stated = new Map(others.map(({ key, setting: other }) => [key, other.text]))
    const spec = {
      address: withPrefix(address.text, stated.get('netmask')),
      ...(stated.has('broadcast') && { broadcast: stated.get('broadcast') }),
      ...(stated.has('scope') && { scope: readDecimal(String(stated.get('scope'))) }),
      ...(stated.has('pointopoint') && { peer: stated.get('pointopoint') }),
      ...(stated.has('preferred-lifetime') && { preferred_lft: readDecimal(String(stated.get('preferred-lifetime'))) }),
    }
    draft.add('addresses', spec, { ...address, parts: others.map(({ setting: other }) => other.at) })
  }
  return rest
}

/** A netmask is a number of bits, or an address whose bits are counted. Without one the address is that of a host. */
function withPrefix(address: string, netmask: string | undefined): string {
  if (address.includes('/')) {
    return address
  }
  const bits = netmask?.includes('.')
    ? netmask
        .split('.')
        .map((octet) => Number(octet).toString(2).replaceAll('0', '').length)
        .reduce((sum, count) => sum + count, 0)
    : netmask
  return `${address}/${bits ?? (familyOf(address) === 'IPv6' ? 128 : 32)}`
}
