/** The files' state, and with it links that they no longer declare and that stay for a moment. Pure. */
import { checkBetweenLinks } from '../desired/checks.ts'
import type { Declaration } from '../desired/declaration.ts'
import { overlayOf } from '../desired/overlay.ts'
import { asksFleet } from '../desired/remote-parts.ts'
import type { DesiredState, VxlanSpec } from '../desired/schema.ts'
import { withoutPrototype } from '../desired/without-prototype.ts'

const nothingUnusable: ReadonlySet<string> = new Set()

/** A state with links held down in it. */
export interface WithHeldDown {
  readonly state: DesiredState
  /** Those that stay. */
  readonly held: readonly string[]
}

/**
 * Adds links of `before` to `files`. One that is in the way of what the files declare, such as a link renamed that has the same VNI, does not
 * stay: the new one could not be made.
 */
export function withHeldDown(files: DesiredState, before: DesiredState, names: readonly string[]): WithHeldDown {
  let held = names
  for (;;) {
    const state = merge(files, before, held)
    const inTheWay = linksInTheWay(state, held)
    if (inTheWay.size === 0) {
      return { state, held }
    }
    held = held.filter((name) => !inTheWay.has(name))
  }
}

function merge(files: DesiredState, before: DesiredState, names: readonly string[]): DesiredState {
  const isHeld = new Set(names)
  const joined = <Spec>(now: Readonly<Record<string, Spec>>, earlier: Readonly<Record<string, Spec>>) =>
    withoutPrototype(
      Object.fromEntries([...Object.entries(earlier).filter(([name]) => isHeld.has(name)), ...Object.entries(now)]),
    )
  const vxlans = joined(files.vxlans, before.vxlans)
  const bridges = joined(files.bridges, before.bridges)
  // Without the section, those of them that ask the fleet would ask nobody.
  const asks = Object.values(vxlans).some(asksFleet)
  const fleet = files.fleet ?? (asks ? before.fleet : undefined)
  return {
    vxlans: withoutPrototype({ ...vxlans, ...stillPorts({ vxlans, bridges }, before, names) }),
    bridges,
    ...(fleet !== undefined && { fleet }),
  }
}

/** Held vxlans that their bridge no longer names as a port: they stay in it, with the options that they had there. */
function stillPorts(
  { vxlans, bridges }: DesiredState,
  before: DesiredState,
  names: readonly string[],
): Record<string, VxlanSpec> {
  const { links } = overlayOf(before)
  const found: Record<string, VxlanSpec> = {}
  for (const name of names) {
    const spec = vxlans[name]
    const earlier = links.get(name)
    const master = earlier?.spec.master
    const isNamed = bridges[master ?? '']?.ports?.[name] !== undefined
    if (spec !== undefined && earlier?.kind === 'vxlan' && master !== undefined && !isNamed && master in bridges) {
      const options = earlier.port?.spec
      found[name] = {
        ...spec,
        master,
        ...(options !== undefined && Object.keys(options).length > 0 && { port: options }),
      }
    }
  }
  return found
}

/** Those at which the rules find fault, and all of them where it is found elsewhere. */
function linksInTheWay(state: DesiredState, held: readonly string[]): ReadonlySet<string> {
  const isHeld = new Set(held)
  const declarations = [
    ...Object.entries(state.bridges).map(
      ([name, spec]): Declaration => ({ section: 'bridges', name, spec, unusable: nothingUnusable }),
    ),
    ...Object.entries(state.vxlans).map(
      ([name, spec]): Declaration => ({ section: 'vxlans', name, spec, unusable: nothingUnusable }),
    ),
  ]
  // What two links have in common is found at the later one.
  const inOrder = [
    ...declarations.filter(({ name }) => !isHeld.has(name)),
    ...declarations.filter(({ name }) => isHeld.has(name)),
  ]
  const faults = [...checkBetweenLinks(inOrder, () => '')].filter(({ severity }) => severity === 'error')
  const found = faults.map(({ path }) => String(path[1]))
  return found.every((name) => isHeld.has(name)) ? new Set(found) : isHeld
}
