/** Rules between links: what no two of them may have in common. */
import { boundDevice, effectiveDstport, hostOf, underlayFamily, type VxlanDeclaration } from './declaration.ts'
import { errorAt, type Finding, type Path, type Where } from './finding.ts'
import { isLinkLocalIpv6 } from './ip-text.ts'

/** The rules that it takes two links to break. Each is reported at the later link, and names the earlier one with its place. */
export function checkLinks(links: readonly VxlanDeclaration[], where: Where): Finding[] {
  return [
    ...sameId(links, where),
    ...differentReceiveFlags(links, where),
    ...sameMac(links, where),
    ...sameAddress(links, where),
    ...devCycles(links),
  ]
}

/** The kernel answers EEXIST "A VXLAN device with the specified VNI already exists", whatever group or dev. */
function sameId(links: readonly VxlanDeclaration[], where: Where): Finding[] {
  const taken = new Map<string, VxlanDeclaration>()
  return links.flatMap((link) => {
    const { id } = link.spec
    const socket = socketOf(link)
    const first = id === undefined || socket === undefined ? undefined : claim(taken, `${id} ${socket}`, link)
    if (first === undefined) {
      return []
    }
    const message = `id ${id} of ${link.name} is taken on UDP port ${effectiveDstport(link)} by ${nameAndPlace(first, where)}`
    return [errorAt('id-clash', ['vxlans', link.name, 'id'], 'value', message, 'state another id, or another dstport')]
  })
}

/** Links share a port's socket only if they receive alike; else the second gets EADDRINUSE, and not when it is created but when it is set up. */
function differentReceiveFlags(links: readonly VxlanDeclaration[], where: Where): Finding[] {
  const flags = ['udp6zerocsumrx', 'remcsumrx'] as const
  return flags.flatMap((flag) => {
    const sharing = new Map<string, VxlanDeclaration>()
    return links.flatMap((link) => {
      const socket = socketOf(link)
      // A link that is to be down opens no socket.
      if (socket === undefined || link.spec.up === false || link.unusable.has(flag)) {
        return []
      }
      const first = claim(sharing, socket, link)
      const [here, there] = [link.spec[flag] ?? false, first?.spec[flag] ?? false]
      if (first === undefined || here === there) {
        return []
      }
      const message = `${flag} of ${link.name} is ${here} and that of ${nameAndPlace(first, where)} is ${there}, but both receive on UDP port ${effectiveDstport(link)}`
      const path = ['vxlans', link.name, flag]
      return [errorAt('port-flags-clash', path, 'value', message, `state the same ${flag} on both, or another dstport`)]
    })
  })
}

function sameMac(links: readonly VxlanDeclaration[], where: Where): Finding[] {
  const taken = new Map<string, VxlanDeclaration>()
  return links.flatMap((link) => {
    const { mac } = link.spec
    const first = mac === undefined ? undefined : claim(taken, mac, link)
    if (first === undefined) {
      return []
    }
    const message = `mac of ${link.name} is that of ${nameAndPlace(first, where)}, too`
    return [
      errorAt('mac-twice', ['vxlans', link.name, 'mac'], 'value', message, 'state another address on one of the two'),
    ]
  })
}

function sameAddress(links: readonly VxlanDeclaration[], where: Where): Finding[] {
  const taken = new Map<string, VxlanDeclaration>()
  return links.flatMap((link) =>
    (link.spec.addresses ?? []).flatMap((address, index) => {
      const host = hostOf(address)
      // A link-local address is the link's own affair: many may have fe80::1.
      const first = isLinkLocalIpv6(host) ? undefined : claim(taken, host, link)
      if (first === undefined || first === link) {
        return []
      }
      const message = `${host} is an address of ${link.name} and of ${nameAndPlace(first, where)}`
      const path = ['vxlans', link.name, 'addresses', index]
      return [errorAt('address-twice', path, 'value', message, 'remove it from one of the two')]
    }),
  )
}

/** Links whose `dev` leads, through other declared links, back to themselves: none could be created first. Each ring is reported once. */
function devCycles(links: readonly VxlanDeclaration[]): Finding[] {
  const devs = new Map(links.map(({ name, spec }) => [name, spec.dev]))
  const visited = new Set<string>()
  return links.flatMap(({ name }) => {
    const trail = new Set<string>()
    let next: string | undefined = name
    while (next !== undefined && devs.has(next) && !visited.has(next)) {
      visited.add(next)
      trail.add(next)
      next = devs.get(next)
    }
    if (next === undefined || !trail.has(next)) {
      return []
    }
    const ring = [...trail].slice([...trail].indexOf(next))
    // A ring of one is dev naming the link itself, which is another rule's.
    if (ring.length === 1) {
      return []
    }
    const message = `dev leads in a circle: ${[...ring, next].join(' over ')}`
    return [
      errorAt(
        'dev-cycle',
        ['vxlans', next, 'dev'],
        'value',
        message,
        'let one of them run over an interface that is there',
      ),
    ]
  })
}

/** What decides whether two links share a UDP socket. Undefined when it cannot be told. */
function socketOf(link: VxlanDeclaration): string | undefined {
  const family = underlayFamily(link)
  const port = effectiveDstport(link)
  return family === undefined || port === undefined ? undefined : `${family} ${port} ${boundDevice(link)}`
}

/** The first link that claimed `key`, if it is another than `link`'s own claim just now. */
function claim(
  claims: Map<string, VxlanDeclaration>,
  key: string,
  link: VxlanDeclaration,
): VxlanDeclaration | undefined {
  const first = claims.get(key)
  if (first === undefined) {
    claims.set(key, link)
  }
  return first
}

function nameAndPlace(link: VxlanDeclaration, where: Where): string {
  const path: Path = ['vxlans', link.name]
  return `${link.name} (${where(path)})`
}
