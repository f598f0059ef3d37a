/** One member is probed once: small, then with as much as the VNI carries, in both directions, and what passes where that does not. Pure but for the exchange. */
import type { Outcome, PassingSizes } from './outcome.ts'
import { searchSize } from './size-search.ts'

/** What came of one request. */
export type Reply =
  | { readonly kind: 'answer'; readonly ms: number }
  | { readonly kind: 'lost' }
  /** The member's kernel says that nobody listens. */
  | { readonly kind: 'deaf' }
  /** The kernel of this host did not send it, or says that nobody can be found there. */
  | { readonly kind: 'failed'; readonly error: string }

/** Sends one request and waits for its answer. Sizes are those of inner IP packets, in bytes. Never rejects. */
export type Exchange = (request: {
  readonly size: number
  readonly answerSize: number
  readonly timeoutMs: number
  readonly isRepeated: boolean
}) => Promise<Reply>

export interface ProbePlan {
  /** Small probes: so many are sent. */
  readonly count: number
  /** A small one, and the full one. */
  readonly small: number
  readonly full: number
  /** What was found of sizes last. */
  readonly known?: PassingSizes | undefined
}

/** So often a probe is sent until it counts as one that does not pass. */
const tries = 3
const sizeTries = 2
const timeoutMs = 1000
/** A larger one takes as long as a small one, and what waits for the processor besides. */
const leastTimeoutMs = 250

export async function probeMember(exchange: Exchange, plan: ProbePlan): Promise<Outcome> {
  const { small, count } = plan
  const roundTripsMs: number[] = []
  let sent = 0
  let failure: Reply | undefined
  while (sent < Math.max(tries, count) && roundTripsMs.length < count) {
    const reply = await exchange({ size: small, answerSize: small, timeoutMs, isRepeated: roundTripsMs.length < sent })
    sent += 1
    if (reply.kind === 'answer') {
      roundTripsMs.push(reply.ms)
    } else {
      failure = reply
      if (reply.kind === 'deaf') {
        break
      }
    }
    // Of a member that is silent no more is asked than it takes to say so.
    if (roundTripsMs.length === 0 && sent === tries) {
      break
    }
  }
  if (roundTripsMs.length === 0) {
    return {
      state: failure?.kind === 'deaf' ? 'deaf' : 'down',
      ...{ sent, roundTripsMs },
      ...(failure?.kind === 'failed' && { error: failure.error }),
    }
  }
  const patienceMs = Math.min(timeoutMs, Math.max(leastTimeoutMs, 4 * Math.max(...roundTripsMs)))
  return { state: 'up', sent, roundTripsMs, sizes: await passingSizes(exchange, plan, patienceMs) }
}

async function passingSizes(
  exchange: Exchange,
  { small, full, known }: ProbePlan,
  patienceMs: number,
): Promise<PassingSizes> {
  const passes = async (size: number, answerSize: number): Promise<boolean> => {
    for (let attempt = 0; attempt < sizeTries; attempt += 1) {
      const reply = await exchange({ size, answerSize, timeoutMs: patienceMs, isRepeated: false })
      if (reply.kind === 'answer') {
        return true
      }
    }
    return false
  }
  const there = await largest({ small, full, known: { passes: known?.passes, fails: known?.fails } }, (size) =>
    passes(size, small),
  )
  const most = there.passes
  const back = await largest(
    { small, full: most, known: { passes: known?.backPasses, fails: known?.backFails } },
    (size) => passes(most, size),
  )
  return {
    ...there,
    backPasses: back.passes,
    // That larger answers do not come is only known of sizes that could be asked for.
    ...(back.fails !== undefined && { backFails: back.fails }),
  }
}

/** What was found last is tried first: it is mostly still so. */
async function largest(
  {
    small,
    full,
    known,
  }: {
    readonly small: number
    readonly full: number
    readonly known: { readonly passes: number | undefined; readonly fails: number | undefined }
  },
  passes: (size: number) => Promise<boolean>,
): Promise<{ readonly passes: number; readonly fails?: number }> {
  if (full <= small || (await passes(full))) {
    return { passes: Math.max(small, full) }
  }
  const { passes: good, fails: bad } = known
  const isKnown = good !== undefined && bad !== undefined && good > small && bad <= full
  if (isKnown && bad === good + 1 && (await passes(good)) && (bad === full || !(await passes(bad)))) {
    return { passes: good, fails: bad }
  }
  return searchSize({ passes: small, fails: full }, passes)
}
