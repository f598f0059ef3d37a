/** The states that were taken up last: `last-valid.json` and `previous.json` of the state directory. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { canonicalText, hashOf } from '../desired/canonical.ts'
import { type DesiredState, desiredStateSchema } from '../desired/schema.ts'
import { readJsonFile, readTextFile, writeFileAtomically } from '../host/files.ts'

const remedy = 'it is written anew when the next desired state is taken up'
const durable = { mode: 0o600, isDurable: true } as const

/** The two files. Each is a desired state, which `vxagent diff --desired` can be given too. */
export class StateRecord {
  readonly #lastValidPath: string
  readonly #previousPath: string
  /** Of the state that this process wrote last. */
  #lastHash: string | undefined

  constructor(stateDir: string) {
    this.#lastValidPath = join(stateDir, 'last-valid.json')
    this.#previousPath = join(stateDir, 'previous.json')
  }

  /** The state taken up last; undefined when there never was one. Throws when the file is damaged. */
  lastValid(): DesiredState | undefined {
    return readJsonFile(this.#lastValidPath, desiredStateSchema, remedy)
  }

  /** Whether it has this hash, found without reading what it says. */
  isLastValid(hash: string): boolean {
    const text = readTextFile(this.#lastValidPath)
    return text !== undefined && createHash('sha256').update(text.trimEnd()).digest('hex') === hash
  }

  /** The one before it; undefined when there never was one. Throws when the file is damaged. */
  previous(): DesiredState | undefined {
    return readJsonFile(this.#previousPath, desiredStateSchema, remedy)
  }

  /**
   * Records that a state is taken up. The one so far becomes the previous one, unless it is the same.
   * @param hash of the state, where that is known already
   */
  takeUp(state: DesiredState, hash = hashOf(state)): void {
    const text = readTextFile(this.#lastValidPath)
    const before = text === undefined ? undefined : (this.#lastHash ?? hashOfText(text))
    if (before === hash) {
      return
    }
    if (text !== undefined && before !== undefined) {
      // Not by a rename: between two of them there would be no last valid state.
      writeFileAtomically(this.#previousPath, text, durable)
    }
    writeFileAtomically(this.#lastValidPath, `${canonicalText(state)}\n`, durable)
    this.#lastHash = hash
  }
}

/** Of the state that a file has; undefined when it is damaged. */
function hashOfText(text: string): string | undefined {
  try {
    return hashOf(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return undefined
    }
    throw error
  }
}
