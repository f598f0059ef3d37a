/** Carries out what people do to links, by netlink, and keeps the model of what is theirs. */
import { closeSync, openSync } from 'node:fs'
import { inNetns } from '../../integration/support/inside.ts'
import {
  type AddressRequest,
  constants,
  KernelError,
  type Link,
  type LinkRequest,
  type NeighbourRequest,
  RtnetlinkClient,
  type VxlanAttributes,
} from '../../src/rtnetlink/index.ts'
import { entryText, type ForeignLink, Model, noteDevice, noteUp } from './model.ts'
import { underlayAddresses, zeroMac } from './names.ts'
import type { HandEntry, HandLink, LinkSettings, Operation } from './operation.ts'
import { makeVeth } from './veth.ts'

const { AF_BRIDGE, AF_INET, AF_INET6, IFF_UP, NTF_EXT_LEARNED, NTF_SELF, NUD_NOARP, NUD_PERMANENT } = constants

/** Names of the network namespaces. */
export interface Places {
  /** Where vxagent runs. */
  readonly host: string
  /** Where links are sent. */
  readonly away: string
  /** Where the far ends of veth pairs are. */
  readonly far: string
}

/** What an underlay device carries whatever MTU it is given. */
const mtuOnAnyUnderlay = 1280

type LinkOperation = Exclude<
  Operation,
  { readonly do: 'write file' | 'remove file' | 'swap files' | 'start' | 'stop' | 'kill' | 'reload' | 'check' }
>

/** The mutator's hands. */
export class Hands {
  readonly model = new Model()
  readonly client: RtnetlinkClient
  readonly clientAway: RtnetlinkClient
  readonly #clientFar: RtnetlinkClient
  readonly #host: number
  readonly #away: number
  readonly #far: number
  #made = 0

  constructor({ host, away, far }: Places) {
    this.client = inNetns(host, () => new RtnetlinkClient())
    this.clientAway = inNetns(away, () => new RtnetlinkClient())
    this.#clientFar = inNetns(far, () => new RtnetlinkClient())
    this.#host = openSync(`/run/netns/${host}`, 'r')
    this.#away = openSync(`/run/netns/${away}`, 'r')
    this.#far = openSync(`/run/netns/${far}`, 'r')
  }

