/** Whether so much is gone at once that the store is more likely to be wrong than the hosts to be dead. Pure. */
import { countOf } from '../../agent/facts/count-of.ts'
import type { Gone, Standing } from './standing.ts'

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
  let waning = 0
  for (const { claims, withdrawn, gone } of others) {
    const isGone = counts(gone)
    const lost = withdrawn.filter((each) => counts(each.gone)).map(({ claim }) => claim)
    waning += isGone || lost.length > 0 ? 1 : 0
    fleet.all += 1
    fleet.gone += isGone ? 1 : 0
    const has = vnisOf(claims)
    for (const vni of has) {
      add(byVni, vni, isGone)
    }
    for (const vni of vnisOf(lost).filter((each) => !has.includes(each))) {
      add(byVni, vni, true)
    }
  }
  if (waning === 0) {
    return undefined
  }
  if (suspicion !== undefined) {
    return `${suspicions[suspicion]}; ${countOf(waning, 'member')} of ${fleet.all} are not in it, or with less than before`
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

function counts(gone: Gone | undefined): boolean {
  return gone !== undefined && !gone.isAccepted
}

function vnisOf(claims: Standing['claims']): number[] {
  return [...new Set(claims.map(({ vni }) => vni))]
}

function add(byVni: Map<number, { gone: number; all: number }>, vni: number, isGone: boolean): void {
  const known = byVni.get(vni) ?? { gone: 0, all: 0 }
  byVni.set(vni, { gone: known.gone + (isGone ? 1 : 0), all: known.all + 1 })
}
