/** The agent's heart in the process of the test, at work in a namespace: what `vxagent apply` is without the half second of its start. */
import { pino } from 'pino'
import type { DesiredState } from '../../src/agent/desired/schema.ts'
import { readKernelRelease } from '../../src/agent/host/kernel-release.ts'
import { writeSysctl } from '../../src/agent/host/sysctls.ts'
import { readMemberships } from '../../src/agent/kernel/multicast-membership.ts'
import { Observer } from '../../src/agent/kernel/observer.ts'
import { Reconciler } from '../../src/agent/reconcile/loop/reconciler.ts'
import type { Plan } from '../../src/agent/reconcile/plan/action.ts'
import { diff } from '../../src/agent/reconcile/plan/diff.ts'
import { Ownership } from '../../src/agent/record/ownership.ts'
import { openNetlinkSocket, RtnetlinkClient, type Transport } from '../../src/rtnetlink/index.ts'
import { inNetns } from './inside.ts'

const release = readKernelRelease()
const never = 2 ** 31 - 1

export class AgentInNetns {
  readonly #client: RtnetlinkClient
  readonly #observer: Observer
  readonly #ownership: Ownership
  readonly #reconciler: Reconciler

  /**
   * @param netns its name
   * @param around stands between it and the socket that it asks with
   * @param isDead whether nothing that it does has an effect any more
   */
  constructor(
    netns: string,
    stateDir: string,
    around: (socket: Transport) => Transport = (socket) => socket,
    isDead: () => boolean = () => false,
  ) {
    const { client, observer, ownership } = inNetns(netns, () => {
      const socket = around(openNetlinkSocket())
      const asking = new RtnetlinkClient(socket, { nameOfLink: (index) => watching.names.nameOf(index) })
      const watching: Observer = new Observer(asking, release)
      watching.follow({ onOverrun: () => this.#reconciler.noticeOverrun() })
      return { client: asking, observer: watching, ownership: Ownership.open(stateDir) }
    })
    const applyContext = {
      ...{ client, observer, ownership, release },
      writeSysctl: (...setting: Parameters<typeof writeSysctl>) =>
        isDead() ? undefined : inNetns(netns, () => writeSysctl(...setting)),
      readMemberships: () => inNetns(netns, readMemberships),
    }
    this.#client = client
    this.#observer = observer
    this.#ownership = ownership
    const log = pino({ level: 'silent' })
    this.#reconciler = new Reconciler({ applyContext, log, resyncIntervalMs: never })
  }

  /** Brings the kernel to a state. Throws with what stands in the way. */
  async apply(state: DesiredState): Promise<void> {
    await this.#reconciler.setDesired(state)
    await this.#reconciler.reconcileNow()
    const { trouble, objects } = this.#reconciler
    const wanting = objects.filter((object) => object.state !== 'converged')
    if (trouble !== undefined || wanting.length > 0) {
      throw new Error(trouble?.message ?? JSON.stringify(wanting))
    }
  }

  /** What would be done now, by all that the kernel has. */
  async plan(state: DesiredState): Promise<Plan> {
    await this.#observer.resync({ fdb: true })
    return diff(state, this.#observer.observed, this.#ownership, { release })
  }

  /** As a crash ends it, or as one ends that has nothing in hand. */
  async close(): Promise<void> {
    const stopped = this.#reconciler.stop()
    this.#observer.close()
    this.#client.close()
    await stopped
  }
}
