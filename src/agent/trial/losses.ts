/** What the host would lose by a change from one desired state to another. Pure. */
import type { Loss } from '../answers/desired-status.ts'
import { overlayOf } from '../desired/overlay.ts'
import { asksFleet, statedEntries, statedRemotes } from '../desired/remote-parts.ts'
import { fleetWord } from '../desired/schema/fleet.ts'
import type { BridgeSpec, DesiredState, VxlanSpec } from '../desired/schema.ts'
import { fewest } from './deletion-policy.ts'

/** As many of what would be lost are named. */
const mostNamed = 100

/** Names of links, in either section. */
export function linkNames({ vxlans, bridges }: DesiredState): string[] {
  return [...Object.keys(vxlans), ...Object.keys(bridges)]
}

/** Links of `before` that `now` does not declare. */
export function deletedLinks(before: readonly string[], now: DesiredState): string[] {
  return before.filter((name) => !(Object.hasOwn(now.vxlans, name) || Object.hasOwn(now.bridges, name)))
}

/**
 * What would be lost beyond the share: links; and of the links that stay their remotes, their addresses, and the ports of bridges. What is
 * replaced by another of its kind is not lost, so an address may move and a VTEP be renumbered. Empty: nothing to stop for.
 * @param share 0 to 1
 */
export function excessiveLosses(before: DesiredState, now: DesiredState, share: number): Loss[] {
  const names = linkNames(before)
  const deleted = deletedLinks(names, now)
  const gone = new Set(deleted)
  const kinds = (['remotes', 'addresses', 'ports'] as const).map((what) => {
    const had = listOf[what](before).filter(({ links }) => !links.some((link) => gone.has(link)))
    return { what, had, has: listOf[what](now) }
  })
  return [
    ...excessiveLinkLoss(names, deleted, share),
    ...kinds.flatMap(({ what, had, has }) => {
      const count = had.length - has.length
      if (!isExcessive(count, had.length, share)) {
        return []
      }
      const left = new Set(has.map(({ name }) => name))
      const lost = had.flatMap(({ name }) => (left.has(name) ? [] : [name]))
      return [{ what, count, of: had.length, names: lost.slice(0, mostNamed) }]
    }),
  ]
}

/** The same of links alone, where only their names are known. */
export function excessiveLinkLoss(names: readonly string[], deleted: readonly string[], share: number): Loss[] {
  return isExcessive(deleted.length, names.length, share)
    ? [{ what: 'links', count: deleted.length, of: names.length, names: deleted.slice(0, mostNamed) }]
    : []
}

function isExcessive(count: number, of: number, share: number): boolean {
  return count > 0 && (count === of || (of >= fewest && count > of * share))
}

interface Listed {
  /** The links without which it is not there. */
  readonly links: readonly string[]
  readonly name: string
}

const listOf = {
  /** Where vxlans send frames to, each VTEP and group once; the members of the fleet, whom files do not name, are one together. */
  remotes: ({ vxlans }: DesiredState): Listed[] =>
    Object.entries(vxlans).flatMap(([link, spec]) =>
      [...destinationsOf(spec)].map((dst) => ({ links: [link], name: `${dst} of ${link}` })),
    ),
  addresses: ({ vxlans, bridges }: DesiredState): Listed[] =>
    Object.entries<VxlanSpec | BridgeSpec>({ ...vxlans, ...bridges }).flatMap(([link, { addresses = [] }]) =>
      addresses.map((entry) => ({ links: [link], name: typeof entry === 'string' ? entry : entry.address })),
    ),
  /** Of bridges, and of VRFs: by the link that is in them, which may be somebody else's. */
  ports: (state: DesiredState): Listed[] => {
    const { links, ports } = overlayOf(state)
    const members = [...links.values()].map(({ name, spec }) => ({ name, master: spec.master }))
    const others = [...ports.values()].map(({ link, master }) => ({ name: link, master }))
    return [...members, ...others].flatMap(({ name, master }) =>
      master === undefined ? [] : [{ links: [name, master], name }],
    )
  },
}

function destinationsOf(spec: VxlanSpec): ReadonlySet<string> {
  const { remote, group, remotes, fdb } = spec
  const own = [remote, group, asksFleet(spec) ? fleetWord : undefined].filter((each) => each !== undefined)
  const stated = statedRemotes(remotes).map(({ parts }) => parts.dst)
  return new Set([...own, ...stated, ...statedEntries(fdb).flatMap(({ dst }) => dst ?? [])])
}
