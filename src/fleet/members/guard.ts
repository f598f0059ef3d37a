/** Whether so much is gone at once that the store is more likely to be wrong than the hosts to be dead. Pure. */
import { countOf } from '../../agent/facts/count-of.ts'
import type { Standing } from './standing.ts'

/** Fewer than this many of a VNI are never too many. */
const few = 3
/** The share of a VNI's members beyond which they are. */
const share = 0.2

/** What makes a list of the store suspect. */
export type Suspicion = 'rewound' | 'foreign'

const suspicions: Readonly<Record<Suspicion, string>> = {
  rewound: 'the store went back to an earlier revision: its data was wiped, or an old snapshot restored',
  foreign: 'another store answers at the endpoints than before',
}

/**
 * Why nothing is to be removed; undefined when there is no reason.
 * @param others all hosts but this one
 * @param suspicion of the list that they were last compared with
 */
export function reasonToFreeze(others: Iterable<Standing>, suspicion: Suspicion | undefined): string | undefined {
  const byVni = new Map<number, { gone: number; all: number }>()
  const fleet = { gone: 0, all: 0 }
  for (const { claims, gone } of others) {
    const isGone = gone !== undefined && !gone.isAccepted
    for (const counts of [fleet, ...vnisOf(claims).map((vni) => countsOf(byVni, vni))]) {
      counts.all += 1
      counts.gone += isGone ? 1 : 0
    }
  }
  if (fleet.gone === 0) {
    return undefined
  }
  if (suspicion !== undefined) {
    return `${suspicions[suspicion]}; ${countOf(fleet.gone, 'member')} of ${fleet.all} are not in it`
  }
  if (fleet.gone === fleet.all && fleet.all > 1) {
    return `all ${fleet.all} other members are gone from the store`
  }
  for (const [vni, { gone, all }] of byVni) {
    if (gone > Math.max(few, all * share)) {
      return `${gone} of the ${all} other members of VNI ${vni} are gone from the store`
    }
  }
  return undefined
}

function vnisOf(claims: Standing['claims']): number[] {
  return [...new Set(claims.map(({ vni }) => vni))]
}

function countsOf(byVni: Map<number, { gone: number; all: number }>, vni: number): { gone: number; all: number } {
  const known = byVni.get(vni) ?? { gone: 0, all: 0 }
  byVni.set(vni, known)
  return known
}
