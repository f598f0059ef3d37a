/** What is known of the fleet here, and the way to ask the rest of it. */

import type { NodeRecord } from '../records/node-record.ts'
import type { QuestionKind } from '../records/question.ts'

/** A claim to a VTEP address that counts. */
export interface Vtep {
  readonly node: string
  readonly vni: number
  readonly address: string
  readonly dstport?: number
}

/** An answer, or why there is none: a sentence that names the host. */
export type Told<Answer> = { readonly answer: Answer } | { readonly noAnswer: { readonly message: string } }

export interface FleetEyes {
  /** This host. */
  readonly self: string
  /** Records of the hosts that are present, this one among them. */
  readonly records: ReadonlyMap<string, NodeRecord>
  /** All claims that count. */
  readonly vteps: readonly Vtep[]
  /** Asks a host, which may be this one. Never rejects for one that is silent. */
  ask<Ask, Answer>(node: string, kind: QuestionKind<Ask, Answer>, ask: Ask): Promise<Told<Answer>>
}

/** All addresses that packets to a host may go to. */
export function addressesOf(node: string, { records, vteps }: Pick<FleetEyes, 'records' | 'vteps'>): Set<string> {
  const published = records.get(node)?.vteps ?? []
  return new Set([
    ...vteps.filter((vtep) => vtep.node === node).map(({ address }) => address),
    ...published.flatMap(({ local, advertise }) => [local, ...(advertise === undefined ? [] : [advertise])]),
  ])
}

/** The host whose VTEP packets to this address and port go to; undefined for one of no member. */
export function ownerOf(
  { vni, remote, dstport }: { readonly vni: number; readonly remote: string; readonly dstport: number },
  { vteps }: Pick<FleetEyes, 'vteps'>,
): string | undefined {
  const at = vteps.filter(({ address }) => address === remote)
  const ofVni = at.filter((vtep) => vtep.vni === vni)
  // Behind one translated address there may be several, told apart by the port.
  const all = ofVni.length > 0 ? ofVni : at
  return (all.find((vtep) => vtep.dstport === dstport) ?? all[0])?.node
}
