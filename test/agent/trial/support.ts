/** A state directory, desired files, and a clock that the test sets. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import type { DesiredState } from '../../../src/agent/desired/schema.ts'
import { desiredStateSchema } from '../../../src/agent/desired/schema.ts'
import type { Clock } from '../../../src/agent/host/clock.ts'
import { EnforcedState } from '../../../src/agent/trial/enforced-state.ts'
import type { EnforcedStateOptions } from '../../../src/agent/trial/enforced-state-options.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** A state that differs from those of other numbers, and is told by the number. */
export function stateOf(vni: number): DesiredState {
  return desiredStateSchema.parse({ vxlans: { vxlan0: { id: vni, remote: '10.0.2.9', dstport: 4789 } } })
}

/** The number of a state; 0 for the empty one, undefined for none. */
export function vniOf(state: DesiredState | undefined): number | undefined {
  return state && (state.vxlans['vxlan0']?.id ?? 0)
}

export class FakeClock implements Clock {
  bootId = 'first boot'
  time = 1_000_000

  now(): number {
    return this.time
  }
}

export interface LogLine {
  readonly level: number
  readonly msg: string
}

/** One host over several lives of the agent. */
export class Home {
  readonly directory = temporaryDirectory()
  readonly files = join(this.directory, 'desired.d')
  readonly stateDir = join(this.directory, 'state')
  readonly clock = new FakeClock()
  readonly log: LogLine[] = []

  constructor() {
    mkdirSync(this.files)
    mkdirSync(this.stateDir)
  }

  /** Puts a state, or what is no state, in the files. */
  write(content: number | string): void {
    const text = typeof content === 'string' ? content : JSON.stringify(stateOf(content))
    writeFileSync(join(this.files, 'a.json'), text)
  }

  /** A process that starts: nothing is read yet. */
  start(options: Partial<EnforcedStateOptions> = {}): EnforcedState {
    const log = pino({ level: 'debug' }, { write: (line: string) => this.log.push(JSON.parse(line) as LogLine) })
    return new EnforcedState({ path: this.files, stateDir: this.stateDir, log, clock: this.clock, ...options })
  }

  /** One that has done so, and settled. */
  async started(options: Partial<EnforcedStateOptions> = {}): Promise<EnforcedState> {
    const enforcedState = this.start(options)
    await reload(enforcedState)
    return enforcedState
  }

  read(name: string): unknown {
    return JSON.parse(readFileSync(join(this.stateDir, name), 'utf8'))
  }

  damage(name: string): void {
    writeFileSync(join(this.stateDir, name), '{"version":')
  }

  /** From now on nothing can be written in the state directory. */
  fill(): void {
    rmSync(join(this.stateDir), { recursive: true })
    writeFileSync(this.stateDir, 'no directory')
  }

  get kept(): string[] {
    return readdirSync(this.stateDir).sort()
  }
}

/** Reads the files again, as a reload does. */
export async function reload(enforcedState: EnforcedState): Promise<void> {
  enforcedState.endWindowIfOver()
  enforcedState.take(await enforcedState.read())
  enforcedState.settle()
}
