/** A tunnel of netplan with the mode vxlan. Source: src/parse.c and write_vxlan_parameters() in src/networkd.c of netplan. */
import { kernelDstport } from '../../../desired/schema.ts'
import { parseIpAddress } from '../../../facts/ip-text.ts'
import type { Overlay, VxlanDraft, VxlanFlag } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { linkRows } from './link-keys.ts'
import { interfaceOf } from './names.ts'
import type { Renderer } from './renderer.ts'
import { boolean, decisive, leftOut, type Row, type Rows, readKeys, scalar, words } from './rows.ts'
import { headOf, type NetplanNode, settingOf } from './tree.ts'

/** UDP port of VXLAN-GPE, which networkd takes for a link that states no other. */
const gpeDstport = 4790

export function readVxlan(
  overlay: Overlay,
  name: string,
  definition: NetplanNode,
  renderer: Renderer,
  network: NetplanNode,
): void {
  const draft = overlay.vxlan(name, headOf(definition))
  readKeys(definition, { ...linkRows(overlay, name, draft), ...vxlanRows(overlay, draft, network) }, overlay.notes)
  draft.setDefault('dstport', draft.get('gpe') === true ? gpeDstport : kernelDstport)
  if (renderer === 'networkd') {
    // networkd always says whether there are to be checksums; the kernel's own default is to have them.
    draft.setDefault('udpcsum', false)
  }
}

function vxlanRows({ notes }: Overlay, draft: VxlanDraft, network: NetplanNode): Rows {
  const number = (key: 'id' | 'dstport' | 'maxaddr' | 'ttl' | 'tos' | 'flowlabel' | 'ageing'): Row =>
    scalar((setting) => draft.set(key, readDecimal(setting.text), setting))
  const flag = (key: VxlanFlag): Row => boolean((value, setting) => draft.set(key, value, setting))
  const on =
    (key: VxlanFlag) =>
    (setting: Setting): boolean =>
      draft.set(key, true, setting)
  return {
    mode: decisive, // vxlan, or the definition would not be read
    id: number('id'),
    link: scalar((setting) => {
      const device = interfaceOf(setting.text, network)
      if ('why' in device) {
        notes.leftOut(setting, `${device.why}, as \`dev\``)
      } else {
        draft.set('dev', device.name, setting)
      }
    }),
    local: scalar((setting) => {
      if (/^[a-z]\w*$/i.test(setting.text)) {
        notes.leftOut(setting, 'networkd would look up an address of the underlay; state the address')
      } else {
        draft.set('local', setting.text, setting)
      }
    }),
    remote: scalar((setting) => draft.set(isMulticast(setting.text) ? 'group' : 'remote', setting.text, setting)),
    port: number('dstport'),
    'port-range': (node) => setPortRange(draft, node),
    ageing: numberUnlessZero(number('ageing')),
    aging: numberUnlessZero(number('ageing')),
    limit: number('maxaddr'),
    'mac-learning': flag('learning'),
    'arp-proxy': flag('proxy'),
    'short-circuit': flag('rsc'),
    notifications: words({ 'l2-miss': on('l2miss'), 'l3-miss': on('l3miss') }),
    checksums: words({
      udp: on('udpcsum'),
      'zero-udp6-tx': on('udp6zerocsumtx'),
      'zero-udp6-rx': on('udp6zerocsumrx'),
      'remote-tx': on('remcsumtx'),
      'remote-rx': on('remcsumrx'),
    }),
    extensions: words({ 'group-policy': on('gbp'), 'generic-protocol': on('gpe') }),
    'type-of-service': number('tos'),
    ttl: number('ttl'),
    'flow-label': number('flowlabel'),
    'do-not-fragment': boolean((value, setting) => draft.set('df', value ? 'set' : 'unset', setting)),
    key: leftOut('a vxlan has no key'),
    keys: leftOut('a vxlan has no keys'),
  }
}

/** 0 is netplan's word for "not stated". */
function numberUnlessZero(row: Row): Row {
  return (node, notes) => (node.text === '0' ? notes.accountFor(settingOf(node)) : row(node, notes))
}

/** Netplan puts the lower port first. */
function setPortRange(draft: VxlanDraft, node: NetplanNode): void {
  const ports = (node.list ?? []).map(({ text }) => readDecimal(text ?? ''))
  const inOrder = ports.every((port) => typeof port === 'number')
    ? ports.toSorted((left, right) => left - right)
    : ports
  draft.set('srcport', inOrder, settingOf(node))
}

function isMulticast(text: string): boolean {
  const address = parseIpAddress(text)
  return typeof address !== 'string' && address.kind === 'multicast'
}
