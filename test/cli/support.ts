/** A world for commands to run in: streams that keep what is written, an environment, signals. */
import { EventEmitter } from 'node:events'
import type { Command } from '../../src/cli/commands/command.ts'
import type { Io, Output } from '../../src/cli/output.ts'

/** A stream that keeps what is written to it. */
export class FakeOutput implements Output {
  readonly pieces: string[] = []
  readonly isTTY: boolean
  readonly columns: number
  /** The errno's symbol with which every write fails from now on. */
  failsWith: string | undefined

  constructor({ isTTY = false, columns = 80 }: { isTTY?: boolean; columns?: number } = {}) {
    this.isTTY = isTTY
    this.columns = columns
  }

  get text(): string {
    return this.pieces.join('')
  }

  hasColors(): boolean {
    return true
  }

  write(text: string, callback: (error?: Error | null) => void = () => {}): boolean {
    const code = this.failsWith
    if (code === undefined) {
      this.pieces.push(text)
    }
    setImmediate(() => callback(code === undefined ? null : Object.assign(new Error(`${code}: write`), { code })))
    return true
  }
}

export interface FakeIo extends Io {
  readonly stdout: FakeOutput
  readonly stderr: FakeOutput
  readonly signals: EventEmitter
}

export function fakeIo(env: Record<string, string> = {}, stdout = new FakeOutput()): FakeIo {
  return { stdout, stderr: new FakeOutput(), env, signals: new EventEmitter() }
}

/** A command that does what the test says. */
export function command(parts: Partial<Command>): Command {
  return {
    name: 'probe',
    summary: 'Probe',
    details: 'Details of the probe.',
    options: [],
    commonOptions: [],
    examples: [['$0 probe', 'probes']],
    run: async () => 0,
    ...parts,
  }
}
