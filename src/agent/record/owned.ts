/** What is ours: links that vxagent created, ports it attached, entries it put there; as recorded before that was done. */
import { constants, type Link } from '../../rtnetlink/index.ts'
import type { LinkKind } from '../desired/overlay.ts'
import type { PortSpec } from '../desired/schema.ts'
import { vxlanData } from '../kernel/vxlan-link.ts'

/** One link that vxagent created or is about to create. */
export interface OwnedLink {
  readonly kind: LinkKind
  /** The VNI of a vxlan, which never changes on a live link; 0 for a bridge. */
  readonly id: number
  /** The MAC it is created with. Known to nobody before the link is there, so it tells our link from one made by hand meanwhile. */
  readonly mac: string
  /** The kernel's identity of the link once it is there. The kernel does not give it again by itself while the namespace lives. */
  readonly ifindex?: number
  /** Keys that a desired file stated when last applied (`ttl`, `port.learning`): one that is no longer stated goes back to the kernel's default. */
  readonly stated: readonly string[]
  /** Of a link that was put aside for its successor, under a name of the moment: its real name. */
  readonly asideOf?: string
  readonly unshown?: UnshownValues
}

/** Values that were written and that the kernel does not tell; null while it is in doubt which was. */
export interface UnshownValues {
  readonly mcroute?: boolean | null
}

/** Those of the values of a link that the kernel does not tell. */
export function unshownAmong({ mcroute }: { readonly mcroute?: boolean | undefined }): UnshownValues {
  return mcroute === undefined ? {} : { mcroute }
}

/** The same, in doubt: either may be in effect until the change is done. */
export function inDoubt({ mcroute }: UnshownValues): UnshownValues {
  return mcroute === undefined ? {} : { mcroute: null }
}

/** A link that is not ours and that vxagent made a port of a bridge. */
export interface OwnedPort {
  readonly ifindex: number
  /** The bridge, by name. */
  readonly master: string
  /** The kernel's identity of that bridge: another one may get its name. */
  readonly masterIfindex?: number
  /** As {@link OwnedLink.stated}. */
  readonly stated: readonly string[]
}

/** A link that is not ours, which another program put into a bridge that is. */
export interface Guest {
  readonly name: string
  readonly ifindex: number
  /** With the name, what tells it from another link by that ifindex: who makes a link may choose one. A network card has no kind. */
  readonly kind?: string
  readonly mac?: string
  /** The bridge, by name. */
  readonly bridge: string
  /** The bridge that it was in last: another one by this ifindex is another bridge. */
  readonly bridgeIfindex: number
  /** Its options as a port there, VLANs included. */
  readonly spec: PortSpec
  /** Set once its bridge has gone. */
  readonly isLost?: true
  /** How often vxagent began to put it back. Set until its options, which the kernel takes after its place, are there as well. */
  readonly attempts?: number
}

/** Whether `link` is the guest of this record: its ifindex and kind are the same, and its name or its MAC still is. */
export function isGuest({ name, ifindex, kind, mac }: Guest, { index, attributes }: Link): boolean {
  const isSameKind = kind === undefined || kind === attributes.linkinfo?.kind
  return (
    index === ifindex && isSameKind && (name === attributes.ifname || mac === undefined || mac === attributes.address)
  )
}

/** Which table entries are in. */
export type EntryTable = 'fdb' | 'neighbours'

/** Entries that vxagent put on a link, by the kernel's identity of each. */
export interface OwnedEntries {
  readonly fdb: ReadonlySet<string>
  readonly neighbours: ReadonlySet<string>
}

/** The record of this boot and network namespace, by link name. */
export interface Owned {
  readonly links: Readonly<Record<string, OwnedLink>>
  readonly ports: Readonly<Record<string, OwnedPort>>
  /** Others' links in bridges of ours, and those that lost their place with one. */
  readonly guests?: readonly Guest[]
  /** The state directory that has it, to be named where it is what a claim rests on. */
  readonly directory?: string
  /** Nothing for a link without entries of ours. */
  entriesOf(link: string): OwnedEntries
}

/** No entries. */
export const noEntries: OwnedEntries = { fdb: new Set(), neighbours: new Set() }

/** No record. */
export const nothingOwned: Owned = { links: {}, ports: {}, entriesOf: () => noEntries }

/** What a link that is not ours is not in: `vxagent's record in /var/lib/vxagent`. */
export function recordWords({ directory }: Owned): string {
  return directory === undefined ? "vxagent's record" : `vxagent's record in ${directory}`
}

/** Whether `link` is the link of this record. */
export function isOurs(record: OwnedLink, link: Link): boolean {
  const { linkinfo, address } = link.attributes
  if (linkinfo?.kind !== record.kind || (record.kind === 'vxlan' && recordedVni(link) !== record.id)) {
    return false
  }
  // A link for packets instead of frames (`gpe`) has no MAC to tell it by.
  return record.ifindex === undefined ? address === record.mac || address === undefined : link.index === record.ifindex
}

/** The record of a link that something else made, and that is ours from now on. */
export function adoptedRecord(kind: LinkKind, link: Link): OwnedLink {
  const { index, attributes } = link
  return { kind, id: recordedVni(link) ?? 0, mac: attributes.address ?? '', ifindex: index, stated: [] }
}

/** What a record has for the VNI of a link: 0 for a vxlan that takes many; undefined for a link that is no vxlan. */
export function recordedVni(link: Link): number | undefined {
  const data = vxlanData(link)
  return data && (data.id ?? 0)
}

/** IFA_PROTO of addresses that vxagent adds, so that people can tell them: `proto 118` to `ip address`. Free for user space to choose. */
export const addressProtocol = 118

/** Whether the kernel made an address itself, by its IFA_PROTO. */
export function isKernelProtocol(proto: number | undefined): boolean {
  return proto !== undefined && proto >= constants.IFAPROT_KERNEL_LO && proto <= constants.IFAPROT_KERNEL_LL
}
