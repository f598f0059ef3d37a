/** What is wrong at the end: with what vxagent has made, and with what it should not have touched. */
import type { Namespace } from '../../integration/support/namespace.ts'
import { overlayPicture } from '../../integration/support/overlay-picture.ts'
import type { DesiredState } from '../../src/agent/desired/schema.ts'
import { entryText, type ForeignLink, type Model } from './model.ts'
import { underlays } from './names.ts'

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
type Shown = any

/** A line each; empty when all is well. */
export async function faultsOf(
  host: Namespace,
  fresh: Namespace,
  desired: DesiredState,
  model: Model,
): Promise<string[]> {
  return [
    ...(await faultsOfOurs(host, fresh, desired)),
    ...(await faultsOfEntries(host, fresh, desired, model)),
    ...(await faultsOfForeign(host, desired, model)),
  ]
}

/** Links and ports against those of a host where the same files were applied to nothing. */
async function faultsOfOurs(host: Namespace, fresh: Namespace, desired: DesiredState): Promise<string[]> {
  const [have, want] = [await overlayPicture(host, desired), await overlayPicture(fresh, desired)]
  const declared = new Set([...Object.keys(desired.vxlans), ...Object.keys(desired.bridges)])
  const ports = new Set([
    ...declared,
    ...Object.values(desired.bridges).flatMap(({ ports: each }) => Object.keys(each ?? {})),
  ])
  const only = (pictures: Record<string, unknown>, names: ReadonlySet<string>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(pictures).filter(([name]) => names.has(name)))
  return [
    ...differences('link', only(have.links, declared), only(want.links, declared)),
    ...differences(
      'port',
      withoutOwn(only(have.ports, ports), declared),
      withoutOwn(only(want.ports, ports), declared),
    ),
  ]
}

/** Of a port that is somebody else's only what it is as a port. */
function withoutOwn(ports: Record<string, Shown>, ours: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      name,
      ours.has(name) ? port : { ...port, flags: undefined, mtu: undefined },
    ]),
  )
}

/** A bridge takes the limits of offloading over from its ports, and keeps them when these leave. Source: br_set_gso_limits(). */
function isOfPorts(key: string): boolean {
  return /^(tso|gso|gro)_/.test(key)
}

/** More of one object say nothing more. */
const mostDifferences = 6

function differences(what: string, have: Record<string, unknown>, want: Record<string, unknown>): string[] {
  return Object.keys({ ...have, ...want }).flatMap((name) => {
    const [one, other] = [flat(have[name]), flat(want[name])]
    const keys = Object.keys({ ...one, ...other }).filter((key) => one[key] !== other[key] && !isOfPorts(key))
    return keys.slice(0, mostDifferences).map((key) => `${what} ${name}: ${key} is ${one[key]}, not ${other[key]}`)
  })
}

/** A nested value as paths and JSON. */
function flat(value: unknown, path = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    // Which IPv4 address of a subnet is the first depends on which came first.
    return { [path]: JSON.stringify(value, (key, each) => (key === 'secondary' ? undefined : each)) }
  }
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, each]) => flat(each, path === '' ? key : `${path}.${key}`)),
  )
}

/** Forwarding entries of declared vxlans: all that are declared, what hands put there, and nothing else. */
async function faultsOfEntries(
  host: Namespace,
  fresh: Namespace,
  desired: DesiredState,
  model: Model,
): Promise<string[]> {
  const [have, want] = [await entriesOf(host), await entriesOf(fresh)]
  const faults: string[] = []
  for (const name of Object.keys(desired.vxlans)) {
    const there = have.get(name) ?? new Set<string>()
    const wanted = want.get(name) ?? new Set<string>()
    const index = (await host.json(`ip -j link show ${name}`).catch(() => []))[0]?.ifindex
    const names = await namesOf(host)
    const byHand = new Set([...(model.entries.get(index) ?? [])].map((text) => withName(text, names)))
    const everByHand = new Set([...model.everEntered].map((text) => withName(text, names)))
    for (const entry of wanted) {
      // One MAC address has one place, which hands may have chosen.
      if (!there.has(entry)) {
        faults.push(`entry of ${name}: ${entry} is missing`)
      }
    }
    for (const entry of there) {
      if (!wanted.has(entry) && !everByHand.has(entry)) {
        faults.push(`entry of ${name}: ${entry} is left over`)
      }
    }
    for (const entry of byHand) {
      if (!there.has(entry)) {
        faults.push(`entry of ${name}: ${entry}, put there by hand, is gone`)
      }
    }
  }
  return faults
}

function withName(text: string, names: ReadonlyMap<number, string>): string {
  return text.replace(/ via (\d+)$/, (_, index: string) => ` via ${names.get(Number(index)) ?? `if${index}`}`)
}

