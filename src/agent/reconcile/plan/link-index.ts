/** Links, entries, addresses and declarations by what they refer to, so that a plan that replaces thousands of links goes through each table once. */
import type { BridgePortAttributes, Link, Neighbour } from '../../../rtnetlink/index.ts'
import type { DesiredOverlay, DesiredVxlan } from '../../desired/overlay.ts'
import { grouped } from '../../facts/grouped.ts'
import type { Observed } from '../../kernel/observed.ts'
import { hostAddresses } from '../../kernel/own-addresses.ts'
import { vxlanData } from '../../kernel/vxlan-link.ts'
import { type Owned, recordedVni } from '../../record/owned.ts'

/** Each index is made when it is first asked for. What changes later is not in it. */
export class LinkIndex {
  readonly #observed: Observed
  readonly #overlay: DesiredOverlay
  readonly #owned: Owned
  #hostAddresses: ReadonlySet<string> | undefined
  #byLower: ReadonlyMap<number, readonly Link[]> | undefined
  #byMaster: ReadonlyMap<number, readonly Link[]> | undefined
  #recordedPorts: ReadonlySet<number | undefined> | undefined
  #byBackup: ReadonlyMap<number, readonly Link[]> | undefined
  #byVni: ReadonlyMap<number, readonly Link[]> | undefined
  #wantedByVni: ReadonlyMap<number, readonly DesiredVxlan[]> | undefined
  readonly #entriesByPort = new Map<number, ReadonlyMap<number, readonly Neighbour[]>>()

  constructor(observed: Observed, overlay: DesiredOverlay, owned: Owned) {
    this.#observed = observed
    this.#overlay = overlay
    this.#owned = owned
  }

  /** All addresses of this host. */
  get hostAddresses(): ReadonlySet<string> {
    this.#hostAddresses ??= hostAddresses(this.#observed)
    return this.#hostAddresses
  }

  /** Links that stand on the link, and that the kernel deletes with it. */
  directlyOn(index: number): readonly Link[] {
    this.#byLower ??= grouped(this.#observed.links.values(), lowerOf)
    return this.#byLower.get(index) ?? []
  }

  /** Links that are in the bridge, VRF or bond. */
  directlyIn(master: number): readonly Link[] {
    this.#byMaster ??= grouped(this.#observed.links.values(), ({ attributes }) => attributes.master)
    return this.#byMaster.get(master) ?? []
  }

  /** Whether the record has the link, by ifindex, as a port that vxagent put where it is. */
  isRecordedPort(index: number): boolean {
    this.#recordedPorts ??= new Set(Object.values(this.#owned.ports).map(({ ifindex }) => ifindex))
    return this.#recordedPorts.has(index)
  }

  /** Ports whose traffic goes to the port while they have no carrier. */
  backedUpBy(index: number): readonly Link[] {
    this.#byBackup ??= grouped(this.#observed.links.values(), backupPortOf)
    return this.#byBackup.get(index) ?? []
  }

  /** Entries of the table of `bridge` that lead to `port`; both are ifindexes. */
  entriesToward(port: number, bridge: number): readonly Neighbour[] {
    let byPort = this.#entriesByPort.get(bridge)
    if (byPort === undefined) {
      byPort = grouped(this.#observed.fdb.get(bridge)?.values() ?? [], ({ ifindex }) => ifindex)
      this.#entriesByPort.set(bridge, byPort)
    }
    return byPort.get(port) ?? []
  }

  /** Vxlans with that VNI, whoever made them; 0: for many VNIs. */
  bearersOfVni(vni: number): readonly Link[] {
    this.#byVni ??= grouped(this.#observed.links.values(), recordedVni)
    return this.#byVni.get(vni) ?? []
  }

  /** Declared vxlans with that VNI; 0: for many VNIs. */
  wantedWithVni(vni: number): readonly DesiredVxlan[] {
    this.#wantedByVni ??= grouped(
      [...this.#overlay.links.values()].filter((link) => link.kind === 'vxlan'),
      ({ spec }) => spec.id ?? 0,
    )
    return this.#wantedByVni.get(vni) ?? []
  }
}

/** Kinds of links that the kernel deletes with the one below. */
const kindsThatFollow = new Set(['vlan', 'macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'macsec', 'vxlan', 'rmnet'])

function lowerOf(link: Link): number | undefined {
  const { link: lower, linkNetnsid, linkinfo } = link.attributes
  if (!kindsThatFollow.has(linkinfo?.kind ?? '')) {
    return undefined
  }
  // A vxlan names its underlay device in its data alone.
  return linkinfo?.kind === 'vxlan' ? vxlanData(link)?.link : linkNetnsid === undefined ? lower : undefined
}

function backupPortOf({ attributes: { linkinfo } }: Link): number | undefined {
  const data = linkinfo?.slaveKind === 'bridge' ? linkinfo.slaveData : undefined
  return data === undefined || Buffer.isBuffer(data) ? undefined : (data as BridgePortAttributes).backupPort
}
