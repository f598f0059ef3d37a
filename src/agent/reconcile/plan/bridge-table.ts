/** A bridge's forwarding table as it is, and which of its ports are there. */
import { constants, type Link, type Neighbour } from '../../../rtnetlink/index.ts'
import type { DesiredBridgeEntry } from '../../desired/overlay.ts'
import { bridgeFdbKey, keysOfEntry } from '../../words/bridge-fdb-entry.ts'
import { vlansOf } from '../../words/bridge-vlans.ts'
import { fdbStateOf } from '../../words/fdb-entry.ts'
import type { PlanContext } from './plan-context.ts'
import type { PlannedPorts } from './planned-ports.ts'

const noTable: ReadonlyMap<string, Neighbour> = new Map()

function isOfControlPlane({ flags }: Neighbour): boolean {
  return (flags & constants.NTF_EXT_LEARNED) !== 0
}

export class BridgeTable {
  readonly name: string
  /** By `fdbKey`. */
  readonly present: ReadonlyMap<string, Neighbour>
  readonly #bridge: Link | undefined
  readonly #context: PlanContext
  readonly #planned: PlannedPorts
  readonly #vlans = new Map<number, ReadonlySet<number>>()

  /**
   * @param bridge undefined: it is yet to be made
   * @param planned what the plan does before
   */
  constructor(name: string, bridge: Link | undefined, context: PlanContext, planned: PlannedPorts) {
    this.name = name
    this.present = (bridge && context.observed.fdb.get(bridge.index)) ?? noTable
    this.#bridge = bridge
    this.#context = context
    this.#planned = planned
  }

  /** The ifindex of a port, or of the bridge itself; undefined while it is not one. */
  indexOf(dev: string): number | undefined {
    if (dev === this.name) {
      return this.#bridge?.index
    }
    const link = this.#context.byName.get(dev)
    return this.#bridge !== undefined && link?.attributes.master === this.#bridge.index ? link.index : undefined
  }

  /** What is missing before the entry can be added, now and with the plan: its port, or the VLAN there. */
  lackingFor({ dev, vlan }: DesiredBridgeEntry): string | undefined {
    const { coming, changingVlans } = this.#planned
    const port = this.indexOf(dev)
    if (coming.has(dev) || (port === undefined && dev === this.name)) {
      return undefined
    }
    if (port === undefined) {
      return `${dev} is not a port of ${this.name}`
    }
    return vlan === undefined || changingVlans.has(dev) || this.#vlansOf(port).has(vlan)
      ? undefined
      : `${dev} is not in VLAN ${vlan}`
  }

  /** Whether the port has its VLANs: what the kernel makes of an entry depends on them. */
  isSettled(dev: string): boolean {
    return !this.#planned.coming.has(dev) && !this.#planned.changingVlans.has(dev)
  }

  /** Whether an entry is for a VLAN that its port loses by the plan. */
  isLosingVlan({ ifindex, attributes: { vlan } }: Neighbour): boolean {
    return vlan !== undefined && this.#planned.changingVlans.get(this.nameOf(ifindex))?.has(vlan) === true
  }

  nameOf(port: number): string {
    return this.#context.names.nameOf(port) ?? `${port}`
  }

  /** Keys of all that the kernel makes of a stated entry. */
  keysOf(entry: DesiredBridgeEntry): string[] {
    const port = this.indexOf(entry.dev)
    return keysOfEntry(entry, port === undefined ? [] : this.#vlansOf(port))
  }

  /** The static entries for VLANs that came with one for all VLANs of its port, wherever they have moved to. */
  companionsOf({ ifindex, attributes: { lladdr = '', vlan } }: Neighbour): (readonly [key: string, Neighbour])[] {
    return Array.from(vlan === undefined ? this.#vlansOf(ifindex) : []).flatMap((each) => {
      const key = bridgeFdbKey(lladdr, each)
      const there = this.present.get(key)
      // The kernel moves no permanent ones. Source: br_fdb_update(), net/bridge/br_fdb.c.
      const isStated = there !== undefined && (fdbStateOf(there) === 'static' || isOfControlPlane(there))
      return isStated ? [[key, there]] : []
    })
  }

  /**
   * Whether an entry is to be deleted by itself. One whose port leaves goes with that, and later the request would be about the bridge that the
   * port is in by then. One for a VLAN that its port has lost the kernel does not delete, and nothing can use it. Source: br_fdb_delete(),
   * net/bridge/br_fdb.c.
   */
  isToDelete({ ifindex, attributes: { vlan } }: Neighbour): boolean {
    const isLeaving = this.#planned.leaving.has(this.nameOf(ifindex))
    return !isLeaving && (vlan === undefined || this.#vlansOf(ifindex).has(vlan))
  }

  #vlansOf(port: number): ReadonlySet<number> {
    const known = this.#vlans.get(port) ?? new Set(vlansOf(this.#context.observed.bridgeLinks.get(port)).keys())
    this.#vlans.set(port, known)
    return known
  }
}
