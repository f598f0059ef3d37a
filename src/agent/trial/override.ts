/** What is in force in place of the files' state: `override.json` of the state directory. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import type { Loss, RollbackReason } from '../answers/desired-status.ts'
import { type DesiredState, desiredStateSchema } from '../desired/schema.ts'
import { readJsonFile, removeFile, writeFileAtomically } from '../host/files.ts'

const common = {
  /** ISO 8601, UTC: when it began. */
  at: z.string(),
  /** Hash of the files' state when it began. Except for a trial it holds as long as the files say this. */
  files: z.string(),
  /** What is enforced while it holds. */
  state: desiredStateSchema,
  /** Where the state came from, when not from the files. */
  candidate: z.string().exactOptional(),
}

const trialSchema = z.strictObject({
  version: z.literal(1),
  what: z.literal('trial'),
  ...common,
  /** Tells it from any other trial. */
  id: z.string(),
  window: z.strictObject({ bootId: z.string(), endsAtMs: z.number(), seconds: z.number() }),
  /** What returns unless it is confirmed. */
  before: desiredStateSchema,
})

const overrideSchema = z.discriminatedUnion('what', [
  trialSchema,
  z.strictObject({ version: z.literal(1), what: z.literal('confirmed'), ...common }),
  z.strictObject({
    version: z.literal(1),
    what: z.literal('rolled back'),
    ...common,
    why: z.enum(['asked for', 'not confirmed', 'reboot']),
  }),
  z.strictObject({
    version: z.literal(1),
    what: z.literal('held'),
    ...common,
    /** Undefined: what was in force is not known, so nothing is enforced. */
    state: desiredStateSchema.exactOptional(),
    losses: z.array(
      z.strictObject({
        what: z.enum(['links', 'remotes', 'addresses', 'ports']),
        count: z.int(),
        of: z.int(),
        names: z.array(z.string()),
      }),
    ),
  }),
])

/** A state that is in force until it is confirmed, or its window ends. */
export type Trial = Readonly<z.infer<typeof trialSchema>>
export type Override = Readonly<z.infer<typeof overrideSchema>>

/** A trial that begins. */
export function begun({
  candidate,
  ...rest
}: Pick<Trial, 'files' | 'state' | 'window' | 'before'> & { readonly candidate: string | undefined }): Trial {
  const at = new Date().toISOString()
  const id = randomUUID()
  return { version: 1, what: 'trial', at, id, ...rest, ...(candidate !== undefined && { candidate }) }
}

/** A trial that was confirmed, for as long as the files say something else. */
export function confirmed({ state, candidate }: Trial, files: string): Override {
  const at = new Date().toISOString()
  return { version: 1, what: 'confirmed', at, files, state, ...(candidate !== undefined && { candidate }) }
}

/** A state of before that has returned. */
export function rolledBack(state: DesiredState, why: RollbackReason, files: string): Override {
  return { version: 1, what: 'rolled back', at: new Date().toISOString(), files, state, why }
}

/** A change of the files that waits, with the state that stays in force meanwhile. */
export function held(state: DesiredState | undefined, losses: readonly Loss[], files: string): Override {
  const at = new Date().toISOString()
  const lost = losses.map((loss) => ({ ...loss, names: [...loss.names] }))
  return { version: 1, what: 'held', at, files, ...(state !== undefined && { state }), losses: lost }
}

/** What there is in place of a trial: the end of a sentence that says that there is none. */
export function returnedInstead(override: Override | undefined): string {
  if (override?.what === 'held') {
    return '; a change of the files is held, and not in force: vxagent apply carries it out, vxagent status says what it would delete'
  }
  return override?.what === 'rolled back'
    ? `; the one before has returned (${override.why}, ${override.at}), and stays until the files change, or vxagent apply --files puts them in force`
    : ''
}

/**
 * The override, in memory and in its file. Each change is one rename, on the disk before it counts: whatever a crash or a power
 * cut leaves behind is what was so a moment before or what is so from now on. It holds the states themselves, so that it needs no
 * other file to be read.
 */
export class OverrideFile {
  readonly #path: string
  #current: Override | undefined
  #isSaved = true

  constructor(stateDir: string) {
    this.#path = join(stateDir, 'override.json')
  }

  get current(): Override | undefined {
    return this.#current
  }

  /** Takes up what an earlier process, or another one since, left. Throws DamagedFile. */
  read(): Override | undefined {
    this.#current = readJsonFile(this.#path, overrideSchema, 'restore it, or delete it to have the files enforced')
    return this.#current
  }

  /** Undefined takes it away. Throws when it cannot be written; then it is as before. */
  replace(override: Override | undefined): void {
    if (override === undefined) {
      removeFile(this.#path, { isDurable: true })
    } else {
      writeFileAtomically(this.#path, `${JSON.stringify(override)}\n`, { mode: 0o600, isDurable: true })
    }
    this.#current = override
    this.#isSaved = true
  }

  /** The same in memory alone; `flush` writes it. */
  set(override: Override | undefined): void {
    this.#current = override
    this.#isSaved = false
  }

  /** Throws when it cannot be written. */
  flush(): void {
    if (!this.#isSaved) {
      this.replace(this.#current)
    }
  }
}
