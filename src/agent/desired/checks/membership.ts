/** Rules on which bridge a link is in. */
import { type Declaration, isUnstated, pathOf } from '../declaration.ts'
import { errorAt, type Finding, type Where, warningAt } from '../finding.ts'
import { type Declarations, type ListedPort, masterOf } from '../membership.ts'

/** What is wrong with bridges and their ports as wholes. */
export function checkPortsOfBridges(declarations: Declarations, where: Where): Finding[] {
  const { all, listed } = declarations
  return [
    ...[...listed].flatMap(([name, ports]) => checkListedPorts(name, ports, declarations, where)),
    ...all.flatMap((link) => checkMaster(link, declarations, where)),
    ...portWithoutBridge(declarations),
    ...addressesOfPorts(declarations),
  ]
}

function checkListedPorts(
  name: string,
  ports: readonly ListedPort[],
  { byName }: Declarations,
  where: Where,
): Finding[] {
  const link = byName.get(name)
  const [first, ...others] = ports
  return [
    ...others.map(({ master, path }) => {
      const message = `${name} is a port of ${master} and of ${first?.master} (${where(first?.path ?? path)})`
      return errorAt('port-twice', path, 'key', message, 'remove it from one of the two')
    }),
    ...ports.flatMap((port) => (link === undefined ? [] : checkListedLink(link, port, where))),
  ]
}

function checkListedLink(link: Declaration, { master, spec, path }: ListedPort, where: Where): Finding[] {
  if (link.section === 'bridges') {
    // "Can not enslave a bridge to a bridge" (6.18), and so no loop of bridges either.
    const what = link.name === master ? 'itself' : `${link.name}, another bridge`
    const message = `${master} has ${what} as a port: a bridge cannot be in a bridge`
    return [errorAt('bridge-in-bridge', path, 'key', message, 'remove it; a veth pair joins two bridges')]
  }
  const findings: Finding[] = []
  // EINVAL (6.18): its packets have no Ethernet header.
  if (link.spec.gpe === true) {
    const message = `${link.name} is a port of ${master}, but it has gpe, and so no Ethernet frames to bridge`
    findings.push(errorAt('gpe-conflict', path, 'key', message, 'remove it from the ports, or gpe from the link'))
  }
  const options = link.spec.port ?? {}
  if (Object.keys(options).length > 0 && Object.keys(spec).length > 0) {
    const message = `options of ${link.name} as a port stand here and at ${where(pathOf(link, 'port'))}`
    findings.push(errorAt('port-options-twice', path, 'key', message, 'keep them in one of the two places'))
  }
  return findings
}

function checkMaster(link: Declaration, { byName, listed }: Declarations, where: Where): Finding[] {
  const { name, spec } = link
  const { master } = spec
  if (master === undefined) {
    return []
  }
  const path = pathOf(link, 'master')
  const target = byName.get(master)
  const lister = listed.get(name)?.[0]
  if (master === name || target?.section === 'vxlans') {
    // EOPNOTSUPP (6.18).
    const what = master === name ? 'itself' : 'a vxlan'
    const message = `master of ${name} is ${master === name ? what : `${master}, ${what}`}; only a bridge or a VRF can be one`
    return [errorAt('bad-master', path, 'value', message, 'name a bridge, such as br0')]
  }
  if (target !== undefined && link.section === 'bridges') {
    const message = `master of ${name} is ${master}, another bridge: a bridge cannot be in a bridge`
    return [errorAt('bridge-in-bridge', path, 'value', message, 'name a VRF, or remove master')]
  }
  if (lister !== undefined && lister.master !== master) {
    const message = `master of ${name} is ${master}, but ${name} is a port of ${lister.master} (${where(lister.path)})`
    return [errorAt('master-clash', path, 'value', message, 'keep it in one of the two')]
  }
  if (target !== undefined && link.section === 'vxlans' && link.spec.gpe === true) {
    const message = `master of ${name} is ${master}, but ${name} has gpe, and so no Ethernet frames to bridge`
    return [errorAt('gpe-conflict', path, 'value', message, 'remove master, or gpe')]
  }
  return []
}

/** EOPNOTSUPP (6.18). It may be that something else puts the link into a bridge. */
function portWithoutBridge({ vxlans, bridges, listed }: Declarations): Finding[] {
  // Where the ports of some bridge could not be read, the link may be among them.
  if (bridges.some(({ unusable }) => unusable.has('ports'))) {
    return []
  }
  return vxlans
    .filter((link) => Object.keys(link.spec.port ?? {}).length > 0)
    .filter((link) => isUnstated(link, 'master') && !listed.has(link.name))
    .map((link) =>
      warningAt(
        'port-without-bridge',
        pathOf(link, 'port'),
        'key',
        `${link.name} has options as a port, but nothing here says of which bridge: they wait until something else puts it into one`,
        `state master: br0 on ${link.name}, or name it in the ports of a declared bridge`,
      ),
    )
}

/** The kernel takes them; but the bridge gets every frame that comes by the port, answers to ARP included: no ping passes (6.18). */
function addressesOfPorts({ vxlans, byName, listed }: Declarations): Finding[] {
  return vxlans.flatMap((link) => {
    const bridge = byName.get(masterOf(link, listed) ?? '')
    return bridge?.section === 'bridges' && (link.spec.addresses ?? []).length > 0
      ? [
          warningAt(
            'address-on-port',
            pathOf(link, 'addresses'),
            'key',
            `addresses of ${link.name} are of no use: it is a port of ${bridge.name}, which gets all frames for them`,
            `state them as addresses of ${bridge.name}`,
          ),
        ]
      : []
  })
}
