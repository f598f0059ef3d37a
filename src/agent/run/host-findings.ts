/** What a valid desired state lacks on a host, or finds otherwise there. Pure. */
import type { Link, RouteQuery } from '../../rtnetlink/index.ts'
import type { Path } from '../desired/finding.ts'
import type { IssueCode } from '../desired/issue.ts'
import { overlayOf } from '../desired/overlay.ts'
import { asksFor, placedEntries, statedRemotes } from '../desired/remote-parts.ts'
import type { DesiredState, VxlanSpec } from '../desired/schema.ts'
import { nearest } from '../desired/suggest.ts'
import { isMulticast } from '../facts/ip-text.ts'
import { deviceTrouble } from '../insight/health/checks/underlay-device.ts'
import { queryKey, type UnderlayPaths } from '../insight/underlay/look-up.ts'
import type { Observed } from '../kernel/observed.ts'
import { hostAddresses, ownAddresses } from '../kernel/own-addresses.ts'
import { ownRemotes } from '../reconcile/plan/own-remotes.ts'
import { wantedMtu } from '../words/mtu.ts'

/** One warning; its place is that of `path` in the files. */
export interface HostFinding {
  readonly code: IssueCode
  readonly path: Path
  /** The value that it is about. */
  readonly text: string
  /** After `on this host, `. */
  readonly message: string
  readonly suggestion?: string
}

/** A way that a declared vxlan needs, and where the files ask for it. */
export interface WantedWay {
  readonly link: string
  readonly path: Path
  readonly dst: string
  readonly query: RouteQuery
}

type Tables = Pick<Observed, 'links' | 'addresses'>

/** What is asked of the tables for each vxlan, found once. */
interface Host {
  readonly links: Observed['links']
  readonly byName: ReadonlyMap<string, Link>
  readonly addresses: ReadonlySet<string>
  /** Those that are left out of `remotes`. */
  readonly hostAddresses: ReadonlySet<string>
  readonly declaredAddresses: ReadonlySet<string>
}

/** The ways to all declared remotes, from an address and by a device that this host has: of others another warning tells. */
export function waysOf({ vxlans }: DesiredState, tables: Tables): WantedWay[] {
  const indexes = new Map(Array.from(tables.links.values(), ({ index, attributes }) => [attributes.ifname, index]))
  const own = ownAddresses(tables)
  return Object.entries(vxlans).flatMap(([link, spec]): WantedWay[] => {
    const { dev, local, remote, remotes } = spec
    const oif = dev === undefined ? undefined : indexes.get(dev)
    if ((dev !== undefined && oif === undefined) || (local !== undefined && !own.has(local))) {
      return []
    }
    const way = (dst: string, path: Path): WantedWay => ({
      ...{ link, path, dst },
      query: { dst, ...(local !== undefined && { src: local }), ...(oif !== undefined && { oif }) },
    })
    return [
      ...(remote === undefined ? [] : [way(remote, ['vxlans', link, 'remote'])]),
      ...statedRemotes(remotes).flatMap(({ index, parts: { dst, via } }) =>
        via === undefined ? [way(dst, ['vxlans', link, 'remotes', index])] : [],
      ),
    ]
  })
}

/** @param paths the kernel's answers to `ways` */
export function hostFindings(
  state: DesiredState,
  tables: Tables,
  ways: readonly WantedWay[],
  paths: UnderlayPaths,
): HostFinding[] {
  const host: Host = {
    links: tables.links,
    byName: new Map(Array.from(tables.links.values(), (link) => [link.attributes.ifname ?? '', link])),
    addresses: ownAddresses(tables),
    hostAddresses: hostAddresses(tables),
    declaredAddresses: declaredAddresses(state),
  }
  return [
    ...Object.entries(state.vxlans).flatMap(([name, spec]) => [
      ...tooLarge(name, spec, host),
      ...ownAmongRemotes(name, spec, host),
      ...lacksLocal(name, spec, host),
      ...troubleBelow(name, spec, host),
    ]),
    ...lacksLinks(state, host),
    ...ways.flatMap(({ link, path, dst, query }): HostFinding[] => {
      const way = paths.get(queryKey(query))
      // Whether a next hop answers now says nothing of the files; and of a device that is down another warning tells.
      return way === undefined || way.isResolved || way.neighbour !== undefined || way.dev !== undefined
        ? []
        : [
            {
              code: 'no-route-here',
              path,
              text: dst,
              message: `${link}: ${way.problem ?? `there is no way to ${dst}`}`,
            },
          ]
    }),
  ]
}

