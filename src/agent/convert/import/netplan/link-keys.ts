/** Keys that netplan's vxlans and bridges have in common. Source: "Properties for all device types", doc/netplan-yaml.md. */
import type { LinkDraft, Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { readNetworkManager } from './network-manager.ts'
import { portRows } from './port-keys.ts'
import { boolean, decisive, leftOut, leftOutIfTrue, list, type Row, type Rows, readKeys, scalar } from './rows.ts'
import { headOf, type NetplanNode, settingOf } from './tree.ts'

const noRoutes = 'vxagent makes no routes and no rules; keep them in netplan, or in what else makes them on this host'
const noDhcp = 'vxagent is no DHCP client; state the address, or run a client on the link'

/** What is done with the keys of any link. */
export function linkRows(overlay: Overlay, name: string, draft: LinkDraft): Rows {
  return {
    renderer: decisive, // rendererOf() has it
    addresses: list((entry) => addAddress(overlay, draft, entry)),
    mtu: scalar((setting) => draft.set('mtu', readDecimal(setting.text), setting)),
    macaddress: scalar((setting) => draft.set('mac', setting.text, setting)),
    'accept-ra': boolean((value, setting) => draft.setSysctl('ipv6', 'accept_ra', value ? 1 : 0, setting)),
    'ipv6-privacy': boolean((value, setting) => draft.setSysctl('ipv6', 'use_tempaddr', value ? 2 : 0, setting)),
    'ipv6-address-generation': scalar((setting) => {
      if (setting.text !== 'eui64') {
        overlay.notes.leftOut(setting, 'vxagent has no secret to make stable addresses with; state the address')
      } else if (draft.get('addrgenmode') === 'none') {
        overlay.notes.withoutEffect(setting, 'link-local leaves no address to generate')
      } else {
        draft.set('addrgenmode', 'eui64', setting)
      }
    }),
    'ipv6-address-token': leftOut('vxagent has no key for it; state the address'),
    'ipv6-mtu': leftOut('vxagent has no key for it; set net.ipv6.conf.LINK.mtu by sysctl.d'),
    'link-local': (node, notes) => {
      const families = node.list?.map(({ text }) => text)
      if (families !== undefined && !families.includes('ipv6')) {
        draft.set('addrgenmode', 'none', headOf(node))
      }
      list((entry) => {
        if (entry.text === 'ipv6') {
          notes.accountFor(settingOf(entry))
        } else {
          const isIpv4 = entry.text === 'ipv4'
          const why = isIpv4 ? 'vxagent picks no addresses; state one of 169.254.0.0/16' : 'it must be ipv4 or ipv6'
          notes.leftOut(settingOf(entry), why)
        }
      })(node, notes)
    },
    'activation-mode': scalar((setting) => {
      if (setting.text === 'off') {
        draft.set('up', false, setting)
      } else {
        overlay.notes.leftOut(setting, 'vxagent holds a link up, or down with `up: false`')
      }
    }),
    ...portRows(overlay.port(name)),
    dhcp4: leftOutIfTrue(noDhcp),
    dhcp6: leftOutIfTrue(noDhcp),
    'dhcp4-overrides': leftOut(noDhcp),
    'dhcp6-overrides': leftOut(noDhcp),
    'dhcp-identifier': leftOut(noDhcp),
    gateway4: leftOut(noRoutes),
    gateway6: leftOut(noRoutes),
    routes: leftOut(noRoutes),
    'routing-policy': leftOut(noRoutes),
    nameservers: leftOut('vxagent has nothing to do with name resolution; keep it in netplan or resolved'),
    networkmanager: readNetworkManager,
    ...Object.fromEntries(aboutTheBoot.map((key) => [key, withoutEffect])),
  }
}

/** What the boot waits for, or how networkd goes about its work. */
const aboutTheBoot = ['optional', 'optional-addresses', 'critical', 'ignore-carrier', 'emit-lldp']

const withoutEffect: Row = (node, notes) => {
  notes.remark(
    node.at(),
    `${node.name} has no meaning here: it tells what the boot waits for, or what networkd does besides the link`,
    [settingOf(node)],
  )
}

/** An address, or a mapping of the address to its options. */
function addAddress(overlay: Overlay, draft: LinkDraft, entry: NetplanNode): void {
  const { notes } = overlay
  if (entry.text !== undefined) {
    draft.add('addresses', entry.text, settingOf(entry))
    return
  }
  const [pair, ...others] = [...(entry.map ?? [])]
  if (pair === undefined || others.length > 0) {
    notes.leftOut(settingOf(entry), 'it must be an address, or a mapping of one address to its options')
    return
  }
  const [address, options] = pair
  const stated: Record<string, unknown> = { address }
  const setting: Setting = { ...settingOf(entry), text: address }
  const rows: Rows = {
    label: scalar(({ text }) => {
      stated['label'] = text
    }),
    lifetime: scalar((lifetime) => {
      if (lifetime.text === '0') {
        stated['preferred_lft'] = 0
      } else if (lifetime.text !== 'forever') {
        notes.leftOut(lifetime, 'it must be forever or 0')
      }
    }),
  }
  readKeys(options, rows, notes)
  draft.add('addresses', stated, setting)
}
