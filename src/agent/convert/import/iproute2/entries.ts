/** `bridge fdb`, `bridge vni`, `ip address` and `ip neighbour`: entries of lists. Source: bridge(8), ip-address(8), ip-neighbour(8). */
import { addBridgeEntry } from '../bridge-entry.ts'
import type { Overlay } from '../overlay.ts'
import { readDecimal } from '../read-number.ts'
import type { Setting } from '../source.ts'
import { flag, leftOut, type Row, type Rows, readArguments, value } from './arguments.ts'
import type { Word } from './shell.ts'

const zeros = /^(00:){5}00$/

type Spec = Record<string, unknown>

/** Reads an entry: its first word, if it has one under `firstKey`, and the keywords behind it. Gives the device, too. */
function readEntry(
  { notes }: Overlay,
  whole: Setting,
  words: readonly Word[],
  firstKey: string | undefined,
  keys: (spec: Spec) => Rows,
): { readonly spec: Spec; readonly dev: string | undefined; readonly setting: Setting } {
  const spec: Spec = {}
  let dev: string | undefined
  const [first, ...rest] = words
  const hasFirst = firstKey !== undefined && first !== undefined
  if (hasFirst) {
    spec[firstKey] = first.text
  }
  const rows: Rows = {
    ...keys(spec),
    dev: value((setting) => {
      dev = setting.text
    }),
  }
  readArguments(whole.name, hasFirst ? rest : words, rows, notes)
  return { spec, dev, setting: { ...whole, parts: words.map(({ at }) => at) } }
}

function state(spec: Spec, key: string, read: (text: string) => unknown = (text) => text): Row {
  return value((setting) => {
    spec[key] = read(setting.text)
  })
}

function mark(spec: Spec, key: string, content: unknown = true): Row {
  return flag(() => {
    spec[key] = content
  })
}

/** Without `self` and `master` it is the link's own entry; without a state it is permanent. Source: fdb_modify(), bridge/fdb.c of iproute2. */
export function addFdbEntry(overlay: Overlay, whole: Setting, words: readonly Word[]): void {
  const { notes } = overlay
  const seen = new Set<string>()
  const noted = (word: string): Row =>
    flag((setting) => {
      seen.add(word)
      notes.accountFor(setting)
    })
  const { spec, dev, setting } = readEntry(overlay, whole, words, 'mac', (entry) => ({
    dst: state(entry, 'dst'),
    vni: state(entry, 'vni', readDecimal),
    src_vni: state(entry, 'src_vni', readDecimal),
    port: state(entry, 'port', readDecimal),
    via: state(entry, 'via'),
    nhid: state(entry, 'nhid', readDecimal),
    router: mark(entry, 'router'),
    extern_learn: mark(entry, 'extern_learn'),
    sticky: mark(entry, 'sticky'),
    static: mark(entry, 'state', 'static'),
    temp: mark(entry, 'state', 'static'),
    dynamic: flag((own) => {
      seen.add('dynamic')
      notes.leftOut(own, 'an entry that ages is learned again by itself')
    }),
    permanent: noted('permanent'),
    local: noted('permanent'),
    self: noted('self'),
    master: noted('master'),
    vlan: state(entry, 'vlan', readDecimal),
  }))
  const isOfBridge = seen.has('master') || overlay.isBridge(dev ?? '')
  const isOwn = !isOfBridge || (seen.has('self') && !overlay.isBridge(dev ?? ''))
  const isStatic = spec['state'] === 'static'
  const { vlan, ...own } = spec
  if (dev === undefined) {
    notes.leftOut(setting, 'it names no device')
  } else if (isOfBridge && seen.has('dynamic')) {
    notes.leftOut(setting, 'vxagent makes no entries of bridges that age')
  } else if (isOwn && isOfBridge && isStatic && overlay.isVxlan(dev)) {
    addOwnEntry(overlay, dev, { ...spec, master: true }, setting)
  } else {
    if (isOwn) {
      addOwnEntry(overlay, dev, own, setting)
      if (vlan !== undefined && !isOfBridge) {
        notes.leftOut(setting, 'a vxlan has no VLANs in its forwarding table')
      }
    }
    if (isOfBridge) {
      const isSticky = spec['sticky'] === true
      const entry = { mac: spec['mac'], vlan, state: isStatic ? 'static' : 'permanent', sticky: isSticky } as const
      addBridgeEntry(overlay, dev, entry, setting)
    }
  }
}

