/** Files that operators of the fleet pushed to this host: `pushed.json` of the state directory, so that they are in force without the store. */
import { join } from 'node:path'
import * as z from 'zod'
import type { PushedOffer, PushedStanding } from '../answers/pushed.ts'
import type { PushedText } from '../desired/pushed-text.ts'
import { readJsonFile, writeFileAtomically } from '../host/files.ts'
import { type PushedOutcome, pushedFileSchema, pushedOutcomeSchema } from './pushed-schema.ts'

/** Files that one host takes. */
export const mostPushedFiles = 64

const contentSchema = z.object({
  version: z.literal(1),
  /** Those that are desired files of this host. */
  files: z.array(pushedFileSchema).max(mostPushedFiles),
  /** How the last revision of each name ended. */
  outcomes: z.array(pushedOutcomeSchema).max(mostPushedFiles * 4),
  /** The revision on trial. Without a text the file is removed by it. */
  pending: pushedFileSchema.extend({ text: z.string().exactOptional() }).exactOptional(),
})

type Content = Readonly<z.output<typeof contentSchema>>

/** A revision that may be on trial. */
export type Pending = NonNullable<Content['pending']>

const nothing: Content = { version: 1, files: [], outcomes: [] }

export class PushedFiles {
  readonly #path: string
  #content: Content = nothing

  /** @param onDamage told of a file that cannot be used; it is ignored */
  constructor(stateDir: string, onDamage: (error: Error) => void) {
    this.#path = join(stateDir, 'pushed.json')
    try {
      const remedy = 'restore it, or delete it and push the files again'
      this.#content = readJsonFile(this.#path, contentSchema, remedy) ?? nothing
    } catch (error) {
      onDamage(error as Error)
    }
  }

  /** Texts of those that are desired files of this host. */
  get texts(): readonly PushedText[] {
    return this.#content.files
  }

  /** The same, if this revision were applied. */
  textsWith({ fleet, name, text }: Pick<PushedOffer, 'fleet' | 'name' | 'text'>): readonly PushedText[] {
    const others = this.texts.filter((each) => each.name !== name)
    return text === undefined ? others : sorted([...others, { fleet, name, text }])
  }

  get pending(): Pending | undefined {
    return this.#content.pending
  }

  /** How the last revision of each name stands, in the order of the names. */
  get standings(): readonly PushedStanding[] {
    const { outcomes, files, pending } = this.#content
    const revisionOf = new Map(files.map(({ name, revision }) => [name, revision]))
    const named = outcomes.filter(({ name }) => name !== pending?.name)
    const all: Omit<PushedStanding, 'inForce'>[] = [...named, ...(pending === undefined ? [] : [onTrial(pending)])]
    return sorted(all).map((standing) => {
      const inForce = revisionOf.get(standing.name)
      return { ...standing, ...(inForce !== undefined && { inForce }) }
    })
  }

  /** The revision is one of the files from now on, or the file is removed. Throws when that cannot be written; nothing has changed then. */
  accept(offer: Omit<PushedOffer, 'v'> | Pending): void {
    const { fleet, text } = offer
    const identity = identityOf(offer)
    const others = this.#content.files.filter(({ name }) => name !== offer.name)
    const files = text === undefined ? others : sorted([...others, { ...identity, fleet, text }])
    const outcome: PushedOutcome = { ...identity, state: text === undefined ? 'removed' : 'applied' }
    this.#write({ version: 1, files, outcomes: this.#outcomesWith(outcome) })
  }

  /** The revision is to be tried out. Throws when that cannot be written; nothing has changed then. */
  begin(offer: PushedOffer): void {
    const { fleet, text } = offer
    const pending = { ...identityOf(offer), fleet, ...(text !== undefined && { text }) }
    this.#write({ ...this.#content, pending })
  }

  /** The revision is not one of the files. That it cannot be written is for the caller to say: it is so all the same. */
  note(offer: Omit<PushedOffer, 'v'> | Pending, state: 'refused' | 'returned', reason: string): void {
    const { pending, ...content } = this.#content
    const outcome: PushedOutcome = { ...identityOf(offer), state, reason: reason.slice(0, 1000) }
    const outcomes = this.#outcomesWith(outcome)
    const keepsTrial = pending !== undefined && pending.id !== offer.id
    this.#content = { ...content, outcomes, ...(keepsTrial && { pending }) }
    this.#write(this.#content)
  }

  /** What is to be undone if something else fails. */
  get content(): Content {
    return this.#content
  }

  /** Throws when it cannot be written. */
  restore(content: Content): void {
    this.#write(content)
  }

  /** The oldest go first: a host is told of few names, unless somebody means it ill. */
  #outcomesWith(outcome: PushedOutcome): PushedOutcome[] {
    const others = this.#content.outcomes.filter(({ name }) => name !== outcome.name)
    const names = new Set(this.#content.files.map(({ name }) => name))
    const room = mostPushedFiles * 4 - 1
    const dropped = others.length > room ? others.find(({ name }) => !names.has(name)) : undefined
    return [...others.filter((each) => each !== dropped), outcome]
  }

  #write(content: Content): void {
    writeFileAtomically(this.#path, `${JSON.stringify(content)}\n`, { mode: 0o600, isDurable: true })
    this.#content = content
  }
}

function identityOf({ name, revision, id, by, at }: Omit<PushedOutcome, 'state'>): Omit<PushedOutcome, 'state'> {
  return { name, revision, id, by, at }
}

function onTrial(pending: Pending): Omit<PushedStanding, 'inForce'> {
  return { ...identityOf(pending), state: 'trial' }
}

function sorted<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return all.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}