  close(): void {
    this.client.close()
    this.clientAway.close()
    this.#clientFar.close()
    for (const fd of [this.#host, this.#away, this.#far]) {
      closeSync(fd)
    }
  }

  /** Gives `ok`, or what the kernel said. */
  async perform(operation: LinkOperation): Promise<string> {
    try {
      await this.#perform(operation)
      return 'ok'
    } catch (error) {
      if (error instanceof KernelError) {
        return error.code
      }
      throw error
    }
  }

  async #perform(operation: LinkOperation): Promise<void> {
    switch (operation.do) {
      case 'rename':
        return this.rename((await this.#find(operation.link)).index, operation.to)
      case 'swap':
        return this.#swap(operation.link, operation.with)
      case 'delete':
        return this.delete((await this.#find(operation.link)).index)
      case 'set':
        return this.set((await this.#find(operation.link)).index, operation.to)
      case 'send away':
        return this.#sendAway(await this.#find(operation.link))
      case 'bring back':
        return this.bringBack(operation.link)
      case 'enslave':
        return this.setMaster((await this.#find(operation.link)).index, (await this.#find(operation.master)).index)
      case 'release':
        return this.setMaster((await this.#find(operation.link)).index, undefined)
      case 'add address':
      case 'remove address':
        return this.setAddress(
          (await this.#find(operation.link)).index,
          operation.address,
          operation.do === 'add address',
        )
      case 'add entry':
      case 'append entry':
      case 'replace entry':
      case 'remove entry':
        return this.#changeEntry(await this.#find(operation.link), operation.do, operation.entry)
      case 'make':
        return this.make(operation.link, operation.as)
      case 'replace underlay':
        await this.delete((await this.#find(operation.link)).index)
        return this.makeUnderlay(operation.link)
      default:
        return operation satisfies never
    }
  }

  #find(name: string): Promise<Link> {
    return this.client.getLink({ name })
  }

  async rename(index: number, to: string): Promise<void> {
    await this.client.changeLink({ index, attributes: { ifname: to } })
    this.#note(index, (link) => {
      link.name = to
    })
  }

  /** The same of a link that may be up: before Linux 6.2 it keeps its name until it is set down. */
  async renameAnyway(index: number, to: string): Promise<void> {
    try {
      await this.rename(index, to)
    } catch (error) {
      if (!(error instanceof KernelError && error.code === 'EBUSY')) {
        throw error
      }
      await this.set(index, { up: false })
      await this.rename(index, to)
      await this.set(index, { up: true })
    }
  }

  async #swap(one: string, other: string): Promise<void> {
    const [first, second] = [await this.#find(one), await this.#find(other)]
    await this.rename(first.index, 'swapping')
    try {
      await this.rename(second.index, one)
      await this.rename(first.index, other)
    } catch (error) {
      // Somebody was quicker and has the name. Whatever name it gets now, it does not stay in the way.
      await this.rename(first.index, `swap-${first.index}`)
      throw error
    }
  }

  async delete(index: number): Promise<void> {
    await this.client.deleteLink({ index })
    this.model.forget(index)
  }

  async set(index: number, { up, mtu, mac, txqlen, devgroup, ...ofVxlan }: LinkSettings): Promise<void> {
    const data = await this.#vxlanData(ofVxlan)
    if (Object.keys(data).length > 0) {
      await this.client.changeLink({ index, attributes: { linkinfo: { kind: 'vxlan', data } } })
      const device = data.link === undefined ? undefined : await this.client.getLink({ index: data.link })
      this.#note(index, (link) => {
        link.ttl = data.ttl ?? link.ttl
        link.learning = data.learning ?? link.learning
        link.ageing = data.ageing ?? link.ageing
        const before = { remote: link.remote, dev: link.dev }
        if (device !== undefined) {
          noteDevice(link, device.index, device.attributes.mtu ?? 0)
        }
        // Its own entry follows the remote, and not the device alone. Source: vxlan_changelink(), drivers/net/vxlan/vxlan_core.c.
        if (ofVxlan.remote !== undefined && ofVxlan.remote !== before.remote) {
          link.remote = ofVxlan.remote
          link.entries.add(entryText(zeroMac, ofVxlan.remote, link.dev))
          link.entries.delete(entryText(zeroMac, before.remote ?? '', before.dev))
        }
      })
    }
    const request: LinkRequest = {
      index,
      ...(up !== undefined && { flags: up ? IFF_UP : 0, change: IFF_UP }),
      attributes: {
        ...(mtu !== undefined && { mtu }),
        ...(mac !== undefined && { address: mac }),
        ...(txqlen !== undefined && { txqlen }),
        ...(devgroup !== undefined && { group: devgroup }),
      },
    }
    await this.client.changeLink(request)
    this.#note(index, (link) => {
      noteUp(link, up ?? link.isUp)
      link.mtu = mtu ?? link.mtu
      link.mac = mac ?? link.mac
      link.txqlen = txqlen ?? link.txqlen
      link.devgroup = devgroup ?? link.devgroup
    })
  }

  async #vxlanData({ ttl, learning, ageing, remote, dev }: LinkSettings): Promise<VxlanAttributes> {
    return {
      ...(ttl !== undefined && { ttl }),
      ...(learning !== undefined && { learning }),
      ...(ageing !== undefined && { ageing }),
      ...(remote !== undefined && { group: remote }),
      ...(dev !== undefined && { link: (await this.#find(dev)).index }),
    }
  }

  async #sendAway({ index }: Link): Promise<void> {
    await this.client.changeLink({ index, attributes: { netNsFd: this.#away } })
    const foreign = this.model.links.get(index)
    // What is in the model stays with the link, whatever its ifindex is there.
    this.model.forget(index)
    if (foreign !== undefined) {
      foreign.isAway = true
      foreign.isUp = false
      foreign.addresses.clear()
      this.model.links.set(-this.#nextNumber(), foreign)
    }
  }

  /** Brings a link of that name back from elsewhere. */
  async bringBack(name: string): Promise<void> {
    const { index } = await this.clientAway.getLink({ name })
    await this.clientAway.changeLink({ index, attributes: { netNsFd: this.#host } })
    const found = [...this.model.links].find(([, link]) => link.isAway && link.name === name)
    // Its ifindex may be another one here.
    const now = await this.#find(name)
    if (found === undefined) {
      this.model.returned.add(now.index)
      return
    }
    const [key, link] = found
    this.model.links.delete(key)
    link.isAway = false
    link.ifindex = now.index
    this.model.links.set(now.index, link)
  }

  async setMaster(index: number, master: number | undefined): Promise<void> {
    await this.client.changeLink({ index, attributes: { master: master ?? 0 } })
    this.model.memberships.set(index, { master })
  }

  async setAddress(index: number, text: string, isThere: boolean): Promise<void> {
    const [local = '', prefix] = text.split('/')
    const isIpv6 = local.includes(':')
    const request: AddressRequest = {
      family: isIpv6 ? AF_INET6 : AF_INET,
      prefixlen: Number(prefix),
      index,
      attributes: { local, address: local },
    }
    await (isThere ? this.client.addAddress(request) : this.client.deleteAddress(request))
    this.#note(index, ({ addresses }) => (isThere ? addresses.add(text) : addresses.delete(text)))
  }

  async #changeEntry(
    { index }: Link,
    how: 'add entry' | 'append entry' | 'replace entry' | 'remove entry',
    { mac, dst, via, isExternLearned }: HandEntry,
  ): Promise<void> {
    const device = via === undefined ? undefined : (await this.#find(via)).index
    const request: NeighbourRequest = {
      family: AF_BRIDGE,
      ifindex: index,
      state: NUD_PERMANENT | NUD_NOARP,
      flags: NTF_SELF | (isExternLearned === true ? NTF_EXT_LEARNED : 0),
      attributes: { lladdr: mac, dst, ...(device !== undefined && { ifindex: device }) },
    }
    const text = entryText(mac, dst, device)
    // Read before the change: afterwards nothing says whose entry it was.
    const there = how === 'remove entry' ? [] : await this.#entriesFor(index, mac)
    switch (how) {
      case 'add entry':
        await this.client.addNeighbour(request)
        break
      case 'append entry':
        await this.client.appendNeighbour(request)
        break
      case 'replace entry':
        await this.client.replaceNeighbour(request)
        break
      case 'remove entry':
        await this.client.deleteNeighbour(request)
        this.model.noteEntry(index, text, false)
        return
    }
    this.model.enter(index, text, there)
  }

  /** Entries of a link for a MAC address, as {@link entryText} writes them. */
  async #entriesFor(index: number, mac: string): Promise<string[]> {
    const table = await this.client.listFdb({ index })
    return table
      .filter(({ flags, attributes }) => (flags & NTF_SELF) !== 0 && attributes.lladdr === mac)
      .map(({ attributes: { dst = '', ifindex } }) => entryText(mac, dst, ifindex))
  }

  /** Makes a link that is not vxagent's, up. */
  async make(name: string, as: HandLink): Promise<void> {
    const mac = as.kind === 'bridge' ? as.mac : this.#nextMac()
    const mtu = as.kind === 'bridge' ? as.mtu : as.kind === 'vxlan' ? mtuOnAnyUnderlay : 1400
    const dev = as.kind === 'vxlan' && as.dev !== undefined ? (await this.#find(as.dev)).index : undefined
    const linkinfo =
      as.kind === 'vxlan'
        ? {
            kind: 'vxlan' as const,
            data: { id: as.id, port: as.dstport, group: as.remote, ...(dev !== undefined && { link: dev }) },
          }
        : { kind: as.kind }
    if (as.kind === 'veth') {
      await this.#makeVeth(name, mac)
    } else {
      await this.client.createLink({ attributes: { ifname: name, address: mac, linkinfo } })
    }
    const { index } = await this.#find(name)
    await this.client.changeLink({ index, flags: IFF_UP, change: IFF_UP, attributes: { mtu, address: mac } })
    const foreign: ForeignLink = {
      kind: as.kind,
      name,
      ifindex: index,
      isAway: false,
      isUp: true,
      mtu,
      mac,
      txqlen: 1000,
      devgroup: 0,
      ttl: 0,
      learning: true,
      ageing: 300,
      remote: as.kind === 'vxlan' ? as.remote : undefined,
      dev,
      addresses: new Set(),
      entries: new Set(as.kind === 'vxlan' ? [entryText(zeroMac, as.remote, dev)] : []),
    }
    this.model.links.set(index, foreign)
  }

  async #makeVeth(name: string, mac: string): Promise<void> {
    const peer = `p${this.#nextNumber()}`
    await makeVeth(this.client, { name, mac, peer, peerNetns: this.#far })
    await this.#clientFar.changeLink({ flags: IFF_UP, change: IFF_UP, attributes: { ifname: peer } })
  }

  /** An underlay device as it was at the beginning. */
  async makeUnderlay(name: string): Promise<void> {
    await this.#makeVeth(name, this.#nextMac())
    await this.settleUnderlay(name)
  }

  /** Gives an underlay device what it had at the beginning. */
  async settleUnderlay(name: string): Promise<void> {
    const { index } = await this.#find(name)
    await this.client.changeLink({ index, flags: IFF_UP, change: IFF_UP, attributes: { mtu: 1500 } })
    const address = underlayAddresses[name as keyof typeof underlayAddresses]
    if (address !== undefined) {
      await this.setAddress(index, address, true).catch(() => {})
    }
  }

  #note(index: number, change: (link: ForeignLink) => void): void {
    const link = this.model.links.get(index)
    if (link !== undefined) {
      change(link)
    }
  }

  #nextNumber(): number {
    this.#made += 1
    return this.#made
  }

  #nextMac(): string {
    return `02:00:00:00:66:${this.#nextNumber().toString(16).padStart(2, '0').slice(-2)}`
  }
}
