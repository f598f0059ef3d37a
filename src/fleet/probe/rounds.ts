/** Which members a round probes, and how long it lasts. Pure. */
import type { Known } from './book.ts'
import type { ProbeTarget } from './targets.ts'

/**
 * A probe of a member that the kernel has no neighbour for is flooded: a solicitation goes to every member of the VNI. So many of them a
 * second, from all members together, may reach each host.
 */
const mostFloods = 50

/**
 * Without learning, and without an entry for the member, all that is sent is flooded: the solicitation, and some probes. For one that does not answer
 * the kernel asks again, and one probe goes to all.
 */
const floodsOf = { learning: 1, other: 4, down: 5 } as const

/** Copies of flooded frames that a host sends in a second while somebody has it probe all members. */
const mostCopies = 20_000

/**
 * Milliseconds of a round in one VNI: what the settings say, or longer in one of very many members.
 * @param size members of the VNI
 * @param picks how many of them a round probes
 * @param down how many of those did not answer last
 */
export function roundMs(
  everyMs: number,
  {
    size,
    picks,
    down = 0,
    learning,
  }: { readonly size: number; readonly picks: number; readonly down?: number; readonly learning: boolean },
): number {
  const each = learning ? floodsOf.learning : floodsOf.other
  const floods = size * ((picks - down) * each + down * floodsOf.down)
  return Math.max(everyMs, (floods / mostFloods) * 1000)
}

/** How many members a second may be probed when somebody asks for all of them: a host sends no more than some ten thousand copies for it. */
export function counterpartsPerSecond(size: number): number {
  return Math.max(1, Math.round(mostCopies / Math.max(1, size)))
}

/**
 * Those that are probed next: so many at random, ones that nothing is known of before others, and as many besides of those that did not answer
 * last, so that their return is soon seen.
 */
export function pick(
  targets: readonly ProbeTarget[],
  members: number,
  of: (target: ProbeTarget) => Known | undefined,
  random: () => number,
): ProbeTarget[] {
  const shuffled = shuffle(targets, random)
  const unknown = shuffled.filter((target) => of(target) === undefined)
  const down = shuffled.filter((target) => of(target)?.state === 'down')
  const others = shuffled.filter((target) => ![undefined, 'down'].includes(of(target)?.state))
  return [...[...unknown, ...others].slice(0, members), ...down.slice(0, members)]
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items]
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const [one, two] = [mixed[last] as T, mixed[other] as T]
    mixed[last] = two
    mixed[other] = one
  }
  return mixed
}