/** An entry of the link's own table. */
function addOwnEntry(overlay: Overlay, dev: string, spec: Spec, setting: Setting): void {
  const { notes } = overlay
  const draft = overlay.findVxlan(dev)
  const { mac, state: kind, ...destination } = spec
  if (draft === undefined) {
    notes.leftOut(setting, `${dev} is no vxlan of these commands, and so has no table of its own that vxagent fills`)
  } else if (zeros.test(String(mac)) && !('router' in spec) && !('nhid' in spec)) {
    draft.add('remotes', destination, setting)
  } else {
    draft.add('fdb', { mac, ...destination, ...(kind !== undefined && { state: kind }) }, setting)
  }
}

export function addVni(overlay: Overlay, whole: Setting, words: readonly Word[]): void {
  const { spec, dev, setting } = readEntry(overlay, whole, words, undefined, (entry) => ({
    vni: state(entry, 'vni'),
    group: state(entry, 'group'),
    remote: state(entry, 'remote'),
  }))
  const draft = dev === undefined ? undefined : overlay.findVxlan(dev)
  if (draft === undefined) {
    overlay.notes.leftOut(setting, `${dev ?? 'no device'} is no vxlan of these commands`)
  } else {
    draft.add('vnis', spec, setting)
  }
}

export function addAddress(overlay: Overlay, whole: Setting, words: readonly Word[]): void {
  const { notes } = overlay
  const { spec, dev, setting } = readEntry(overlay, whole, words, 'address', (entry) => {
    const broadcast = value((own) => {
      if (own.text === '+') {
        notes.leftOut(own, 'write the broadcast address itself')
      } else {
        entry['broadcast'] = own.text
      }
    })
    return {
      peer: state(entry, 'peer'),
      broadcast,
      brd: broadcast,
      label: state(entry, 'label'),
      scope: state(entry, 'scope', readDecimal),
      metric: state(entry, 'metric', readDecimal),
      valid_lft: state(entry, 'valid_lft', readDecimal),
      preferred_lft: state(entry, 'preferred_lft', readDecimal),
      nodad: mark(entry, 'nodad'),
      noprefixroute: mark(entry, 'noprefixroute'),
      home: mark(entry, 'home'),
      mngtmpaddr: mark(entry, 'mngtmpaddr'),
      proto: leftOut(1, 'vxagent marks its addresses itself', notes),
    }
  })
  const draft = dev === undefined ? undefined : overlay.link(dev)
  if (draft === undefined) {
    passOver(overlay, setting, dev, 'address')
  } else {
    const address = String(spec['address'])
    draft.add(
      'addresses',
      { ...spec, address: address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}` },
      setting,
    )
  }
}

export function addNeighbour(overlay: Overlay, whole: Setting, words: readonly Word[]): void {
  const { notes } = overlay
  let isPermanent = true
  const { spec, dev, setting } = readEntry(overlay, whole, words, 'ip', (entry) => ({
    lladdr: state(entry, 'mac'),
    nud: value((own) => {
      isPermanent = own.text === 'permanent'
    }),
  }))
  const draft = dev === undefined ? undefined : overlay.link(dev)
  if (draft === undefined) {
    passOver(overlay, setting, dev, 'neighbour')
  } else if (isPermanent) {
    draft.add('neighbours', spec, setting)
  } else {
    notes.leftOut(setting, 'vxagent makes permanent neighbours only; the kernel finds the others itself')
  }
}

/** What is on a link that something else makes. */
function passOver({ notes }: Overlay, setting: Setting, dev: string | undefined, what: string): void {
  const link = dev ?? 'no device'
  notes.remark(setting.at, `${link} is no vxlan or bridge of these commands, so its ${what} is passed over`, [setting])
}
