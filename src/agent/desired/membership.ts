/** Who is a port of what, and where its options as a port stand: found here alone, for the rules and for the planner. */
import type { BridgeDeclaration, Declaration, VxlanDeclaration } from './declaration.ts'
import type { Path } from './finding.ts'
import type { BridgeSpec, PortSpec, VxlanSpec } from './schema.ts'

/** A link that is wanted as a port of a bridge, and how. */
export interface DesiredPort {
  readonly link: string
  /** The bridge. Undefined: whatever bridge it is in. */
  readonly master?: string
  readonly spec: PortSpec
  /** Where the files speak of it. */
  readonly path: Path
}

/** The same where the bridge names the link among its ports. */
export interface ListedPort extends DesiredPort {
  readonly master: string
}

/** By the name of any link: where bridges name it as a port. More than once only in files with an error. */
export type ListedPorts = ReadonlyMap<string, readonly ListedPort[]>

export function listedPorts(
  bridges: Iterable<{ readonly name: string; readonly spec: Pick<BridgeSpec, 'ports'> }>,
): ListedPorts {
  const listed = new Map<string, ListedPort[]>()
  for (const { name: master, spec } of bridges) {
    for (const [link, options] of Object.entries(spec.ports ?? {})) {
      const ofLink = listed.get(link) ?? []
      ofLink.push({ link, master, spec: options, path: ['bridges', master, 'ports', link] })
      listed.set(link, ofLink)
    }
  }
  return listed
}

type LinkWithMaster = { readonly name: string; readonly spec: Pick<VxlanSpec, 'master'> }

/** What a link is to be in: the bridge that names it as a port, or the bridge or VRF that the link names itself. */
export function masterOf({ name, spec }: LinkWithMaster, listed: ListedPorts): string | undefined {
  return listed.get(name)?.[0]?.master ?? spec.master
}

/** A vxlan as a port, where it has options itself. */
export function ownPort(
  { name, spec }: { readonly name: string; readonly spec: Pick<VxlanSpec, 'master' | 'port'> },
  listed: ListedPorts,
): DesiredPort | undefined {
  const master = masterOf({ name, spec }, listed)
  return spec.port === undefined
    ? undefined
    : { link: name, spec: spec.port, path: ['vxlans', name, 'port'], ...(master !== undefined && { master }) }
}

/** Everything declared, as the rules between links look at it. */
export interface Declarations {
  readonly all: readonly Declaration[]
  readonly vxlans: readonly VxlanDeclaration[]
  readonly bridges: readonly BridgeDeclaration[]
  readonly byName: ReadonlyMap<string, Declaration>
  readonly listed: ListedPorts
}

export function gatherDeclarations(all: readonly Declaration[]): Declarations {
  const bridges = all.filter((each) => each.section === 'bridges')
  return {
    all,
    vxlans: all.filter((each) => each.section === 'vxlans'),
    bridges,
    byName: new Map(all.map((each) => [each.name, each])),
    listed: listedPorts(bridges),
  }
}

/** A port, and what is declared of it. */
export interface StatedPort extends DesiredPort {
  /** Undefined where no file declares it. */
  readonly bridge?: BridgeDeclaration
  /** The link, where it is a declared vxlan. */
  readonly vxlan?: VxlanDeclaration
}

/** Every place that has options of a port. */
export function statedPorts({ vxlans, byName, listed }: Declarations): StatedPort[] {
  const own = vxlans.flatMap((vxlan) => ownPort(vxlan, listed) ?? [])
  return [...[...listed.values()].flat(), ...own].map((port) => {
    const link = byName.get(port.link)
    const bridge = byName.get(port.master ?? '')
    return {
      ...port,
      ...(link?.section === 'vxlans' && { vxlan: link }),
      ...(bridge?.section === 'bridges' && { bridge }),
    }
  })
}
