/** A network namespace as the fake kernel keeps it: links, addresses, the default forwarding entries, and what happens to them. */
import { isIP } from 'node:net'
import { ipv4Sysctls } from '../../src/agent/desired/schema/sysctl.ts'
import {
  type BridgeLink,
  type BridgePortAttributes,
  constants,
  type Link,
  type LinkRequest,
  type NeighbourRequest,
  type Route,
  type RouteMessage,
  type TrafficControl,
  type VxlanAttributes,
} from '../../src/rtnetlink/index.ts'
import {
  type FakeAddress,
  kernelLinkLocal,
  newAddress,
  parseAddress,
  secondariesOf,
  shownAddress,
} from './fake-address.ts'
import { FakeForwarding, newEntry } from './fake-forwarding.ts'
import { FakeRefusal } from './fake-refusal.ts'
import {
  changedVxlan,
  createdVxlan,
  isMulticastAddress,
  shownVxlan,
  vxlanFamily,
  vxlanHeadroom,
  vxlanRemote,
} from './fake-vxlan.ts'

const { IFF_UP, IFF_LOWER_UP, IFF_RUNNING, IFF_BROADCAST, IFF_MULTICAST, AF_BRIDGE } = constants
const zeroMac = '00:00:00:00:00:00'
const leastMtu = 68
/** Below this a device has no IPv6. */
const leastIpv6Mtu = 1280

/** A link's state. */
export interface FakeLink {
  readonly index: number
  readonly kind: 'veth' | 'bridge' | 'vxlan'
  name: string
  mac: string
  mtu: number
  isUp: boolean
  alias: string | undefined
  group: number
  master: number | undefined
  /** Its options as a port of its bridge. */
  port: BridgePortAttributes
  /** Of a vxlan only. */
  vxlan: VxlanAttributes
  /** The outgoing interface of a vxlan's default forwarding entry, which does not follow a change of IFLA_VXLAN_LINK. */
  floodsVia: number | undefined
  readonly addresses: FakeAddress[]
  /** Kinds of queueing disciplines that somebody attached. */
  readonly qdiscs: string[]
  /** What was written under /proc/sys/net: `ipv4.arp_accept`. */
  readonly sysctls: Map<string, number>
  /** Those that somebody added, which go with it. */
  readonly routes: Route[]
  readonly forwarding: FakeForwarding
  /** net.ipv4.conf.LINK.promote_secondaries */
  promotesSecondaries: boolean
}

/** The state and its rules. Methods throw FakeRefusal, and tell listeners what changed in the order in which the kernel does. */
export class FakeNamespace {
  readonly #links = new Map<number, FakeLink>()
  readonly #tell: (message: RouteMessage) => void
  readonly #knowsNot: ReadonlySet<string>
  readonly #reportsTwice: boolean
  /** Whether links tell of their settings: from the first write on, since it costs each message. */
  showsSysctls = false
  #nextIndex = 2
  #nextMac = 1

  constructor(
    tell: (message: RouteMessage) => void,
    {
      knowsNot,
      reportsTwice,
    }: { readonly knowsNot: readonly (keyof VxlanAttributes)[]; readonly reportsTwice: boolean },
  ) {
    this.#tell = tell
    this.#knowsNot = new Set(knowsNot)
    this.#reportsTwice = reportsTwice
  }

