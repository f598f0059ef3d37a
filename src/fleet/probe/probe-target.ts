/** Probes one member by a socket of its own. */
import { Exchanger } from './exchange.ts'
import type { Outcome, PassingSizes } from './outcome.ts'
import { smallSize } from './packet.ts'
import { probeMember } from './probe-member.ts'
import type { ProbeTarget } from './targets.ts'

export interface ProbeWish {
  /** Small probes. */
  readonly count: number
  /** An inner IP packet, in bytes, in the place of as much as the VNI carries. */
  readonly size: number | undefined
  /** What was found of sizes last. */
  readonly known: PassingSizes | undefined
  /** Gives each request its number. */
  readonly nextNumber: () => number
}

/** What it comes to; `sent` is 0 where the kernel of this host gives no socket for it. Never rejects. */
export async function probeTarget(
  target: ProbeTarget,
  { count, size, known, nextNumber }: ProbeWish,
): Promise<Outcome> {
  let exchanger: Exchanger
  try {
    exchanger = await Exchanger.open(target, nextNumber)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { state: 'down', sent: 0, roundTripsMs: [], error: code ?? message }
  }
  try {
    const full = Math.max(smallSize, Math.min(size ?? target.size, target.size))
    const outcome = await probeMember(exchanger.exchange, { count, small: smallSize, full, known })
    return { ...outcome, answered: exchanger.answered }
  } finally {
    exchanger.close()
  }
}
