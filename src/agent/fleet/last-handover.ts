/** What the fleet process handed over last: `fleet.json` of the state directory, so that it is in force after a restart without the store. */
import { join } from 'node:path'
import type { FleetHandover } from '../answers/fleet.ts'
import { readJsonFile, removeFile, writeFileAtomically } from '../host/files.ts'
import { handoverSchema } from './handover-schema.ts'

const remedy = 'it is written anew when the fleet process hands over the next one'

export class LastHandover {
  readonly #path: string
  #current: FleetHandover | undefined
  #text: string | undefined
  /** When this process was handed something, in milliseconds on the monotonic clock. */
  #heardMs: number | undefined

  /** @param onDamage told of a file that cannot be used; it is ignored */
  constructor(stateDir: string, onDamage: (error: Error) => void) {
    this.#path = join(stateDir, 'fleet.json')
    try {
      this.#current = readJsonFile(this.#path, handoverSchema, remedy)
    } catch (error) {
      onDamage(error as Error)
    }
  }

  get current(): FleetHandover | undefined {
    return this.#current
  }

  /** Undefined when it is from before this process started. */
  get heardMsAgo(): number | undefined {
    return this.#heardMs === undefined ? undefined : performance.now() - this.#heardMs
  }

  /** Takes it up, and keeps it. Throws when it cannot be written; it is taken up all the same. */
  take(handover: FleetHandover): void {
    const isOfLinks = JSON.stringify(this.#current?.links) !== JSON.stringify(handover.links)
    this.#current = handover
    this.#heardMs = performance.now()
    // What probes have found is of this moment: after a restart it would be told as if it were still so.
    const { probes: _, ...kept } = handover
    const text = `${JSON.stringify(kept)}\n`
    if (text !== this.#text) {
      // What leads nowhere else need not outlive a power cut.
      writeFileAtomically(this.#path, text, { mode: 0o600, isDurable: isOfLinks || this.#text === undefined })
      this.#text = text
    }
  }

  /** Forgets it, on the disk too. Throws when the file cannot be removed. */
  forget(): void {
    this.#current = undefined
    this.#text = undefined
    removeFile(this.#path, { isDurable: true })
  }
}
