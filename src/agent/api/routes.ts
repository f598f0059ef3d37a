/** What can be asked of a running agent. */
import * as z from 'zod'
import { desiredStateSchema } from '../desired/schema.ts'
import type { Enforcer } from '../enforcer.ts'
import { kernelTables } from '../export/kernel-tables.ts'
import { longestWindow, shortestWindow } from '../in-force/window.ts'
import type { Observer } from '../observe/observer.ts'
import { Forbidden } from './peer.ts'
import type { Call, Routes } from './server.ts'

/** Of `POST /v1/apply`. Without a body the files are applied for good. */
const applySchema = z
  .strictObject({
    /** Puts the state on trial for so many seconds. */
    confirmSeconds: z.int().min(shortestWindow).max(longestWindow),
    /** A state from elsewhere than the files, checked by whoever read it, and where it came from. */
    candidate: z.strictObject({ path: z.string().min(1).max(4096), state: desiredStateSchema }).exactOptional(),
  })
  .optional()

export type ApplyRequest = z.input<typeof applySchema>

export function routesTo(enforcer: Enforcer, observer: Observer): Routes {
  return {
    get: {
      '/v1/status': () => enforcer.status(),
      '/v1/links': () => kernelTables(observer.observed).links,
      '/v1/fdb': () => kernelTables(observer.observed).fdb,
    },
    post: {
      '/v1/apply': {
        takesState: true,
        async answer(call) {
          const request = applySchema.parse(call.body ?? undefined)
          if (request === undefined) {
            return enforcer.apply()
          }
          const { confirmSeconds: seconds, ...candidate } = request
          return decide(call, () => enforcer.tryOut({ seconds, ...candidate }))
        },
      },
      '/v1/confirm': { answer: (call) => decide(call, () => enforcer.confirm()) },
      '/v1/rollback': { answer: (call) => decide(call, () => enforcer.rollBack()) },
    },
  }
}

async function decide<T>({ mayDecide }: Call, work: () => Promise<T>): Promise<T> {
  if (!mayDecide) {
    throw new Forbidden(
      'only root, or the user that the daemon runs as, may decide which state is in force; run it with sudo',
    )
  }
  return work()
}
