/** Which declared links are ports of which declared bridges, and where their options as ports stand. */
import { type BridgeDeclaration, type Declaration, pathOf, type VxlanDeclaration } from './declaration.ts'
import type { Path } from './finding.ts'
import type { PortSpec } from './schema.ts'

/** A bridge that names a link among its ports. */
export interface Listing {
  readonly bridge: BridgeDeclaration
  readonly spec: PortSpec
  readonly path: Path
}

/** Everything declared, as the rules between links look at it. */
export interface Declarations {
  readonly all: readonly Declaration[]
  readonly vxlans: readonly VxlanDeclaration[]
  readonly bridges: readonly BridgeDeclaration[]
  readonly byName: ReadonlyMap<string, Declaration>
  /** By the name of any link: the bridges that name it as a port. */
  readonly listings: ReadonlyMap<string, readonly Listing[]>
}

export function gatherDeclarations(all: readonly Declaration[]): Declarations {
  const bridges = all.filter((each) => each.section === 'bridges')
  const listings = new Map<string, Listing[]>()
  for (const bridge of bridges) {
    for (const [port, spec] of Object.entries(bridge.spec.ports ?? {})) {
      const listed = listings.get(port) ?? []
      listed.push({ bridge, spec, path: pathOf(bridge, 'ports', port) })
      listings.set(port, listed)
    }
  }
  return {
    all,
    vxlans: all.filter((each) => each.section === 'vxlans'),
    bridges,
    byName: new Map(all.map((each) => [each.name, each])),
    listings,
  }
}

/** Options of a link as a port, and the declared bridge that it is to be in; undefined where no file says which. */
export interface StatedPort {
  readonly name: string
  readonly spec: PortSpec
  readonly path: Path
  readonly bridge?: BridgeDeclaration
  /** The link, where it is a declared vxlan. */
  readonly vxlan?: VxlanDeclaration
}

/** Every place that has options of a port. */
export function statedPorts({ vxlans, byName, listings }: Declarations): StatedPort[] {
  const listed = [...listings].flatMap(([name, ofLink]) => {
    const link = byName.get(name)
    const vxlan = link?.section === 'vxlans' ? { vxlan: link } : {}
    return ofLink.map(({ bridge, spec, path }): StatedPort => ({ name, spec, path, bridge, ...vxlan }))
  })
  const own = vxlans.flatMap((vxlan): StatedPort[] => {
    const { name, spec } = vxlan
    if (spec.port === undefined) {
      return []
    }
    const master = listings.get(name)?.[0]?.bridge ?? byName.get(spec.master ?? '')
    const bridge = master?.section === 'bridges' ? { bridge: master } : {}
    return [{ name, spec: spec.port, path: pathOf(vxlan, 'port'), vxlan, ...bridge }]
  })
  return [...listed, ...own]
}
