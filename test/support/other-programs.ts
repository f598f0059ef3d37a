/** What a person with iproute2, or another program, does behind the agent's back. */
import { constants, type VxlanAttributes } from '../../src/rtnetlink/index.ts'
import type { FakeLink, FakeNamespace } from './fake-namespace.ts'

/** Each method is a command of theirs. */
export class OtherPrograms {
  readonly #namespace: FakeNamespace

  constructor(namespace: FakeNamespace) {
    this.#namespace = namespace
  }

  /** A network card, or another device that is no vxlan, comes up. */
  plugIn(name: string, mtu = 1500): FakeLink {
    return this.#namespace.addDevice(name, { mtu })
  }

  /** `ip link add NAME type bridge` */
  addBridge(name: string): FakeLink {
    return this.#namespace.addDevice(name, { kind: 'bridge' })
  }

  /** `ip link add NAME type vxlan …`, up */
  addVxlan(name: string, data: VxlanAttributes): FakeLink {
    return this.#namespace.createVxlan({
      flags: constants.IFF_UP,
      attributes: { ifname: name, linkinfo: { kind: 'vxlan', data } },
    })
  }

  /** `ip link del NAME` */
  deleteLink(name: string): void {
    this.#namespace.delete(this.#link(name))
  }

  /** `ip link set NAME …` */
  setLink(
    name: string,
    {
      up,
      mtu,
      mac,
      alias,
    }: { readonly up?: boolean; readonly mtu?: number; readonly mac?: string; readonly alias?: string },
  ): void {
    this.#namespace.change(this.#link(name), {
      flags: up ? constants.IFF_UP : 0,
      change: up === undefined ? 0 : constants.IFF_UP,
      attributes: { mtu, address: mac, ifalias: alias },
    })
  }

  /** `ip link set NAME type vxlan …` */
  setVxlan(name: string, data: VxlanAttributes): void {
    this.#namespace.change(this.#link(name), { attributes: { linkinfo: { kind: 'vxlan', data } } })
  }

  /** `ip link set NAME name NEW` */
  rename(name: string, newName: string): void {
    this.#namespace.rename(this.#link(name), newName)
  }

  /** `ip link set NAME master BRIDGE`, or `nomaster` without one */
  setMaster(name: string, bridge?: string): void {
    this.#namespace.setMaster(this.#link(name), bridge === undefined ? undefined : this.#link(bridge))
  }

  /** `ip address add IP/PREFIX dev NAME` */
  addAddress(name: string, address: string): void {
    this.#namespace.addAddress(this.#link(name), address)
  }

  /** `ip address del IP/PREFIX dev NAME` */
  deleteAddress(name: string, address: string): void {
    this.#namespace.deleteAddress(this.#link(name), address)
  }

  /** `bridge fdb append MAC dev NAME dst VTEP` */
  appendFdb(name: string, mac: string, dst: string): void {
    const request = {
      family: constants.AF_BRIDGE,
      state: constants.NUD_PERMANENT | constants.NUD_NOARP,
      flags: constants.NTF_SELF,
      attributes: { lladdr: mac, dst },
    }
    this.#namespace.addNeighbour(this.#link(name), request, constants.NLM_F_CREATE | constants.NLM_F_APPEND)
  }

  /** `ip route add DST/LENGTH dev NAME` */
  addRoute(name: string, prefix: string): void {
    const [dst = '', length] = prefix.split('/')
    const { index, routes } = this.#link(name)
    routes.push({
      ...{ family: constants.AF_INET, dstLen: Number(length), srcLen: 0, tos: 0, table: constants.RT_TABLE_MAIN },
      ...{ protocol: constants.RTPROT_BOOT, scope: 253, type: 1, flags: 0 },
      attributes: { dst, oif: index, table: constants.RT_TABLE_MAIN },
    })
  }

  /** `tc qdisc add dev NAME root KIND`, of which nobody is told who follows links and neighbours. */
  addQdisc(name: string, kind: string): void {
    this.#link(name).qdiscs.push(kind)
  }

  /** `tc qdisc del dev NAME …`, of all that were added */
  deleteQdiscs(name: string): void {
    this.#link(name).qdiscs.length = 0
  }

  #link(name: string): FakeLink {
    return this.#namespace.find({ name })
  }
}
