/** Rules between the keys of one link. They are the kernel's: what it would refuse, or quietly turn into something else. */
import { hostOf, isUnstated, underlayFamily, type VxlanDeclaration } from './declaration.ts'
import { errorAt, type Finding, type Path, warningAt } from './finding.ts'
import { familyOf, isLinkLocalIpv6 } from './ip-text.ts'
import { kernelDstport, type VxlanKey } from './schema.ts'

type Rule = (link: VxlanDeclaration) => Finding | undefined

/** The rules that take no two links to break. */
export function checkLink(link: VxlanDeclaration): Finding[] {
  const findings = rules.map((rule) => rule(link)).filter((finding) => finding !== undefined)
  return [...findings, ...repeatedAddresses(link)]
}

const rules: readonly Rule[] = [
  devIsItself,
  groupAndRemote,
  groupWithoutDev,
  linkLocalWithoutDev,
  linkLocalScope,
  mixedFamilies,
  flowlabelOnIpv4,
  mtuTooLarge,
  mtuTooSmall,
  srcportIneffective,
  dstportUnstated,
]

function devIsItself(link: VxlanDeclaration): Finding | undefined {
  return link.spec.dev === link.name
    ? errorAt(
        'own-dev',
        at(link, 'dev'),
        'value',
        `dev of ${link.name} is ${link.name} itself`,
        'name the underlay interface, such as eth1',
      )
    : undefined
}

function groupAndRemote(link: VxlanDeclaration): Finding | undefined {
  const { group, remote } = link.spec
  return group !== undefined && remote !== undefined
    ? errorAt(
        'group-and-remote',
        at(link, 'remote'),
        'key',
        `${link.name} has both group and remote; the kernel keeps one of them only`,
        'keep group for a multicast underlay, remote for a single VTEP',
      )
    : undefined
}

function groupWithoutDev(link: VxlanDeclaration): Finding | undefined {
  return link.spec.group !== undefined && isUnstated(link, 'dev')
    ? errorAt(
        'group-without-dev',
        at(link, 'group'),
        'key',
        `${link.name} has a group but no dev: the kernel cannot tell where to join it`,
        'state the underlay interface, such as dev: eth1',
      )
    : undefined
}

function linkLocalWithoutDev(link: VxlanDeclaration): Finding | undefined {
  const { remote, local } = link.spec
  const key = remote !== undefined && isLinkLocalIpv6(remote) ? 'remote' : 'local'
  const address = link.spec[key]
  return address !== undefined && isLinkLocalIpv6(address) && isUnstated(link, 'dev')
    ? errorAt(
        'link-local-without-dev',
        at(link, key),
        'value',
        `${key} of ${link.name} is link-local (${remote ?? local}), which means nothing without dev`,
        'state the underlay interface, such as dev: eth1',
      )
    : undefined
}

/** Source: vxlan_config_validate, drivers/net/vxlan/vxlan_core.c; "Invalid combination of local and remote address scopes" (seen on 6.18). */
function linkLocalScope(link: VxlanDeclaration): Finding | undefined {
  const { group, remote, local } = link.spec
  const far = group ?? remote
  if (far === undefined || familyOf(far) !== 'IPv6') {
    return undefined
  }
  const farKey = group === undefined ? 'remote' : 'group'
  if (local !== undefined && isLinkLocalIpv6(local) && !isLinkLocalIpv6(far)) {
    return errorAt(
      'link-local-scope',
      at(link, 'local'),
      'value',
      `local of ${link.name} is link-local and ${farKey} (${far}) is not: the kernel refuses to join the two`,
      `state a local address that ${far} can answer to`,
    )
  }
  const localIsOther = local === undefined ? isUnstated(link, 'local') : !isLinkLocalIpv6(local)
  return remote !== undefined && isLinkLocalIpv6(remote) && localIsOther
    ? errorAt(
        'link-local-scope',
        at(link, 'remote'),
        'value',
        `remote of ${link.name} is link-local (${remote}), so local must be stated and link-local, too`,
        'state the link-local address of dev as local',
      )
    : undefined
}

