/** Rules on how a vxlan's packets travel: addresses, device, family, and what does nothing for packets of that family. */
import { familyOf, type IpFamily, isLinkLocalIpv6 } from '../../facts/ip-text.ts'
import { encapsulationOverhead } from '../../facts/vxlan.ts'
import { familyOfUnderlay, isUnstated, pathOf, type VxlanDeclaration } from '../declaration.ts'
import { errorAt, type Finding, warningAt } from '../finding.ts'
import { kernelDstport, type VxlanKey, type VxlanSpec } from '../schema.ts'

type Rule = (link: VxlanDeclaration) => Finding | undefined

/** What is wrong with a vxlan's way through the underlay. */
export function checkUnderlay(link: VxlanDeclaration): Finding[] {
  const findings = rules.map((rule) => rule(link)).filter((finding) => finding !== undefined)
  return [...findings, ...ineffectiveKeys(link)]
}

const rules: readonly Rule[] = [
  devIsItself,
  groupAndRemote,
  groupWithoutDev,
  linkLocalWithoutDev,
  linkLocalScope,
  mixedFamilies,
  flowlabelOnIpv4,
  labelpolicyOnIpv4,
  mtuTooLarge,
  srcportIneffective,
  dstportUnstated,
]

function devIsItself(link: VxlanDeclaration): Finding | undefined {
  return link.spec.dev === link.name
    ? errorAt(
        'own-dev',
        pathOf(link, 'dev'),
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
        pathOf(link, 'remote'),
        'key',
        `${link.name} has both group and remote; the kernel keeps one of them only`,
        'keep group for a multicast underlay, remote for a single VTEP',
      )
    : undefined
}

/** "Local interface required for multicast remote destination" (6.18). */
function groupWithoutDev(link: VxlanDeclaration): Finding | undefined {
  return link.spec.group !== undefined && isUnstated(link, 'dev')
    ? errorAt(
        'group-without-dev',
        pathOf(link, 'group'),
        'key',
        `${link.name} has a group but no dev: the kernel cannot tell where to join it`,
        'state the underlay interface, such as dev: eth1',
      )
    : undefined
}

function linkLocalWithoutDev(link: VxlanDeclaration): Finding | undefined {
  const { remote } = link.spec
  const key = remote !== undefined && isLinkLocalIpv6(remote) ? 'remote' : 'local'
  const address = link.spec[key]
  return address !== undefined && isLinkLocalIpv6(address) && isUnstated(link, 'dev')
    ? errorAt(
        'link-local-without-dev',
        pathOf(link, key),
        'value',
        `${key} of ${link.name} is link-local (${address}), which means nothing without dev`,
        'state the underlay interface, such as dev: eth1',
      )
    : undefined
}

/** Source: vxlan_config_validate, drivers/net/vxlan/vxlan_core.c; "Invalid combination of local and remote address scopes" (6.18). */
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
      pathOf(link, 'local'),
      'value',
      `local of ${link.name} is link-local and ${farKey} (${far}) is not: the kernel refuses to join the two`,
      `state a local address that ${far} can answer to`,
    )
  }
  const localIsOther = local === undefined ? isUnstated(link, 'local') : !isLinkLocalIpv6(local)
  return remote !== undefined && isLinkLocalIpv6(remote) && localIsOther
    ? errorAt(
        'link-local-scope',
        pathOf(link, 'remote'),
        'value',
        `remote of ${link.name} is link-local (${remote}), so local must be stated and link-local, too`,
        'state the link-local address of dev as local',
      )
    : undefined
}

/** "Local and remote address must be from the same family" (6.18). */
function mixedFamilies(link: VxlanDeclaration): Finding | undefined {
  const { group, remote, local } = link.spec
  const far = group ?? remote
  return far !== undefined && local !== undefined && familyOf(far) !== familyOf(local)
    ? errorAt(
        'mixed-families',
        pathOf(link, 'local'),
        'value',
        `local of ${link.name} is ${familyOf(local)}, but ${group === undefined ? 'remote' : 'group'} (${far}) is ${familyOf(far)}`,
        'state two addresses of one family',
      )
    : undefined
}

/** "Label attribute only applies to IPv6 VXLAN devices" (6.18); 0, the default, passes. */
function flowlabelOnIpv4(link: VxlanDeclaration): Finding | undefined {
  return link.spec.flowlabel && familyOfUnderlay(link) === 'IPv4'
    ? errorAt(
        'flowlabel-on-ipv4',
        pathOf(link, 'flowlabel'),
        'key',
        `flowlabel of ${link.name} needs an IPv6 underlay, and this one is IPv4`,
        'remove flowlabel, or state an IPv6 group, remote or local',
      )
    : undefined
}

