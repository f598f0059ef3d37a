/** How a host of the fleet stands, as this host sees it. */
import { addressOf, type Member, type NodeRecord } from '../records/node-record.ts'

/** Where frames of one VNI reach a host. */
export interface Claim {
  readonly vni: number
  readonly address: string
  /** UDP port; undefined: that of the link here, as far as is known. */
  readonly dstport?: number
  /** Whether the address is a translated one (NAT), which several hosts may share. */
  readonly isAdvertised?: boolean
}

/** A host that is there, or whose record is gone and whose entries stay for now. */
export interface Standing {
  readonly node: string
  readonly claims: readonly Claim[]
  /** Claims that its record had, and has no longer: the entries for them stay for now. */
  readonly withdrawn: readonly WithdrawnClaim[]
  /** Of the record; the greatest number where it is only remembered from an earlier run. */
  readonly createRevision: number
  /** What it said of itself last; absent where it is only remembered from an earlier run. */
  readonly record?: NodeRecord
  /** Absent while its record is in the store. */
  readonly gone?: Gone
}

export interface WithdrawnClaim {
  readonly claim: Claim
  readonly gone: Gone
}

export interface Gone {
  /** Milliseconds during which the store was followed, on the monotonic clock: when this process saw that it is gone. */
  readonly since: number
  /** The same for people, by the clock of this host. */
  readonly at: Date
  /** Whether it no longer counts for the guard: somebody accepted it, or enough time has passed. */
  readonly isAccepted: boolean
}

/** A host as its record says. */
export function standingOf({ node, record, createRevision }: Member): Standing {
  const claims = record.vteps.map((vtep) => ({
    vni: vtep.vni,
    address: addressOf(vtep),
    dstport: vtep.dstport,
    ...(vtep.advertise !== undefined && { isAdvertised: true }),
  }))
  return { node, claims, withdrawn: [], createRevision, record }
}

/** Whether two claims lead to the same place. What is not known of the port makes no difference. */
export function isSamePlace(one: Claim, other: Claim): boolean {
  const isSamePort = one.dstport === undefined || other.dstport === undefined || one.dstport === other.dstport
  return one.vni === other.vni && one.address === other.address && isSamePort
}
