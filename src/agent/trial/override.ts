/** What is in force in place of the files' state: `override.json` of the state directory. */
import { join } from 'node:path'
import * as z from 'zod'
import type { RollbackReason } from '../answers/desired-status.ts'
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
])

/** A state that is in force until it is confirmed, or its window ends. */
export type Trial = Readonly<z.infer<typeof trialSchema>>
export type Override = Readonly<z.infer<typeof overrideSchema>>

/** A trial that was confirmed, for as long as the files say something else. */
export function confirmed({ state, candidate }: Trial, files: string): Override {
  const at = new Date().toISOString()
  return { version: 1, what: 'confirmed', at, files, state, ...(candidate !== undefined && { candidate }) }
}

/** A state of before that has returned. */
export function rolledBack(state: DesiredState, why: RollbackReason, files: string): Override {
  return { version: 1, what: 'rolled back', at: new Date().toISOString(), files, state, why }
}

/** What there is in place of a trial: the end of a sentence that says that there is none. */
export function returnedInstead(override: Override | undefined): string {
  return override?.what === 'rolled back'
    ? `; the one before has returned (${override.why}, ${override.at}), and stays until the files change`
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
