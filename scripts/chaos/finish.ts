/** The end of the mutations: what a person does to let vxagent come to its end, and nothing that is vxagent's own to do. */

import { statedEntries } from '../../src/agent/desired/remote-parts.ts'
import type { DesiredState } from '../../src/agent/desired/schema.ts'
import type { Link, VxlanAttributes } from '../../src/rtnetlink/index.ts'
import type { Hands } from './hands.ts'
import { entryText, type ForeignLink } from './model.ts'
import { foreign, underlayAddresses, underlays } from './names.ts'

/** Brings the underlay back, and takes other people's links out of the way of the desired state. */
export async function clearTheWay(hands: Hands, desired: DesiredState): Promise<void> {
  await emptyAway(hands)
  await restoreUnderlay(hands)
  await moveForeignLinks(hands, desired)
  await freePorts(hands, desired)
  await freeOurs(hands, desired)
  await removeHandEntries(hands, desired)
}

/** Links that were sent away come back, if their names are free here; others are deleted, with what they hold. */
async function emptyAway(hands: Hands): Promise<void> {
  for (const link of hands.model.away) {
    await hands.bringBack(link.name).catch(() => {})
  }
  for (const { index, attributes } of await hands.clientAway.listLinks()) {
    if (attributes.ifname !== 'lo') {
      await hands.clientAway.deleteLink({ index }).catch(() => {})
    }
  }
  for (const [key, { isAway }] of hands.model.links) {
    if (isAway) {
      hands.model.links.delete(key)
    }
  }
}

async function restoreUnderlay(hands: Hands): Promise<void> {
  const isUnderlay = (link: Link): boolean =>
    link.attributes.linkinfo?.kind === 'veth' && !hands.model.links.has(link.index)
  const links = await hands.client.listLinks()
  // Whichever is under another name, or another one's.
  const free = links.filter((link) => isUnderlay(link) && !(underlays as readonly string[]).includes(nameOf(link)))
  for (const name of underlays) {
    const there = links.find((link) => nameOf(link) === name)
    if (there !== undefined && isUnderlay(there)) {
      continue
    }
    if (there !== undefined) {
      await hands.renameAnyway(there.index, `was-${there.index}`)
    }
    const other = free.shift()
    if (other === undefined) {
      await hands.makeUnderlay(name)
    } else {
      await hands.renameAnyway(other.index, name)
    }
  }
  for (const { index } of free) {
    await hands.delete(index)
  }
  for (const name of underlays) {
    const { index } = await hands.client.getLink({ name })
    await hands.setMaster(index, undefined)
    for (const address of Object.values(underlayAddresses)) {
      await hands.setAddress(index, address, false).catch(() => {})
    }
  }
  for (const name of underlays) {
    await hands.settleUnderlay(name)
  }
}

/** A stranger under a declared name, or with a declared VNI, is in the way until a person takes it away. */
async function moveForeignLinks(hands: Hands, desired: DesiredState): Promise<void> {
  const declared = new Set([...Object.keys(desired.vxlans), ...Object.keys(desired.bridges)])
  const ports = new Set(Object.values(desired.bridges).flatMap(({ ports: each }) => Object.keys(each ?? {})))
  const vnis = new Set(Object.values(desired.vxlans).map(({ id }) => id))
  for (const link of await hands.client.listLinks()) {
    const owned = hands.model.links.get(link.index)
    const data = link.attributes.linkinfo?.data as VxlanAttributes | undefined
    if (owned === undefined) {
      if (hands.model.returned.has(link.index)) {
        // Vxagent's once, and a stranger since it came back.
        await hands.delete(link.index).catch(() => {})
      }
    } else if (owned.kind === 'vxlan' && vnis.has(data?.id)) {
      await hands.delete(link.index)
    } else if (declared.has(owned.name) || (ports.has(owned.name) && !isPlain(owned))) {
      await hands.renameAnyway(link.index, `was-${link.index}`)
    }
  }
  for (const name of foreign.filter((each) => ports.has(each))) {
    if (![...hands.model.links.values()].some((link) => link.name === name)) {
      const other = await hands.client.getLink({ name }).catch(() => undefined)
      if (other !== undefined) {
        await hands.renameAnyway(other.index, `was-${other.index}`)
      }
      await hands.make(name, { kind: 'veth' })
    }
  }
}

function isPlain({ kind }: ForeignLink): boolean {
  return kind === 'veth'
}

/** Ports that somebody put into other bridges by hand. */
async function freePorts(hands: Hands, desired: DesiredState): Promise<void> {
  for (const [bridge, { ports = {} }] of Object.entries(desired.bridges)) {
    for (const name of Object.keys(ports)) {
      const link = await hands.client.getLink({ name })
      const byHand = hands.model.memberships.get(link.index)?.master
      const master = link.attributes.master
      if (master !== undefined && master !== 0 && byHand === master && (await nameAt(hands, master)) !== bridge) {
        await hands.setMaster(link.index, undefined)
      }
    }
  }
}

/** Links of vxagent's of which no file says that they are in a bridge, and that somebody put into one. */
async function freeOurs(hands: Hands, desired: DesiredState): Promise<void> {
  for (const [name, { master: stated }] of Object.entries(desired.vxlans)) {
    const link = await hands.client.getLink({ name }).catch(() => undefined)
    const master = link?.attributes.master
    if (link === undefined || stated !== undefined || master === undefined || master === 0) {
      continue
    }
    if (hands.model.memberships.get(link.index)?.master === master) {
      await hands.setMaster(link.index, undefined)
    }
  }
}

/** Entries by hand for MAC addresses that files have other entries for: a conflict. And what no file speaks of, and the daemon leaves. */
async function removeHandEntries(hands: Hands, { vxlans }: DesiredState): Promise<void> {
  for (const [name, spec] of Object.entries(vxlans)) {
    const link = await hands.client.getLink({ name }).catch(() => undefined)
    if (link === undefined || hands.model.links.has(link.index)) {
      continue
    }
    const data = link.attributes.linkinfo?.data as VxlanAttributes
    if (spec.dev === undefined && data.link !== undefined) {
      // A device that no file states is left alone, and the kernel takes none off a vxlan.
      await hands.delete(link.index).catch(() => {})
      continue
    }
    for (const { flags, attributes, family, ifindex } of await hands.client.listFdb({ index: link.index })) {
      const { lladdr = '', dst = '', ifindex: via } = attributes
      const declared = statedEntries(spec.fdb).find(({ mac }) => mac === lladdr)
      const isByHand = hands.model.everEntered.has(entryText(lladdr, dst, via))
      if (declared !== undefined && declared.dst !== dst && isByHand) {
        const named = { lladdr, dst, ...(via !== undefined && { ifindex: via }) }
        await hands.client.deleteNeighbour({ family, ifindex, flags, attributes: named }).catch(() => {})
        hands.model.noteEntry(link.index, entryText(lladdr, dst, via), false)
      }
    }
  }
}

async function nameAt(hands: Hands, index: number): Promise<string> {
  return nameOf(await hands.client.getLink({ index }))
}

function nameOf({ attributes }: Link): string {
  return attributes.ifname ?? ''
}
