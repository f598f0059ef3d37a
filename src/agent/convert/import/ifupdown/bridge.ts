/** A bridge of ifupdown2 or ifupdown-ng. Source: addons/bridge.py, executors/linux/bridge. */
import type { BridgeDraft, BridgeFlag, Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import { boolean, decisive, each, leftOut, type Row, type Rows, single, wordsOf } from './rows.ts'

const noKey = 'vxagent has no key for it; the kernel keeps its default'
const multicastTimers = [
  'mclmc',
  'mcrouter',
  'mcsqc',
  'mcqifaddr',
  'mclmi',
  'mcmi',
  'mcqpi',
  'mcqi',
  'mcqri',
  'mcsqi',
  'mcqv4src',
  'mcstats',
]

export function bridgeRows(overlay: Overlay, name: string, draft: BridgeDraft): Rows {
  const { notes } = overlay
  const number = (
    key: 'ageing_time' | 'forward_delay' | 'hello_time' | 'max_age' | 'priority' | 'vlan_default_pvid',
  ): Row => single((setting) => draft.set(key, readDecimal(setting.text), setting))
  const flag = (key: BridgeFlag): Row => boolean((value, setting) => draft.set(key, value, setting))
  const ofPorts = (key: 'cost' | 'priority'): Row =>
    each((setting) => {
      for (const pair of wordsOf(setting)) {
        const [port = '', value = ''] = pair.split('=')
        overlay.port(port).set(key, readDecimal(value), setting)
      }
    })
  return {
    'bridge-ports': single((setting) => {
      const ports = wordsOf(setting)
      if (ports[0] === 'glob' || ports[0] === 'regex' || ports[0] === 'all') {
        notes.leftOut(setting, 'it stands for whatever links the host has; write their names yourself, as `ports`')
      } else if (setting.text === 'none') {
        notes.accountFor(setting)
      } else {
        for (const port of ports) {
          overlay.attach(port, name, setting)
        }
      }
    }),
    'bridge-hw': single((setting) => draft.set('mac', setting.text, setting)),
    'bridge-stp': flag('stp'),
    'bridge-fd': number('forward_delay'),
    'bridge-ageing': number('ageing_time'),
    'bridge-hello': number('hello_time'),
    'bridge-maxage': number('max_age'),
    'bridge-bridgeprio': number('priority'),
    'bridge-vlan-aware': flag('vlan_filtering'),
    'bridge-vlan-protocol': single((setting) =>
      draft.set('vlan_protocol', setting.text.replace('802.1q', '802.1Q').replace('802.1AD', '802.1ad'), setting),
    ),
    'bridge-default-pvid': number('vlan_default_pvid'),
    'bridge-mcsnoop': flag('mcast_snooping'),
    'bridge-mcquerier': flag('mcast_querier'),
    'bridge-pathcosts': ofPorts('cost'),
    'bridge-portprios': ofPorts('priority'),
    'bridge-waitport': decisive,
    'bridge-maxwait': decisive,
    ...Object.fromEntries(multicastTimers.map((key) => [`bridge-${key}`, leftOut(noKey)])),
    ...Object.fromEntries(
      ['gcint', 'hashel', 'hashmax', 'igmp-version', 'mld-version', 'vlan-stats', 'always-up'].map((key) => [
        `bridge-${key}`,
        leftOut(noKey),
      ]),
    ),
  }
}
