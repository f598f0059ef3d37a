/** What is answered instead of what was asked for: a status, and a reason as JSON. */
import * as z from 'zod'
import { InvalidDesiredState } from '../../desired/issue.ts'
import { BadChunk } from '../../fleet/kept-chunks.ts'
import { AmbiguousQuestion } from '../../insight/explain/departure-point.ts'
import { NotPossibleNow } from '../../trial/not-possible-now.ts'
import { Busy } from './busy.ts'
import { Forbidden } from './peer.ts'
import type { ErrorAnswer } from './schemas.ts'

/** A request whose body is not read. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused'

  constructor(
    readonly status: 400 | 411 | 413,
    message: string,
  ) {
    super(message)
  }
}

const statuses: readonly (readonly [kind: abstract new (...args: never[]) => Error, status: number])[] = [
  [Forbidden, 403],
  [NotPossibleNow, 409],
  [InvalidDesiredState, 422],
  [AmbiguousQuestion, 400],
  [BadChunk, 400],
]

/** The status of the answer. Fastify states one itself for what it does not take. */
export function statusOf(error: Error & { readonly statusCode?: number }): number {
  if (error instanceof Busy || error instanceof BodyRefused) {
    return error.status
  }
  return error.statusCode ?? statuses.find(([kind]) => error instanceof kind)?.[1] ?? 500
}

/** The answer. */
export function refusalOf(error: Error): ErrorAnswer {
  if (error instanceof InvalidDesiredState) {
    return { error: 'the desired state is invalid', issues: error.issues }
  }
  return { error: error instanceof z.ZodError ? z.prettifyError(error) : error.message }
}
