/** What a hostile file costs `validate` and a daemon, and what they say. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { AgentStatus } from '../../../src/agent/answers/status.ts'
import type { Issue } from '../../../src/agent/desired/issue.ts'
import { askJson } from '../ask.ts'
import { finish } from '../command.ts'
import { eventually } from '../eventually.ts'
import { type Cleanup, namespace } from '../namespace.ts'
import { type Installation, installVxagent, vxagentPath } from '../vxagent.ts'
import type { HostileCase } from './cases.ts'

/** What was measured. Of a daemon the memory is the peak while the file lay there. */
export interface Measured {
  /** The first line that says something about the file. */
  readonly answer: string
  readonly code: number
  readonly seconds: number
  /** Seconds of processor time. */
  readonly cpuSeconds: number
  readonly megabytes: number
  /** Characters of the whole answer. */
  readonly length: number
}

/** Runs `vxagent validate` over a directory that holds the case alone. */
export async function underValidate({ make }: HostileCase): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-hostile-'))
  const end = make(directory)
  // GNU time is not on every machine; the numbers come from the process itself, at its end.
  const report = join(directory, '.usage')
  const preload = join(directory, '.usage.cjs')
  writeFileSync(
    preload,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(report)}, JSON.stringify(process.resourceUsage())))`,
  )
  try {
    const began = performance.now()
    const { stdout, stderr, code } = await finish(process.execPath, [
      ...['--require', preload, vxagentPath, 'validate', directory],
    ])
    const seconds = (performance.now() - began) / 1000
    const { maxRSS, userCPUTime, systemCPUTime } = existsSync(report)
      ? (JSON.parse(readFileSync(report, 'utf8')) as NodeJS.ResourceUsage)
      : { maxRSS: Number.NaN, userCPUTime: Number.NaN, systemCPUTime: Number.NaN }
    const lines = `${stderr}${stdout}`.split('\n')
    const answer = lines.find((line) => /: error: |valid|vxagent: |FATAL/.test(line)) ?? lines[0] ?? ''
    return {
      answer: answer.replaceAll(directory, '…'),
      code,
      seconds,
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      megabytes: maxRSS / 1024,
      length: stdout.length + stderr.length,
    }
  } finally {
    if (typeof end === 'function') {
      end()
    }
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What the daemon said and did while a case lay in its directory. */
export interface UnderFire {
  /** The first issue of its status; undefined when it did not take notice in time. */
  readonly issue: Issue | undefined
  readonly status: AgentStatus
  /** From the making of the files to a status that names one. */
  readonly seconds: number
  readonly megabytes: number
  /** The longest time, in milliseconds, that an answer took meanwhile. */
  readonly silenceMs: number
  /** Whether a change that another program made to a link was undone meanwhile, and how long that took. */
  readonly repairedMs: number
}

/** A daemon with a link of its own, into whose directory hostile files are put. */
export class Target {
  readonly #installation: Installation
  readonly #stalls: { longest: number } = { longest: 0 }
  #isOver = false

  private constructor(installation: Installation) {
    this.#installation = installation
  }

  static async start(cleanup: Cleanup): Promise<Target> {
    const host = await namespace(cleanup)
    await host.addVeth('eth1', '10.0.2.1/24')
    const spec = { id: 42, local: '10.0.2.1', dstport: 4789, ttl: 16, remotes: ['10.0.2.2'] }
    const installation = installVxagent(host, { 'a-good.yaml': { vxlans: { vxlan0: spec } } }, cleanup)
    const target = new Target(installation)
    await installation.startAndWait()
    await installation.converged()
    const watching = target.#askOnAndOn()
    cleanup(async () => {
      target.#isOver = true
      await watching
    })
    return target
  }

  /** Puts a case there, waits for what is said of it, breaks the link and waits for its repair, and takes the case away again. */
  async endure({ make }: HostileCase, patienceMs = 60_000): Promise<UnderFire> {
    const { host, desired, pid } = this.#installation
    this.#stalls.longest = 0
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    const began = performance.now()
    const end = make(desired)
    try {
      const { issue, status } = await this.#firstIssue(patienceMs)
      const seconds = (performance.now() - began) / 1000
      const broken = performance.now()
      await host.ip('link set vxlan0 type vxlan ttl 7')
      await eventually(
        async () => {
          const [link] = await host.json('ip -d -j link show vxlan0')
          if (link.linkinfo.info_data.ttl !== 16) {
            throw new Error('vxlan0 is not repaired')
          }
        },
        { timeoutMs: patienceMs },
      )
      const repairedMs = performance.now() - broken
      return { issue, status, seconds, megabytes: this.#peak(), silenceMs: this.#stalls.longest, repairedMs }
    } finally {
      if (typeof end === 'function') {
        end()
      }
      this.#clear()
      await eventually(
        async () => {
          const { desired: state } = await this.#status()
          if (!state.isValid || state.files.length !== 1) {
            throw new Error(`the daemon does not take notice that the file is gone: ${JSON.stringify(state)}`)
          }
        },
        { timeoutMs: patienceMs },
      )
    }
  }

  async #firstIssue(patienceMs: number): Promise<{ issue: Issue | undefined; status: AgentStatus }> {
    const until = performance.now() + patienceMs
    for (;;) {
      const status = await this.#status()
      const [issue] = status.desired.issues.filter(({ severity }) => severity === 'error')
      if (issue !== undefined || performance.now() > until) {
        return { issue, status }
      }
      await delay(50)
    }
  }

  #status(): Promise<AgentStatus> {
    return askJson<AgentStatus>(this.#installation.socket, '/v1/status')
  }

  async #askOnAndOn(): Promise<void> {
    while (!this.#isOver) {
      const asked = performance.now()
      await this.#status().catch(() => {})
      this.#stalls.longest = Math.max(this.#stalls.longest, performance.now() - asked)
      await delay(20)
    }
  }

  /** The peak of resident memory since it was last set back, in MB. */
  #peak(): number {
    const text = readFileSync(`/proc/${this.#installation.pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(text)?.[1]) / 1024
  }

  /** Leaves the good file alone in the directory. */
  #clear(): void {
    const { desired } = this.#installation
    const good = readFileSync(join(desired, 'a-good.yaml'))
    rmSync(desired, { recursive: true })
    mkdirSync(desired)
    writeFileSync(join(desired, 'a-good.yaml'), good)
  }
}