  get links(): readonly FakeLink[] {
    return [...this.#links.values()]
  }

  byName(name: string): FakeLink | undefined {
    return this.links.find((link) => link.name === name)
  }

  /** The link that a request means. Throws ENODEV. */
  find({ index, name }: { readonly index?: number | undefined; readonly name?: string | undefined }): FakeLink {
    const link = index ? this.#links.get(index) : name === undefined ? undefined : this.byName(name)
    if (link === undefined) {
      throw new FakeRefusal('ENODEV', undefined)
    }
    return link
  }

  /** A device that is no vxlan, up. */
  addDevice(name: string, { mtu = 1500, kind = 'veth' as 'veth' | 'bridge' } = {}): FakeLink {
    const link = this.#add({ name, kind, mtu, vxlan: {}, mac: undefined })
    this.setUp(link, true)
    return link
  }

  /** RTM_NEWLINK with NLM_F_CREATE. */
  create(request: LinkRequest): FakeLink {
    const { ifname, address, mtu = 1500, master, linkinfo } = request.attributes ?? {}
    const link =
      linkinfo?.kind === 'bridge' && ifname !== undefined && this.byName(ifname) === undefined
        ? this.#add({ name: ifname, kind: 'bridge', mtu, vxlan: {}, mac: address })
        : this.createVxlan({ ...request, flags: 0 })
    if (master !== undefined) {
      this.setMaster(link, this.find({ index: master }))
    }
    if ((request.flags ?? 0) & IFF_UP) {
      this.setUp(link, true)
    }
    return link
  }

  /** RTM_NEWLINK with NLM_F_CREATE for a vxlan. */
  createVxlan({ flags = 0, attributes = {} }: LinkRequest): FakeLink {
    const { ifname, address, mtu, linkinfo } = attributes
    if (ifname === undefined || this.byName(ifname) !== undefined) {
      throw new FakeRefusal(ifname === undefined ? 'EINVAL' : 'EEXIST', undefined)
    }
    if (linkinfo?.kind !== 'vxlan') {
      throw new FakeRefusal('EOPNOTSUPP', 'Unknown device type')
    }
    if (mtu !== undefined && (mtu < leastMtu || mtu > 65535)) {
      throw new FakeRefusal('EINVAL', 'MTU must be between 68 and 65535')
    }
    if (address !== undefined && Number.parseInt(address, 16) & 1) {
      throw new FakeRefusal('EADDRNOTAVAIL', undefined)
    }
    const vxlan = createdVxlan(this.#known((linkinfo.data ?? {}) as VxlanAttributes), (index) => this.#links.has(index))
    this.#refuseTakenVni(vxlan)
    // What is too much is cut in silence.
    const granted = Math.min(mtu ?? this.#mostMtu(vxlan, 1500), this.#mostMtu(vxlan))
    const link = this.#add({ name: ifname, kind: 'vxlan', mtu: granted, vxlan, mac: address })
    this.#tellFlooding(link, 'new')
    const lower = this.#links.get(vxlan.link ?? 0)
    if (lower !== undefined) {
      // To be built upon is a change of the lower device, of which it tells although nothing that it shows has changed.
      this.tellLink(lower)
    }
    if (flags & IFF_UP) {
      this.setUp(link, true)
    }
    return link
  }

  /** RTM_NEWLINK without NLM_F_CREATE: all of it or nothing. */
  change(link: FakeLink, { flags = 0, change = 0, attributes = {} }: LinkRequest): void {
    const { ifname, mtu, address, ifalias, group, master, linkinfo } = attributes
    const data = linkinfo?.data as VxlanAttributes | undefined
    if (ifname !== undefined && ifname !== link.name) {
      if (this.byName(ifname) !== undefined) {
        throw new FakeRefusal('EEXIST', undefined)
      }
      this.rename(link, ifname)
    }
    if (master !== undefined) {
      this.setMaster(link, master === 0 ? undefined : this.find({ index: master }))
    }
    if (linkinfo?.slaveData !== undefined) {
      link.port = { ...link.port, ...(linkinfo.slaveData as BridgePortAttributes) }
      this.tellLink(link)
    }
    if (data !== undefined && link.kind === 'vxlan') {
      if (mtu !== undefined) {
        throw new FakeRefusal('EOPNOTSUPP', 'Cannot change mtu')
      }
      this.#changeVxlan(link, data)
    }
    if (mtu !== undefined) {
      if (link.kind === 'vxlan' && mtu > this.#mostMtu(link.vxlan)) {
        throw new FakeRefusal('EINVAL', undefined)
      }
      this.#changeAndTell(link, link.mtu !== mtu, () => {
        link.mtu = mtu
      })
    }
    if (address !== undefined) {
      this.#changeAndTell(link, link.mac !== address, () => {
        link.mac = address
      })
    }
    if (group !== undefined) {
      link.group = group
    }
    if (ifalias !== undefined) {
      link.alias = ifalias === '' ? undefined : ifalias
    }
    if (ifalias !== undefined || group !== undefined || data !== undefined) {
      this.#tellIfUp(link)
    }
    if (change & IFF_UP) {
      this.setUp(link, (flags & IFF_UP) !== 0)
    }
  }

  setUp(link: FakeLink, isUp: boolean): void {
    if (link.isUp === isUp) {
      return
    }
    link.isUp = isUp
    this.tellLink(link)
    if (isUp && link.mtu >= leastIpv6Mtu) {
      this.#insertAddress(link, kernelLinkLocal(link.mac))
    }
    if (!isUp) {
      for (const value of link.forwarding.forgetLearned()) {
        this.#tell({ object: 'neighbour', verb: 'delete', value })
      }
      // IPv6 addresses do not outlive it, IPv4 ones do.
      for (const address of link.addresses.filter(({ ip }) => isIP(ip) === 6)) {
        this.removeAddress(link, address)
      }
    }
  }

  rename(link: FakeLink, name: string): void {
    this.#changeAndTell(link, true, () => {
      link.name = name
    })
  }

  /** Puts a link into a bridge or, without one, takes it out: which the bridge tells with family AF_BRIDGE. */
  setMaster(link: FakeLink, bridge: FakeLink | undefined): void {
    for (const value of this.#links.get(link.master ?? 0)?.forwarding.forgetPort(link.index) ?? []) {
      this.#tell({ object: 'neighbour', verb: 'delete', value })
    }
    link.master = bridge?.index
    link.port = {}
    this.#tell({ object: 'bridgeLink', verb: bridge === undefined ? 'delete' : 'new', value: showPort(link) })
    this.tellLink(link)
  }

  /** Deletes a link, and with a lower device the vxlans on it. */
  delete(link: FakeLink): void {
    this.setUp(link, false)
    for (const upper of this.links.filter(({ vxlan }) => vxlan.link === link.index)) {
      this.delete(upper)
    }
    for (const port of this.links.filter(({ master }) => master === link.index)) {
      this.setMaster(port, undefined)
    }
    for (const address of [...link.addresses]) {
      this.removeAddress(link, address)
    }
    if (link.master !== undefined) {
      this.setMaster(link, undefined)
    }
    this.#tellFlooding(link, 'delete')
    this.#links.delete(link.index)
    this.#tell({ object: 'link', verb: 'delete', value: this.show(link) })
  }

  /** RTM_DELLINK of a device group. */
  deleteGroup(group: number): void {
    const links = this.links.filter((link) => link.group === group)
    if (links.length === 0) {
      throw new FakeRefusal('ENODEV', undefined)
    }
    for (const link of links) {
      this.delete(link)
    }
  }

  /** `IP/PREFIX`. */
  addAddress(link: FakeLink, text: string, proto?: number): void {
    const address = newAddress(text, proto)
    const isV6 = isIP(address.ip) === 6
    const isThere = link.addresses.some(({ ip, prefix }) => ip === address.ip && (isV6 || prefix === address.prefix))
    if (isThere) {
      throw new FakeRefusal('EEXIST', isV6 ? 'ipv6: address already assigned' : 'ipv4: Address already assigned')
    }
    this.#insertAddress(link, address)
  }

  /** Throws EADDRNOTAVAIL. */
  deleteAddress(link: FakeLink, text: string): void {
    const wanted = parseAddress(text)
    const address = link.addresses.find(({ ip, prefix }) => ip === wanted.ip && prefix === wanted.prefix)
    if (address === undefined) {
      throw new FakeRefusal('EADDRNOTAVAIL', 'ipv4: Address not found')
    }
    const secondaries = secondariesOf(address, link.addresses)
    this.removeAddress(link, address)
    // By default they go with their primary address.
    for (const secondary of link.promotesSecondaries ? [] : secondaries) {
      this.removeAddress(link, secondary)
    }
  }

  removeAddress(link: FakeLink, address: FakeAddress): void {
    link.addresses.splice(link.addresses.indexOf(address), 1)
    this.#tell({ object: 'address', verb: 'delete', value: shownAddress(address, link) })
  }

  /** RTM_NEWNEIGH. Throws FakeRefusal. */
  addNeighbour(link: FakeLink, request: NeighbourRequest, flags: number): void {
    const table = this.#tableFor(link, request)
    const value = table.forwarding.add({ ...request, ifindex: link.index }, flags, table === link ? 0 : table.index)
    if (value !== undefined) {
      this.#tell({ object: 'neighbour', verb: 'new', value })
    }
    this.#reportAgain(link, request, 'new')
  }

  /** RTM_DELNEIGH. Throws FakeRefusal. */
  removeNeighbour(link: FakeLink, request: NeighbourRequest): void {
    const value = this.#tableFor(link, request).forwarding.remove({ ...request, ifindex: link.index })
    if (value !== undefined) {
      this.#tell({ object: 'neighbour', verb: 'delete', value })
    }
    this.#reportAgain(link, request, 'delete')
  }

  /** Whose table a request is about: with NTF_MASTER that of the bridge that the link is a port of. */
  #tableFor(link: FakeLink, { family, flags = 0 }: NeighbourRequest): FakeLink {
    if (family !== AF_BRIDGE || (flags & constants.NTF_MASTER) === 0) {
      return link
    }
    const bridge = this.#links.get(link.master ?? 0)
    if (bridge === undefined) {
      throw new FakeRefusal('EOPNOTSUPP', undefined)
    }
    return bridge
  }

  /** The link as the kernel describes it; with an attribute that only a newer kernel has. */
  show({ index, kind, name, mac, mtu, isUp, alias, group, master, port, vxlan, sysctls }: FakeLink): Link {
    const slave = master === undefined ? {} : { slaveKind: 'bridge', slaveData: port }
    return {
      family: constants.AF_UNSPEC,
      type: 1,
      index,
      flags: IFF_BROADCAST | IFF_MULTICAST | (isUp ? IFF_UP | IFF_RUNNING | IFF_LOWER_UP : 0),
      change: 0,
      attributes: {
        ifname: name,
        address: mac,
        mtu,
        group,
        operstate: isUp ? 0 : 2,
        ...(master !== undefined && { master }),
        ...(alias !== undefined && { ifalias: alias }),
        ...(this.showsSysctls && { afSpec: { inet: { conf: ipv4Conf(sysctls) } } }),
        linkinfo: { kind, ...(kind === 'vxlan' && { data: this.#known(shownVxlan(vxlan)) }), ...slave },
        unknown: [{ type: 250, payload: Buffer.from([1, 2, 3, 4]) }],
      },
    }
  }

  /** Objects of a dump. */
  list(object: RouteMessage['object'], family: number): RouteMessage[] {
    const bridges = new Set(this.links.map(({ master }) => master))
    return this.links.flatMap((link): RouteMessage[] => {
      switch (object) {
        case 'link':
          return [{ object, verb: 'new', value: this.show(link) }]
        case 'address':
          return link.addresses.map((address) => ({ object, verb: 'new', value: shownAddress(address, link) }))
        case 'bridgeLink':
          return link.master === undefined && !bridges.has(link.index)
            ? []
            : [{ object, verb: 'new', value: showPort(link) }]
        case 'qdisc':
          return link.qdiscs.map((kind, at) => ({ object, verb: 'new', value: shownQdisc(link.index, kind, at) }))
        case 'route':
          return link.routes.filter((route) => route.family === family).map((value) => ({ object, verb: 'new', value }))
        case 'tunnel':
        case 'mdb':
        case 'nexthop':
        case 'filter':
          return []
        default: {
          const entries = family === AF_BRIDGE ? link.forwarding.fdb : link.forwarding.neighbours
          const stated = entries.map((value): RouteMessage => ({ object: 'neighbour', verb: 'new', value }))
          return family === AF_BRIDGE ? [...this.#flooding(link, 'new'), ...stated] : stated
        }
      }
    })
  }

  /** RTM_NEWLINK about it as it is. */
  tellLink(link: FakeLink): void {
    this.#tell({ object: 'link', verb: 'new', value: this.show(link) })
  }

  #add({
    name,
    kind,
    mtu,
    vxlan,
    mac,
  }: Pick<FakeLink, 'name' | 'kind' | 'mtu' | 'vxlan'> & { mac: string | undefined }): FakeLink {
    const index = this.#nextIndex
    this.#nextIndex += 1
    const link: FakeLink = {
      index,
      kind,
      name,
      mac: mac ?? this.#inventMac(),
      mtu,
      isUp: false,
      alias: undefined,
      group: 0,
      master: undefined,
      port: {},
      vxlan,
      floodsVia: vxlan.link,
      addresses: [],
      qdiscs: [],
      routes: [],
      sysctls: new Map(),
      forwarding: new FakeForwarding(),
      promotesSecondaries: false,
    }
    this.#links.set(index, link)
    this.tellLink(link)
    return link
  }

  #inventMac(): string {
    const octet = (this.#nextMac++).toString(16).padStart(2, '0')
    return `52:54:00:00:00:${octet}`
  }

  #changeVxlan(link: FakeLink, change: VxlanAttributes): void {
    if (link.kind !== 'vxlan') {
      throw new FakeRefusal('EOPNOTSUPP', undefined)
    }
    const vxlan = changedVxlan(link.vxlan, this.#known(change), (index) => this.#links.has(index))
    if (vxlanRemote(vxlan) !== vxlanRemote(link.vxlan)) {
      this.#tellFlooding(link, 'delete')
      link.vxlan = vxlan
      link.floodsVia = vxlan.link
      this.#tellFlooding(link, 'new')
    }
    link.vxlan = vxlan
    const most = this.#mostMtu(vxlan)
    this.#changeAndTell(link, link.mtu > most, () => {
      link.mtu = most
    })
  }

  #known(data: VxlanAttributes): VxlanAttributes {
    return Object.fromEntries(Object.entries(data).filter(([key]) => !this.#knowsNot.has(key)))
  }

  #refuseTakenVni(vxlan: VxlanAttributes): void {
    const holder = this.links.find(
      (other) =>
        other.kind === 'vxlan' &&
        other.vxlan.id === vxlan.id &&
        other.vxlan.port === vxlan.port &&
        vxlanFamily(other.vxlan) === vxlanFamily(vxlan),
    )
    if (holder !== undefined) {
      throw new FakeRefusal('EEXIST', 'A VXLAN device with the specified VNI already exists')
    }
  }

  #mostMtu(vxlan: VxlanAttributes, without = 65535): number {
    const lower = this.#links.get(vxlan.link ?? 0)
    return lower === undefined ? without : Math.max(leastMtu, lower.mtu - vxlanHeadroom(vxlan))
  }

  #insertAddress(link: FakeLink, address: FakeAddress): void {
    link.addresses.push(address)
    this.#tell({ object: 'address', verb: 'new', value: shownAddress(address, link) })
  }

  #changeAndTell(link: FakeLink, isChange: boolean, change: () => void): void {
    if (isChange) {
      change()
      this.tellLink(link)
    }
  }

  /** netdev_state_change(): a link that is down tells of nothing that is its kind's own. */
  #tellIfUp(link: FakeLink): void {
    if (link.isUp) {
      this.tellLink(link)
    }
  }

  /** What the generic code says of a request that succeeded, whatever it changed. Source: nlmsg_populate_fdb_fill(), net/core/rtnetlink.c. */
  #reportAgain(
    { index }: FakeLink,
    { family, state = 0, attributes = {} }: NeighbourRequest,
    verb: 'new' | 'delete',
  ): void {
    if (this.#reportsTwice && family === AF_BRIDGE) {
      const value = {
        family,
        ifindex: index,
        state,
        flags: constants.NTF_SELF,
        type: 0,
        attributes: { lladdr: attributes.lladdr },
      }
      this.#tell({ object: 'neighbour', verb, value })
    }
  }

  #tellFlooding(link: FakeLink, verb: 'new' | 'delete'): void {
    for (const message of this.#flooding(link, verb)) {
      this.#tell(message)
    }
  }

  #flooding({ index, vxlan, floodsVia }: FakeLink, verb: 'new' | 'delete'): RouteMessage[] {
    const dst = vxlanRemote(vxlan)
    if (dst === undefined) {
      return []
    }
    const via = isMulticastAddress(dst) || floodsVia ? { ifindex: floodsVia } : {}
    const attributes = { lladdr: zeroMac, dst, ...via, cacheinfo: newEntry }
    const { NUD_PERMANENT: state, NTF_SELF: flags } = constants
    return [
      { object: 'neighbour', verb, value: { family: AF_BRIDGE, ifindex: index, state, flags, type: 0, attributes } },
    ]
  }
}

/** IFLA_INET_CONF. */
function ipv4Conf(sysctls: ReadonlyMap<string, number>): number[] {
  const conf = new Array<number>(33).fill(0)
  for (const [name, { position }] of Object.entries(ipv4Sysctls)) {
    conf[position] = sysctls.get(`ipv4.${name}`) ?? 0
  }
  return conf
}

function shownQdisc(ifindex: number, kind: string, at: number): TrafficControl {
  const parent = 0xffff_ffff
  return { family: 0, ifindex, handle: (at + 1) << 16, parent, info: 2, attributes: { kind, options: Buffer.alloc(4) } }
}

/** The link as its bridge describes it. */
function showPort({ index, name, master }: FakeLink): BridgeLink {
  return {
    family: AF_BRIDGE,
    type: 1,
    index,
    flags: IFF_UP,
    change: 0,
    attributes: { ifname: name, ...(master !== undefined && { master }) },
  }
}
