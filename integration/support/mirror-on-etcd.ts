/** A mirror of a real etcd, with all that it said, compared with etcdctl. */
import { expect } from 'vitest'
import { type EtcdOptions, EtcdStore } from '../../src/fleet/etcd/client.ts'
import { Mirror, type MirrorTimes } from '../../src/fleet/etcd/mirror.ts'
import type { MirrorEvent } from '../../src/fleet/etcd/mirror-event.ts'
import type { EtcdCluster } from './etcd.ts'
import { eventually } from './eventually.ts'
import type { Cleanup } from './namespace.ts'

/** The prefix that these tests use. */
export const prefix = '/vxagent/v1/test/'

/** A mirror and what it said. */
export interface ObservedMirror {
  readonly store: EtcdStore
  readonly mirror: Mirror
  readonly events: MirrorEvent[]
  /** Milliseconds, as the mirror's. */
  now(): number
}

/** A store that is closed when the test ends. It asks the first of its endpoints first, so that a test knows which one. */
export function openStore(cleanup: Cleanup, options: EtcdOptions): EtcdStore {
  const store = new EtcdStore({ random: () => 0, ...options })
  cleanup(() => store.close())
  return store
}

/** Starts a mirror and waits for its first list. */
export async function startMirror(
  cleanup: Cleanup,
  options: EtcdOptions,
  times: Partial<MirrorTimes> = {},
): Promise<ObservedMirror> {
  const store = openStore(cleanup, options)
  const events: MirrorEvent[] = []
  const now = (): number => performance.now()
  const mirror = new Mirror({ store, prefix, clock: { now }, onEvent: (event) => events.push(event), times })
  cleanup(() => mirror.close())
  mirror.start()
  await eventually(() => expect(mirror.state.kind).toBe('live'))
  return { store, mirror, events, now }
}

/** Waits until the mirror has exactly what etcdctl lists. */
export async function expectTruth({ mirror }: ObservedMirror, cluster: EtcdCluster, timeoutMs = 30_000): Promise<void> {
  const truth = await eventually(() => cluster.truth(prefix), { timeoutMs, everyMs: 200 })
  await eventually(
    () => {
      const mirrored = [...mirror.entries].map(([key, { value, createRevision, modRevision }]) => {
        return [key, { value: value.toString(), createRevision, modRevision }] as const
      })
      expect(new Map(mirrored.sort(byKey))).toEqual(new Map([...truth].sort(byKey)))
    },
    { timeoutMs },
  )
}

/** How many lists the mirror made for a reason. */
export function kindsOf({ events }: ObservedMirror): string[] {
  return events.map((event) => (event.kind === 'listed' ? `listed: ${event.reason}` : event.kind))
}

/** Writes keys `n0` to `n(count - 1)` in transactions. */
export async function putMany(store: EtcdStore, count: number, value: string, name = 'n'): Promise<void> {
  for (let first = 0; first < count; first += 100) {
    const numbers = Array.from({ length: Math.min(100, count - first) }, (_, index) => first + index)
    await store.commit(
      numbers.map((number) => ({
        kind: 'put',
        key: `${prefix}${name}${number}`,
        value: Buffer.from(`${value} ${number}`),
      })),
    )
  }
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}
