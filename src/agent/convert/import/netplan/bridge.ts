/** A bridge of netplan. Source: "Properties for device type bridges" of its documentation, write_bridge_params_networkd(). */
import type { BridgeDraft, Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { readSeconds } from '../time-span.ts'
import { linkRows } from './link-keys.ts'
import { interfaceOf } from './names.ts'
import type { Renderer } from './renderer.ts'
import { boolean, list, type Row, type Rows, readKeys, scalar } from './rows.ts'
import { headOf, type NetplanNode, settingOf } from './tree.ts'

export function readBridge(
  overlay: Overlay,
  name: string,
  definition: NetplanNode,
  renderer: Renderer,
  network: NetplanNode,
): void {
  if (definition.map?.has('openvswitch')) {
    const whole = { ...settingOf(definition), text: '' }
    overlay.notes.leftOut(whole, `${name} is left out as a whole: it is a bridge of Open vSwitch, not of the kernel`)
    return
  }
  const draft = overlay.bridge(name, headOf(definition))
  const parameters = definition.map?.get('parameters')
  readKeys(
    definition,
    { ...linkRows(overlay, name, draft), ...bridgeRows(overlay, name, draft, network) },
    overlay.notes,
  )
  // Without parameters networkd is told nothing, and the kernel's default, off, stays.
  if (parameters?.map !== undefined || renderer === 'NetworkManager') {
    draft.setDefault('stp', true)
  }
}

function bridgeRows(overlay: Overlay, name: string, draft: BridgeDraft, network: NetplanNode): Rows {
  const { notes } = overlay
  const seconds = (key: 'ageing_time' | 'forward_delay' | 'hello_time' | 'max_age'): Row =>
    scalar((setting) => draft.set(key, readSeconds(setting.text), setting))
  const ofPorts =
    (key: 'cost' | 'priority'): Row =>
    (node) => {
      const rows = [...(node.map?.keys() ?? [])].map((id): [string, Row] => [
        id,
        scalar((setting) =>
          onInterface(id, setting, (port) => overlay.port(port).set(key, readDecimal(setting.text), setting)),
        ),
      ])
      readKeys(node, Object.fromEntries(rows), notes)
    }
  const onInterface = (id: string, setting: Setting, use: (name: string) => void): void => {
    const found = interfaceOf(id, network)
    if ('why' in found) {
      notes.leftOut(setting, found.why)
    } else {
      use(found.name)
    }
  }
  return {
    interfaces: list((entry) => {
      const setting = settingOf(entry)
      onInterface(setting.text, setting, (port) => overlay.attach(port, name, setting))
    }),
    parameters: (node) =>
      readKeys(
        node,
        {
          'ageing-time': seconds('ageing_time'),
          'aging-time': seconds('ageing_time'),
          'forward-delay': seconds('forward_delay'),
          'hello-time': seconds('hello_time'),
          'max-age': seconds('max_age'),
          priority: scalar((setting) => draft.set('priority', readDecimal(setting.text), setting)),
          stp: boolean((value, setting) => draft.set('stp', value, setting)),
          'path-cost': ofPorts('cost'),
          'port-priority': ofPorts('priority'),
        },
        notes,
      ),
  }
}
