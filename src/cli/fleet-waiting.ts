/** Waiting until members of the fleet say that they have applied something: what `vxagent fleet wait` and `leave` have in common. */
import { setTimeout } from 'node:timers/promises'
import { countOf } from '../agent/facts/count-of.ts'
import type { Behind } from '../fleet/members/applied.ts'
import type { FleetReport } from '../fleet/run/report.ts'
import { askReport, noFleetSentence } from './fleet.ts'
import type { Input } from './input.ts'
import { type ValueOption, wholeNumber } from './options.ts'
import type { Io } from './output.ts'
import { printable } from './printable.ts'
import { statusLine } from './progress.ts'

/** The report is asked for this often, in milliseconds. */
const everyMs = 1000

export const timeout: ValueOption<number> = {
  name: 'timeout',
  placeholder: 'SECONDS',
  description: 'how long to wait',
  fallback: 60,
  read: wholeNumber(1, 86_400),
}

/** How far it is by one report. */
export interface Standing {
  readonly isOver: boolean
  /** What is still waited for, or what was reached. */
  readonly text: string
}

/**
 * Asks again and again until it is over, or the time is. Gives the last standing. A report that cannot be had, as while the fleet process
 * starts again, ends it only when the time is over: then it rejects as `requestAgent` does, or with why there is no fleet.
 * @param judge called with each report
 */
export async function waitUntil<S extends Standing>(
  input: Input,
  io: Io,
  judge: (report: FleetReport) => S,
): Promise<S> {
  const deadline = performance.now() + input.value(timeout) * 1000
  const line = statusLine(io)
  let hasAnswered = false
  try {
    for (;;) {
      const standing = await lookOnce(input, judge)
      const isLate = performance.now() + everyMs > deadline
      if (standing instanceof Error) {
        // One that does not run now is not to be waited for; one that starts again is.
        if (isLate || !(hasAnswered || standing instanceof NotInFleet)) {
          throw standing
        }
        line.show(`waiting: ${printable(standing.message)}`)
      } else if (standing.isOver || isLate) {
        return standing
      } else {
        hasAnswered = true
        line.show(`waiting: ${printable(standing.text)}`)
      }
      await setTimeout(everyMs)
    }
  } finally {
    line.clear()
  }
}

/** There is no fleet now; one that has just been started joins soon. */
class NotInFleet extends Error {}

async function lookOnce<S>(input: Input, judge: (report: FleetReport) => S): Promise<S | Error> {
  const { AgentUnreachable } = await import('../agent/ask/request.ts')
  try {
    const answer = await askReport(input)
    return 'noFleet' in answer ? new NotInFleet(noFleetSentence(answer)) : judge(answer)
  } catch (error) {
    // Who may not ask now may not in a second.
    if (error instanceof AgentUnreachable && error.code !== 'EACCES') {
      return error
    }
    throw error
  }
}

/** Names that are given of those who are behind. */
const mostNamed = 8

/** `b (has applied 118), c (says nothing)`. */
export function behindText(behind: readonly Behind[]): string {
  const names = behind
    .slice(0, mostNamed)
    .map(({ node, applied }) => `${node} (${applied === undefined ? 'says nothing' : `has applied ${applied}`})`)
  return [...names, ...(behind.length > mostNamed ? [`and ${countOf(behind.length - mostNamed, 'other')}`] : [])].join(
    ', ',
  )
}

/** Why nobody can say how far the others are; undefined while the store is heard. */
export function whyNotKnown({ mode, reason, store }: FleetReport): string | undefined {
  return mode === 'stale' ? `the store is silent: ${reason ?? 'no reason is known'}` : store.statesError
}