function tooLarge(name: string, spec: VxlanSpec, host: Host): HostFinding[] {
  const { notice } = wantedMtu(spec, host)
  return notice === undefined
    ? []
    : [
        {
          code: 'mtu-above-underlay',
          path: ['vxlans', name, 'mtu'],
          text: `${spec.mtu}`,
          message: `${name}: ${notice}`,
        },
      ]
}

/** One list may serve all hosts; of a list with nothing else in it, floods go nowhere. */
function ownAmongRemotes(name: string, spec: VxlanSpec, host: Host): HostFinding[] {
  const leftOut = ownRemotes(spec, host.hostAddresses)
  const stated = statedRemotes(spec.remotes)
  const isAlone = !asksFor(spec, 'remotes') && stated.every(({ parts }) => leftOut.has(parts.dst))
  return stated.flatMap(({ index, parts: { dst: address } }): HostFinding[] => {
    const rest = isAlone ? 'and no remotes are left' : 'and is left out here'
    const path: Path = ['vxlans', name, 'remotes', index]
    return leftOut.has(address)
      ? [
          {
            code: 'own-vtep',
            path,
            text: address,
            message: `${name}: ${address} is an address of this host itself, ${rest}`,
          },
        ]
      : []
  })
}

/** An address that a declared link is to have will be there. */
function lacksLocal(name: string, { local }: VxlanSpec, host: Host): HostFinding[] {
  if (local === undefined || host.addresses.has(local) || host.declaredAddresses.has(local)) {
    return []
  }
  const message = `${name}: ${local} is no address of any interface: the kernel sends nothing from there`
  return [{ code: 'local-not-here', path: ['vxlans', name, 'local'], text: local, message }]
}

function declaredAddresses({ vxlans, bridges }: DesiredState): ReadonlySet<string> {
  const specs = [...Object.values(vxlans), ...Object.values(bridges)]
  const texts = specs.flatMap(({ addresses = [] }) =>
    addresses.map((each) => (typeof each === 'string' ? each : each.address)),
  )
  return new Set(texts.map((text) => text.replace(/\/\d+$/, '')))
}

/** A device that is there and cannot serve. */
function troubleBelow(name: string, { dev, group }: VxlanSpec, { byName, links }: Host): HostFinding[] {
  const device = dev === undefined ? undefined : byName.get(dev)
  const trouble =
    device === undefined
      ? undefined
      : deviceTrouble(device, { hasGroup: isMulticast(group ?? ''), leadsAway: true }, links)
  return trouble === undefined || dev === undefined
    ? []
    : [
        {
          ...{ code: 'underlay-unfit', path: ['vxlans', name, 'dev'], text: dev },
          message: `${name}: ${trouble.found}: ${trouble.means}`,
          suggestion: trouble.cure,
        },
      ]
}

/** Interfaces that files name, none declares, and the host does not have. */
function lacksLinks(state: DesiredState, { byName }: Host): HostFinding[] {
  const overlay = overlayOf(state)
  const known = new Set([...byName.keys(), ...overlay.links.keys()])
  const candidates = [...known]
  return namedLinks(state).flatMap(({ name, path, ofLink }): HostFinding[] => {
    if (known.has(name)) {
      return []
    }
    const near = nearest(name, candidates)
    return [
      {
        ...{ code: 'no-such-interface', path, text: name },
        message: `${ofLink}: there is no ${name}; the ${path.at(-1) === 'via' ? 'entry' : 'link'} waits until it appears`,
        ...(near !== undefined && { suggestion: `did you mean ${near}?` }),
      },
    ]
  })
}

interface NamedLink {
  readonly name: string
  readonly path: Path
  readonly ofLink: string
}

function namedLinks({ vxlans, bridges }: DesiredState): NamedLink[] {
  const ofVxlans = Object.entries(vxlans).flatMap(([ofLink, { dev, master, remotes, fdb }]): NamedLink[] => {
    const path = (...rest: Path): Path => ['vxlans', ofLink, ...rest]
    const named = (name: string | undefined, ...rest: Path): NamedLink[] =>
      name === undefined ? [] : [{ name, path: path(...rest), ofLink }]
    return [
      ...named(dev, 'dev'),
      ...named(master, 'master'),
      ...statedRemotes(remotes).flatMap(({ index, parts }) => named(parts.via, 'remotes', index, 'via')),
      ...Array.from(placedEntries(fdb), ([at, { via }]) => named(via, 'fdb', at, 'via')).flat(),
    ]
  })
  const ofBridges = Object.entries(bridges).flatMap(([ofLink, { ports = {} }]) =>
    Object.keys(ports).map((name): NamedLink => ({ name, path: ['bridges', ofLink, 'ports', name], ofLink })),
  )
  return [...ofVxlans, ...ofBridges]
}
