/** The states that were taken up last: `last-valid.json` and `previous.json` of the state directory. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashOf } from '../desired/load.ts'
import { type DesiredState, desiredStateSchema } from '../desired/schema.ts'
import { readJsonFile, writeFileAtomically } from '../service/files.ts'

const remedy = 'it is written anew when the next desired state is taken up'
const durable = { mode: 0o600, isDurable: true } as const

/** The two files. Each is a desired state, which `vxagent diff --desired` can be given too. */
export class StateRecord {
  readonly #lastValidPath: string
  readonly #previousPath: string

  constructor(stateDir: string) {
    this.#lastValidPath = join(stateDir, 'last-valid.json')
    this.#previousPath = join(stateDir, 'previous.json')
  }

  /** The state taken up last; undefined when there never was one. Throws when the file is damaged. */
  lastValid(): DesiredState | undefined {
    return readJsonFile(this.#lastValidPath, desiredStateSchema, remedy)
  }

  /** The one before it; undefined when there never was one. Throws when the file is damaged. */
  previous(): DesiredState | undefined {
    return readJsonFile(this.#previousPath, desiredStateSchema, remedy)
  }

  /** Records that a state is taken up. The one so far becomes the previous one, unless it is the same. */
  takeUp(state: DesiredState): void {
    const text = `${JSON.stringify(state)}\n`
    const before = readText(this.#lastValidPath)
    if (before === text) {
      return
    }
    if (before !== undefined && isOther(before, state)) {
      // Not by a rename: between two of them there would be no last valid state.
      writeFileAtomically(this.#previousPath, before, durable)
    }
    writeFileAtomically(this.#lastValidPath, text, durable)
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined
    }
    throw error
  }
}

/** Whether the text is another state, as opposed to the same one in another order, or to something damaged. */
function isOther(text: string, state: DesiredState): boolean {
  try {
    return hashOf(JSON.parse(text)) !== hashOf(state)
  } catch {
    return false
  }
}
