/** Clients of the fake etcd, with short times. */
import { onTestFinished, vi } from 'vitest'
import { type EtcdOptions, EtcdStore } from '../../src/fleet/etcd/client.ts'
import { LeaseKeeper, type LeaseKeeperOptions } from '../../src/fleet/etcd/lease-keeper.ts'
import type { LeaseKeeperEvent } from '../../src/fleet/etcd/lease-keeper-event.ts'
import { Mirror, type MirrorTimes } from '../../src/fleet/etcd/mirror.ts'
import type { MirrorEvent } from '../../src/fleet/etcd/mirror-event.ts'
import { FakeEtcd } from './fake-etcd.ts'

export const prefix = '/v/'

const clock = { now: () => performance.now() }

/** Waits until the probe throws no more. */
export function until(probe: () => void): Promise<void> {
  return vi.waitFor(probe, { timeout: 10_000, interval: 5 })
}

/** A fake etcd that ends with the test. */
export async function startFakeEtcd(): Promise<FakeEtcd> {
  const fake = await FakeEtcd.start()
  onTestFinished(() => fake.stop())
  return fake
}

/** A store on fakes, the first of which is asked first. Its calls time out after 150 ms. */
export function storeOn(fakes: readonly FakeEtcd[], options: Partial<EtcdOptions> = {}): EtcdStore {
  const times = { deadlineMs: 150, pageDeadlineMs: 500, createdMs: 150, ...options.times }
  const endpoints = fakes.map(({ endpoint }) => endpoint)
  const store = new EtcdStore({ endpoints, random: () => 0, ...options, times })
  onTestFinished(() => store.close())
  return store
}

/** A mirror and what it says; it checks and compares only if the times say so. */
export function mirrorOn(
  store: EtcdStore,
  times: Partial<MirrorTimes> = {},
): { mirror: Mirror; events: MirrorEvent[]; kinds(): string[] } {
  const events: MirrorEvent[] = []
  const quick = {
    minBackoffMs: 1,
    maxBackoffMs: 20,
    checkMs: 1e6,
    compareMs: 1e6,
    settleMs: 20,
    steadyMs: 20,
    ...times,
  }
  const mirror = new Mirror({ store, prefix, clock, onEvent: (event) => events.push(event), times: quick })
  onTestFinished(() => mirror.close())
  mirror.start()
  const kinds = (): string[] =>
    events.map((event) => (event.kind === 'listed' ? `listed: ${event.reason}` : event.kind))
  return { mirror, events, kinds }
}

/** A lease keeper and what it says. */
export function keeperOn(
  store: EtcdStore,
  options: Partial<LeaseKeeperOptions> = {},
): { keeper: LeaseKeeper; events: LeaseKeeperEvent[]; kinds(): string[] } {
  const events: LeaseKeeperEvent[] = []
  const keeper = new LeaseKeeper({
    store,
    clock,
    onEvent: (event) => events.push(event),
    mayReplace: () => false,
    backoff: { minMs: 1, maxMs: 20 },
    ...options,
  })
  onTestFinished(() => keeper.close({ revoke: false }))
  keeper.start()
  return { keeper, events, kinds: () => events.map(({ kind }) => kind) }
}