/** "Label policy only applies to IPv6 VXLAN devices" (6.18); fixed, the default, passes. */
function labelpolicyOnIpv4(link: VxlanDeclaration): Finding | undefined {
  return link.spec.labelpolicy === 'inherit' && familyOfUnderlay(link) === 'IPv4'
    ? errorAt(
        'labelpolicy-on-ipv4',
        pathOf(link, 'labelpolicy'),
        'key',
        `labelpolicy of ${link.name} needs an IPv6 underlay, and this one is IPv4`,
        'remove labelpolicy, or state an IPv6 group, remote or local',
      )
    : undefined
}

function mtuTooLarge(link: VxlanDeclaration): Finding | undefined {
  const { mtu } = link.spec
  const overhead = encapsulationOverhead(familyOfUnderlay(link) ?? 'IPv4')
  const largest = 65535 - overhead
  return mtu !== undefined && mtu > largest
    ? errorAt(
        'mtu-too-large',
        pathOf(link, 'mtu'),
        'value',
        `mtu of ${link.name} leaves no room for the ${overhead} bytes of encapsulation in any packet`,
        `at most ${largest}, and on most underlays far less`,
      )
    : undefined
}

function srcportIneffective(link: VxlanDeclaration): Finding | undefined {
  const [low, high] = link.spec.srcport ?? [0, 0]
  // Source: udp_flow_src_port, include/net/udp.h.
  return low === high && low !== 0
    ? warningAt(
        'srcport-ineffective',
        pathOf(link, 'srcport'),
        'value',
        `srcport of ${link.name} has no effect: the kernel takes two equal ports for no range, and uses its own`,
        `[${low}, ${low + 1}] for port ${low} alone`,
      )
    : undefined
}

/** Of `gpe` the kernel's default is IANA's. */
function dstportUnstated(link: VxlanDeclaration): Finding | undefined {
  return isUnstated(link, 'dstport') && link.spec.gpe !== true
    ? warningAt(
        'dstport-unstated',
        pathOf(link),
        'key',
        `${link.name} states no dstport and so gets the kernel's ${kernelDstport}; VyOS 1.4 and later, and IANA, use 4789`,
        `state what the other VTEPs have: dstport: ${kernelDstport} or dstport: 4789`,
      )
    : undefined
}

interface Ineffective {
  readonly key: VxlanKey
  readonly isIdle: (spec: Partial<VxlanSpec>, family: IpFamily | undefined) => boolean
  readonly why: string
}

/** What the kernel accepts (6.18), and never looks at. An external link sends over both families, as its metadata says. */
const ineffective: readonly Ineffective[] = [
  {
    key: 'df',
    isIdle: ({ df, external }, family) => df !== undefined && df !== 'unset' && !external && family === 'IPv6',
    why: 'only IPv4 packets have such a bit, and the underlay is IPv6',
  },
  {
    key: 'udpcsum',
    isIdle: ({ udpcsum, external }, family) => udpcsum === false && !external && family === 'IPv6',
    why: 'it is for an IPv4 underlay, and this one is IPv6: there udp6zerocsumtx says it',
  },
  {
    key: 'udp6zerocsumtx',
    isIdle: ({ udp6zerocsumtx, external }, family) => udp6zerocsumtx === true && !external && family === 'IPv4',
    why: 'it is for an IPv6 underlay, and this one is IPv4: there udpcsum says it',
  },
  {
    key: 'udp6zerocsumrx',
    isIdle: ({ udp6zerocsumrx, external }, family) => udp6zerocsumrx === true && !external && family === 'IPv4',
    why: 'it is for an IPv6 underlay, and this one is IPv4',
  },
  {
    key: 'flowlabel',
    isIdle: ({ flowlabel, labelpolicy }) => Boolean(flowlabel) && labelpolicy === 'inherit',
    why: 'with labelpolicy: inherit the label is that of the inner packet',
  },
  {
    key: 'remcsumnopartial',
    isIdle: ({ remcsumnopartial, remcsumrx }) => remcsumnopartial === true && remcsumrx !== true,
    why: 'it says how remcsumrx is done, which is not on',
  },
]

function ineffectiveKeys(link: VxlanDeclaration): Finding[] {
  const family = familyOfUnderlay(link)
  return ineffective
    .filter(({ isIdle }) => isIdle(link.spec, family))
    .map(({ key, why }) =>
      warningAt('no-effect', pathOf(link, key), 'key', `${key} of ${link.name} has no effect: ${why}`, `remove ${key}`),
    )
}
