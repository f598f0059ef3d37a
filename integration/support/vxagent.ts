/** The product as users have it: the command line in a host, and a daemon with directories of its own. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentStatus } from '../../src/agent/answers/status.ts'
import { askJson } from './ask.ts'
import type { Finished, Held } from './command.ts'
import { eventually } from './eventually.ts'
import type { Cleanup, Namespace } from './namespace.ts'

/** The built command line. */
export const vxagentPath = join(import.meta.dirname, '../../dist/cli/main.js')

/** Desired-state files by name; a value that is no text is written as JSON, which is YAML. */
export type DesiredFiles = Readonly<Record<string, unknown>>

/** A host's vxagent: its directories, its commands, and its daemon once started. */
export class Installation {
  readonly host: Namespace
  readonly directory: string
  readonly desired: string
  readonly stateDir: string
  readonly socket: string
  #daemon: Held | undefined
  #logs = ''

  constructor(host: Namespace, directory: string) {
    this.host = host
    this.directory = directory
    this.desired = join(directory, 'desired.d')
    this.stateDir = join(directory, 'state')
    this.socket = join(directory, 'run/vxagent.sock')
    mkdirSync(this.desired)
  }

  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      VXAGENT_DESIRED: this.desired,
      VXAGENT_STATE_DIR: this.stateDir,
      VXAGENT_SOCKET: this.socket,
    }
  }

  /** Puts a file there whole, as one should: by a rename. */
  write(name: string, content: unknown): void {
    const path = join(this.desired, name)
    writeFileSync(`${path}~`, typeof content === 'string' ? content : JSON.stringify(content))
    renameSync(`${path}~`, path)
  }

  remove(name: string): void {
    rmSync(join(this.desired, name))
  }

  /** `vxagent ARGUMENTS` in the host, however it ends. */
  vxagent(...args: readonly string[]): Promise<Finished> {
    return this.host.finish(process.execPath, [vxagentPath, ...args], { env: this.env })
  }

  /** Starts the daemon, in front of it the words of `wrapper` (a tracer, say). Does not wait. */
  start(...wrapper: readonly string[]): Held {
    const [file = '', ...args] = [...wrapper, process.execPath, vxagentPath, 'agent']
    this.#daemon = this.host.hold(file, args, this.env)
    return this.#daemon
  }

  /** Starts the daemon and waits until it has reconciled once and answers. Throws with its log when it does not. */
  async startAndWait(...wrapper: readonly string[]): Promise<Held> {
    const daemon = this.start(...wrapper)
    await eventually(async () => {
      if (daemon.process.exitCode !== null) {
        throw new Error(`the agent ended: ${daemon.output()}`)
      }
      if (!daemon.output().includes('"msg":"ready"')) {
        throw new Error(`the agent is not ready: ${daemon.output()}`)
      }
      await this.status()
    })
    return daemon
  }

  /** Sends a signal to the daemon and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Finished | undefined> {
    const daemon = this.#daemon
    if (daemon === undefined) {
      return undefined
    }
    daemon.process.kill(signal)
    const finished = await daemon.finished
    this.#logs += daemon.output()
    this.#daemon = undefined
    return finished
  }

  get pid(): number {
    return this.#daemon?.pid ?? 0
  }

  /** What all daemons of this installation have logged. */
  logs(): string {
    return this.#logs + (this.#daemon?.output() ?? '')
  }

  /** The log's lines that have this message in them, as objects. */
  logged(message: string | RegExp): Record<string, unknown>[] {
    return this.logs()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => (typeof message === 'string' ? String(msg).includes(message) : message.test(String(msg))))
  }

  /** What `vxagent status --json` prints, without starting a program for it. */
  status(): Promise<AgentStatus> {
    return askJson<AgentStatus>(this.socket, '/v1/status')
  }

  /** Waits until the agent says that it has converged. Throws with what it said last, and its log. */
  async converged(): Promise<AgentStatus> {
    return eventually(async () => {
      const status = await this.status()
      if (!status.converged) {
        throw new Error(`not converged: ${JSON.stringify(status, undefined, 1)}\n${this.logs()}`)
      }
      return status
    })
  }
}

/** A host's vxagent with these desired-state files, nothing running. All of it goes when the test ends. */
export function installVxagent(host: Namespace, files: DesiredFiles, cleanup: Cleanup): Installation {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-test-'))
  const installation = new Installation(host, directory)
  cleanup(async () => {
    // One that is traced would outlive its tracer, and its output never end.
    await host.endPrograms()
    await installation.stop('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })
  for (const [name, content] of Object.entries(files)) {
    installation.write(name, content)
  }
  return installation
}