function mixedFamilies(link: VxlanDeclaration): Finding | undefined {
  const { group, remote, local } = link.spec
  const far = group ?? remote
  return far !== undefined && local !== undefined && familyOf(far) !== familyOf(local)
    ? errorAt(
        'mixed-families',
        at(link, 'local'),
        'value',
        `local of ${link.name} is ${familyOf(local)}, but ${group === undefined ? 'remote' : 'group'} (${far}) is ${familyOf(far)}`,
        'state two addresses of one family',
      )
    : undefined
}

function flowlabelOnIpv4(link: VxlanDeclaration): Finding | undefined {
  // The kernel lets 0, its default, pass.
  return link.spec.flowlabel && underlayFamily(link) === 'IPv4'
    ? errorAt(
        'flowlabel-on-ipv4',
        at(link, 'flowlabel'),
        'key',
        `flowlabel of ${link.name} needs an IPv6 underlay, and this one is IPv4`,
        'remove flowlabel, or state an IPv6 group, remote or local',
      )
    : undefined
}

function mtuTooLarge(link: VxlanDeclaration): Finding | undefined {
  const { mtu } = link.spec
  const overhead = underlayFamily(link) === 'IPv6' ? 70 : 50
  const largest = 65535 - overhead
  return mtu !== undefined && mtu > largest
    ? errorAt(
        'mtu-too-large',
        at(link, 'mtu'),
        'value',
        `mtu of ${link.name} leaves no room for the ${overhead} bytes of encapsulation in any packet`,
        `at most ${largest}, and on most underlays far less`,
      )
    : undefined
}

function mtuTooSmall(link: VxlanDeclaration): Finding | undefined {
  const { mtu, addresses = [] } = link.spec
  const ipv6 = addresses.map(hostOf).find((address) => familyOf(address) === 'IPv6')
  // Below IPV6_MIN_MTU the kernel takes IPv6 off the link, and answers EINVAL to the address (seen on 6.18).
  return mtu !== undefined && mtu < 1280 && ipv6 !== undefined
    ? errorAt(
        'mtu-too-small',
        at(link, 'mtu'),
        'value',
        `mtu of ${link.name} is below 1280, with which no link can have an IPv6 address (${ipv6})`,
        'at least 1280',
      )
    : undefined
}

function srcportIneffective(link: VxlanDeclaration): Finding | undefined {
  const [low, high] = link.spec.srcport ?? [0, 0]
  // Source: udp_flow_src_port, include/net/udp.h.
  return low === high && low !== 0
    ? warningAt(
        'srcport-ineffective',
        at(link, 'srcport'),
        'value',
        `srcport of ${link.name} has no effect: the kernel takes two equal ports for no range, and uses its own`,
        `[${low}, ${low + 1}] for port ${low} alone`,
      )
    : undefined
}

function dstportUnstated(link: VxlanDeclaration): Finding | undefined {
  return isUnstated(link, 'dstport')
    ? warningAt(
        'dstport-unstated',
        ['vxlans', link.name],
        'key',
        `${link.name} states no dstport and so gets the kernel's ${kernelDstport}; VyOS 1.4 and later, and IANA, use 4789`,
        `state what the other VTEPs have: dstport: ${kernelDstport} or dstport: 4789`,
      )
    : undefined
}

/** For IPv6 the kernel refuses an address that is there with another prefix length; for IPv4 one of the two would be of no use. */
function repeatedAddresses(link: VxlanDeclaration): Finding[] {
  const seen = new Map<string, number>()
  return (link.spec.addresses ?? []).flatMap((address, index) => {
    const host = hostOf(address)
    const first = seen.get(host)
    if (first === undefined) {
      seen.set(host, index)
      return []
    }
    const message = `${host} stands twice in addresses of ${link.name}: entries ${first + 1} and ${index + 1}`
    return [errorAt('address-twice', [...at(link, 'addresses'), index], 'value', message, 'remove one of the two')]
  })
}

function at(link: VxlanDeclaration, key: VxlanKey): Path {
  return ['vxlans', link.name, key]
}