async function namesOf(host: Namespace): Promise<Map<number, string>> {
  const links: Shown[] = await host.json('ip -j link show')
  return new Map(links.map(({ ifindex, ifname }) => [ifindex, ifname]))
}

/** Stated entries by link, as {@link entryText} writes them with names. */
async function entriesOf(host: Namespace): Promise<Map<string, Set<string>>> {
  const entries: Shown[] = await host.json('bridge -d -j fdb show')
  const byLink = new Map<string, Set<string>>()
  for (const { ifname, mac, dst, viaIf, state, flags } of entries) {
    if (flags.includes('self') && dst !== undefined && (state === 'permanent' || state === 'static')) {
      const text = entryText(mac, dst, undefined)
      const table = byLink.get(ifname) ?? new Set()
      byLink.set(ifname, table.add(viaIf === undefined ? text : `${text} via ${viaIf}`))
    }
  }
  return byLink
}

/** Other people's links against the model. */
async function faultsOfForeign(host: Namespace, desired: DesiredState, model: Model): Promise<string[]> {
  const links: Shown[] = await host.json('ip -d -j addr show')
  const entries = await entriesOf(host)
  const names = await namesOf(host)
  const byIndex = new Map(links.map((link) => [link.ifindex as number, link]))
  const declared = new Set([...Object.keys(desired.vxlans), ...Object.keys(desired.bridges)])
  const faults: string[] = []
  for (const link of links) {
    const known = model.links.has(link.ifindex) || declared.has(link.ifname)
    if (!known && link.ifname !== 'lo' && !(underlays as readonly string[]).includes(link.ifname)) {
      faults.push(`link ${link.ifname} is left over`)
    }
  }
  for (const expected of model.links.values()) {
    const link = byIndex.get(expected.ifindex)
    if (link === undefined) {
      faults.push(`foreign link ${expected.name} is gone`)
      continue
    }
    const have = shownForeign(link, expected, entries.get(link.ifname) ?? new Set())
    faults.push(
      ...differences('foreign', { [expected.name]: have }, { [expected.name]: wantedForeign(expected, names) }),
    )
    faults.push(...masterFaults(link, expected, desired, model, byIndex))
  }
  return faults
}

function shownForeign(link: Shown, { kind }: ForeignLink, entries: ReadonlySet<string>): Record<string, unknown> {
  const data = link.linkinfo.info_data ?? {}
  return {
    name: link.ifname,
    isUp: link.flags.includes('UP'),
    mtu: link.mtu,
    mac: link.address,
    txqlen: link.txqlen,
    devgroup: link.group,
    addresses: link.addr_info
      .filter(({ scope, family }: Shown) => !(family === 'inet6' && scope === 'link'))
      .map(({ local, prefixlen }: Shown) => `${local}/${prefixlen}`)
      .toSorted(),
    ...(kind === 'vxlan' && {
      ttl: data.ttl ?? 0,
      learning: data.learning,
      ageing: data.ageing,
      remote: data.group ?? data.remote,
      entries: [...entries].toSorted(),
    }),
  }
}

function wantedForeign(link: ForeignLink, names: ReadonlyMap<number, string>): Record<string, unknown> {
  return {
    name: link.name,
    isUp: link.isUp,
    mtu: link.mtu,
    mac: link.mac,
    txqlen: link.txqlen,
    devgroup: link.devgroup === 0 ? 'default' : `${link.devgroup}`,
    addresses: [...link.addresses].toSorted(),
    ...(link.kind === 'vxlan' && {
      ttl: link.ttl,
      learning: link.learning,
      ageing: link.ageing,
      remote: link.remote,
      entries: [...link.entries].map((text) => withName(text, names)).toSorted(),
    }),
  }
}

/** A foreign link is where a file wants it as a port, else where hands put it. */
function masterFaults(
  link: Shown,
  { name, ifindex }: ForeignLink,
  { bridges }: DesiredState,
  model: Model,
  byIndex: ReadonlyMap<number, Shown>,
): string[] {
  const wanted = Object.entries(bridges).find(([, { ports }]) => ports !== undefined && name in ports)?.[0]
  const byHand = byIndex.get(model.memberships.get(ifindex)?.master ?? 0)
  const isByHandInOurs = byHand !== undefined && !model.links.has(byHand.ifindex)
  const allowed = wanted === undefined ? [byHand?.ifname, ...(isByHandInOurs ? [undefined] : [])] : [wanted]
  return allowed.includes(link.master) ? [] : [`foreign ${name}: master is ${link.master}, not ${allowed.join(' or ')}`]
}
