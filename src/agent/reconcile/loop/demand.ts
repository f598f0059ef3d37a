/** What the next cycle is to do: a value, which is merged from all that calls for a cycle and taken part by part when its turn comes. Pure. */
import { Scope } from './scope.ts'

/** What of the kernel is to be dumped again: nothing, all but the forwarding entries, or all. */
export type Resync = 'none' | 'links' | 'all'

export interface Demand {
  /** The objects to look at. */
  readonly scope: Scope
  readonly resync: Resync
  /** When the first event came that called for it, in milliseconds on the monotonic clock; undefined: none did. */
  readonly since: number | undefined
}

/** Nothing. */
export const noDemand: Demand = { scope: Scope.none, resync: 'none', since: undefined }

/** All objects, after everything was dumped. */
export const fullDemand: Demand = { scope: Scope.all, resync: 'all', since: undefined }

const resyncs: readonly Resync[] = ['none', 'links', 'all']

/** Both together: the larger of the two in each part, and the earlier time. */
export function merged(demand: Demand, { scope = Scope.none, resync = 'none', since }: Partial<Demand>): Demand {
  const times = [demand.since, since].filter((time) => time !== undefined)
  return {
    scope: demand.scope.with(scope),
    resync: resyncs.indexOf(resync) > resyncs.indexOf(demand.resync) ? resync : demand.resync,
    since: times.length === 0 ? undefined : Math.min(...times),
  }
}

/** One part, and the demand without it. */
export function taken<Part extends keyof Demand>(demand: Demand, part: Part): readonly [Demand[Part], Demand] {
  return [demand[part], { ...demand, [part]: noDemand[part] }]
}
