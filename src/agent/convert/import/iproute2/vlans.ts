/** `bridge vlan add` and `bridge vlan del`: what they make of the VLANs that the kernel gives a port. */
import type { Overlay } from '../overlay.ts'
import { type Place, placesOf, type Setting } from '../source.ts'
import { VlanSet, vlanWanted } from '../vlan-set.ts'
import { flag, readArguments, value } from './arguments.ts'
import type { Word } from './shell.ts'

interface DeviceVlans {
  readonly vlans: VlanSet
  readonly first: Setting
  readonly places: Place[]
}

export class VlanCommands {
  readonly #overlay: Overlay
  readonly #devices = new Map<string, DeviceVlans>()

  constructor(overlay: Overlay) {
    this.#overlay = overlay
  }

  run(verb: 'add' | 'del', whole: Setting, words: readonly Word[]): void {
    const { notes } = this.#overlay
    let [dev, vid, vni] = ['', '', '']
    let [pvid, untagged] = [false, false]
    const nothing = flag((setting) => notes.accountFor(setting))
    readArguments(
      whole.name,
      words.filter(({ text }) => text !== 'tunnel_info'),
      {
        dev: value((setting) => {
          dev = setting.text
        }),
        vid: value((setting) => {
          vid = setting.text
        }),
        id: value((setting) => {
          vni = setting.text
        }),
        pvid: flag(() => {
          pvid = true
        }),
        untagged: flag(() => {
          untagged = true
        }),
        self: nothing,
        master: nothing,
      },
      notes,
    )
    const setting: Setting = { ...whole, parts: words.map(({ at }) => at) }
    const port = this.#overlay.port(dev)
    if (vni !== '') {
      if (verb === 'add') {
        port.add('vlan_to_vni', { vid, vni }, setting)
      } else {
        notes.leftOut(setting, 'a map that is removed again is not followed; leave both out')
      }
      return
    }
    const known = this.#devices.get(dev) ?? this.#begin(dev, setting)
    if (verb === 'add' && pvid) {
      known.vlans.removePvid()
    }
    const isVlan =
      known.vlans.remove(vid) &&
      (verb === 'del' || known.vlans.add(vid, { ...(pvid && { pvid }), ...(untagged && { untagged }) }))
    if (isVlan) {
      known.places.push(...placesOf(setting))
    } else {
      notes.leftOut(setting, vlanWanted)
    }
  }

  /** States the VLANs that are left in the end. */
  finish(): void {
    for (const [dev, { vlans, first, places }] of this.#devices) {
      const target = this.#overlay.findBridge(dev) ?? this.#overlay.port(dev)
      target.set('vlans', vlans.toEntries(), { ...first, parts: places })
    }
  }

  #begin(dev: string, first: Setting): DeviceVlans {
    const bridge = this.#overlay.isBridge(dev) ? dev : this.#overlay.bridgeOf(dev)
    const given = bridge === undefined ? 1 : (this.#overlay.findBridge(bridge)?.get('vlan_default_pvid') ?? 1)
    const vlans = new VlanSet()
    vlans.add(String(given), { pvid: true, untagged: true })
    const device = { vlans, first, places: [] }
    this.#devices.set(dev, device)
    return device
  }
}
