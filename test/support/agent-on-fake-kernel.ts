/** The agent's heart (client, observer, ownership, reconciler) joined as agent.ts joins it, on a fake kernel. */

import { pino } from 'pino'
import type { ObjectStatus } from '../../src/agent/answers/status.ts'
import type { BridgeSpec, DesiredState, VxlanSpec } from '../../src/agent/desired/schema.ts'
import type { ReplacePolicy } from '../../src/agent/facts/replace-policy.ts'
import type { KernelRelease } from '../../src/agent/host/kernel-release.ts'
import { Observer } from '../../src/agent/kernel/observer.ts'
import { Reconciler } from '../../src/agent/reconcile/loop/reconciler.ts'
import type { Plan } from '../../src/agent/reconcile/plan/action.ts'
import { diff } from '../../src/agent/reconcile/plan/diff.ts'
import { Ownership } from '../../src/agent/record/ownership.ts'
import { RtnetlinkClient, subscribe, type Transport } from '../../src/rtnetlink/index.ts'
import { release as everything } from './builders.ts'
import type { FakeKernel } from './fake-kernel.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Taken before any test replaces the timers. */
const nextTurn = setImmediate

/** More than this without an end is one that does not come. */
const mostTurns = 10_000

/** How it is run. */
export interface AgentOnFakeKernelOptions {
  readonly stateDir?: string
  readonly timeoutMs?: number
  readonly resyncIntervalMs?: number
  /** Of the kernel that it believes to be on. */
  readonly release?: KernelRelease
  /** Whether links may be replaced. */
  readonly replace?: ReplacePolicy
  /** Stands between it and the socket that it asks with. */
  readonly around?: (socket: Transport) => Transport
}

/** A line of the log. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly link?: string
  readonly state?: string
}

/** A running one. */
export class AgentOnFakeKernel {
  readonly client: RtnetlinkClient
  readonly observer: Observer
  readonly ownership: Ownership
  readonly reconciler: Reconciler
  readonly stateDir: string
  readonly log: LogLine[] = []
  readonly #kernel: FakeKernel
  readonly #release: KernelRelease
  #desired: DesiredState = { vxlans: {}, bridges: {} }

  constructor(
    kernel: FakeKernel,
    {
      stateDir = temporaryDirectory(),
      timeoutMs = 1000,
      resyncIntervalMs = 60_000,
      release = everything,
      replace = 'always',
      around = (socket) => socket,
    }: AgentOnFakeKernelOptions = {},
  ) {
    this.#kernel = kernel
    this.#release = release
    this.stateDir = stateDir
    const log = pino({ level: 'debug' }, { write: (line: string) => this.log.push(JSON.parse(line) as LogLine) })
    const onUndecodable = (): never => {
      throw new Error('the fake kernel said what cannot be read')
    }
    this.client = new RtnetlinkClient(around(kernel.open()), {
      timeoutMs,
      onUndecodable,
      nameOfLink: (index) => this.observer.names.nameOf(index),
    })
    this.ownership = Ownership.open(stateDir)
    this.observer = new Observer(this.client, release, (groups, listener) =>
      subscribe(groups, listener, kernel.openSubscription(groups)),
    )
    this.observer.follow({
      onChange: (change) => this.reconciler.noticeChange(change),
      onOverrun: () => this.reconciler.noticeOverrun(),
      onUndecodable,
    })
    const { client, observer, ownership } = this
    const writeSysctl = (link: string, setting: string, value: number): void => kernel.writeSysctl(link, setting, value)
    const readMemberships = () => kernel.memberships()
    const applyContext = { client, observer, ownership, release, writeSysctl, readMemberships, replace }
    this.reconciler = new Reconciler({ applyContext, log, resyncIntervalMs })
  }

  /** Takes up a desired state and reconciles once. */
  async want(
    vxlans: Readonly<Record<string, VxlanSpec>>,
    bridges: Readonly<Record<string, BridgeSpec>> = {},
  ): Promise<void> {
    this.#desired = { vxlans, bridges }
    await this.reconciler.setDesired(this.#desired)
    await this.reconciler.reconcileNow()
  }

  /** How one object stands. */
  object(name: string): ObjectStatus | undefined {
    return this.reconciler.objects.find((object) => object.name === name)
  }

  /** What would be done now, by what is known. */
  get plan(): Plan {
    return diff(this.#desired, this.observer.observed, this.ownership, { release: this.#release })
  }

  /** Whether it says that everything is as desired. */
  get isConverged(): boolean {
    const { objects, trouble } = this.reconciler
    const isAll = Object.keys(this.#desired.vxlans).every((name) => this.object(name)?.state === 'converged')
    return isAll && trouble === undefined && objects.every(({ state }) => state === 'converged')
  }

  /** Waits until neither the kernel nor the agent has anything in hand. Timers do not go on meanwhile when they are faked. */
  async settle(): Promise<void> {
    for (let quietTurns = 0, turns = 0; quietTurns < 6; quietTurns += 1, turns += 1) {
      if (turns === mostTurns) {
        throw new Error(`the agent and the kernel are not done with each other after ${turns} turns of the event loop`)
      }
      await new Promise<void>((resolve) => nextTurn(resolve))
      if (!this.#kernel.isIdle) {
        quietTurns = -1
      }
    }
  }

  async stop(): Promise<void> {
    await this.reconciler.stop()
    this.close()
  }

  /** As a crash ends it: at once, whatever is under way. */
  close(): void {
    void this.reconciler.stop()
    this.observer.close()
    this.client.close()
  }
}
