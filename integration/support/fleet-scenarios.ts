/**
 * What can go wrong around a fleet of real hosts. Each scenario breaks something, lets it last, and heals it; what must hold is checked around it
 * (integration/fleet/endurance.test.ts): no live member is ever removed from a kernel, and after quiet every host has what follows from the truth.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { expect } from 'vitest'
import { keysOf } from '../../src/fleet/records/keys.ts'
import { recordOf, vtepOf } from '../../test/support/fleet-members.ts'
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts'
import { clientAddress, type EtcdCluster, type EtcdMember } from './etcd.ts'
import { faults as etcdFaults } from './etcd-faults.ts'
import { expectMesh, type FleetHost } from './fleet-host.ts'

/** What a scenario acts on. */
export interface World {
  readonly cluster: EtcdCluster
  readonly hosts: readonly FleetHost[]
  /** From 0 to below 1, from the seed. */
  readonly random: () => number
}

export interface Scenario {
  readonly name: string
  /** Run in CI too. */
  readonly isQuick?: true
  /** More arguments of etcd. */
  readonly etcd?: readonly string[]
  /** Throws when something besides the two properties is not as it should be. */
  readonly run: (world: World) => Promise<void>
}

const keys = keysOf('lab')
const clockShift = join(import.meta.dirname, 'shift-clock.mjs')
const crashAtIo = join(import.meta.dirname, 'crash-at-io.mjs')

/** Seconds, from the seed, for which a fault lasts: shorter and longer than a lease of 10 s. */
function someTime({ random }: World): Promise<void> {
  return delay(1_000 + random() * 17_000)
}

function oneOf<T>({ random }: World, all: readonly T[]): T {
  return all[Math.floor(random() * all.length)] as T
}

/** Faults of the store itself. */
const ofStore: Scenario[] = Object.entries(etcdFaults).map(([name, fault]) => ({
  name: `etcd: ${name}`,
  ...((name === 'leader killed' || name === 'data wiped') && { isQuick: true }),
  run: (world) => fault(world.cluster, () => (name === 'leader killed' ? delay(3_000) : someTime(world))),
}))

/** A host that does not hear the store for a while, by what `cut` does to it. */
async function away(world: World, host: FleetHost, meanwhile: () => Promise<void>): Promise<void> {
  for (const { address } of world.cluster.members) {
    await host.host.ip(`route add blackhole ${address}`)
  }
  try {
    await meanwhile()
  } finally {
    for (const { address } of world.cluster.members) {
      await host.host.ip(`route delete blackhole ${address}`)
    }
  }
}

/** A host that reaches the store by a proxy alone. */
async function behindProxy(world: World, meanwhile: (proxy: CuttingProxy) => Promise<void>): Promise<void> {
  const host = oneOf(world, world.hosts)
  const undo: (() => unknown)[] = []
  const [member] = world.cluster.members as [EtcdMember]
  const proxy = await cuttingProxy((part) => void undo.push(part), member.endpoint, clientAddress)
  host.declare({ fleet: { endpoints: [`http://${clientAddress}:${proxy.endpoint.port}`] } })
  await host.live()
  try {
    await meanwhile(proxy)
    await host.live()
  } finally {
    host.declare()
    proxy.breakAll()
    for (const part of undo) {
      await part()
    }
  }
}

/** Values that nobody of ours writes. */
function hostileValues(world: World, count: number): string[] {
  const record = recordOf('evil')
  const wrong = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      ...[
        { v: 1, id: 'other' },
        { ...record, vteps: [vtepOf({ local: '239.1.1.1' })] },
      ].map((each) => JSON.stringify(each)),
      JSON.stringify({ ...record, vteps: [vtepOf({ vni: -1 })] }),
      JSON.stringify({ ...record, vteps: Array.from({ length: 5000 }, () => vtepOf()) }),
      `{"v":1,"id":"evil","__proto__":{"vteps":[]}}`,
      'x'.repeat(1_000_000),
    ),
  )
  return fc
    .sample(wrong, { numRuns: count, seed: Math.floor(world.random() * 2 ** 31) })
    .map((text) => text.replaceAll('\0', ''))
    .filter((text) => text !== '')
}

const ofHosts: Scenario[] = [
  {
    name: 'a host is cut off from the store for longer than its lease, and the store is compacted meanwhile',
    async run(world) {
      const host = oneOf(world, world.hosts)
      await away(world, host, async () => {
        for (let index = 0; index < 20; index += 1) {
          await world.cluster.put(`${keys.roster}nobody`, JSON.stringify({ v: 1, x: index }))
        }
        const [{ modRevision = 0 } = {}] = [...(await world.cluster.truth(keys.roster)).values()]
        await world.cluster.etcdctl(['compact', String(modRevision)])
        // The others keep its entry through the grace of 10 s, which begins when its lease has ended.
        await delay(12_000)
      })
    },
  },
  {
    name: 'a path to the store that is slow, and breaks now and then',
    async run(world) {
      await behindProxy(world, async (proxy) => {
        proxy.delayMs = 200
        for (let count = 0; count < 8; count += 1) {
          await delay(1_000 + world.random() * 2_000)
          proxy.breakAll()
        }
      })
    },
  },
  {
    name: 'catch-ups that break half-way, again and again',
    async run(world) {
      await behindProxy(world, async (proxy) => {
        for (let count = 0; count < 20; count += 1) {
          proxy.limit = Math.floor(200 + world.random() * 3_000)
          proxy.breakAll()
          await world.cluster.put(`${keys.roster}nobody`, JSON.stringify({ v: 1, x: 'x'.repeat(2_000), count }))
          await delay(world.random() * 500)
        }
        proxy.limit = undefined
        proxy.breakAll()
      })
    },
  },
  {
    name: 'the fleet process is killed again and again',
    isQuick: true,
    async run(world) {
      for (let count = 0; count < 4; count += 1) {
        const host = oneOf(world, world.hosts)
        await host.killFleet()
        host.startFleet()
        await delay(world.random() * 1_500)
      }
    },
  },
  {
    name: 'the fleet process is killed at each of its steps',
    async run(world) {
      const [host] = world.hosts as [FleetHost]
      // Each write to a socket and each read from one is where it waits for somebody. It has work when another host comes and goes.
      for (let step = 1, isOver = false; !isOver && step < 120; step += 1) {
        const guest = recordOf('guest', { vteps: [vtepOf({ local: '10.77.0.200' })], leaving: step % 2 === 0 })
        await world.cluster.put(keys.record('guest'), JSON.stringify(guest))
        await host.killFleet()
        const crashing = host.startFleet({ VXA_CRASH_AT: String(step) }, ['--import', crashAtIo])
        isOver = await Promise.race([crashing.finished.then(() => false), delay(5_000).then(() => true)])
      }
      await host.killFleet()
      host.startFleet()
      const gone = recordOf('guest', { vteps: [], leaving: true })
      await world.cluster.put(keys.record('guest'), JSON.stringify(gone))
      await host.live()
      await world.cluster.etcdctl(['del', keys.record('guest')])
    },
  },
  {
    name: 'the agent is killed, and its host starts without the store',
    async run(world) {
      const host = oneOf(world, world.hosts)
      const before = await host.floods()
      await away(world, host, async () => {
        await host.killFleet()
        await host.installation.stop('SIGKILL')
        await host.host.ip('link delete vxlan0')
        await host.forgetRemovals()
        await host.startAgent()
        host.startFleet()
        await delay(2_000)
        expect(await host.floods()).toEqual(before)
      })
    },
  },
  {
    name: 'hostile values in the store',
    isQuick: true,
    async run(world) {
      const names = ['evil', 'a', 'vyos01/../x', '*', ...world.hosts.map(({ name }) => name)]
      for (const value of hostileValues(world, 30)) {
        const name = oneOf(
          world,
          names.filter((each) => !world.hosts.some((host) => host.name === each)),
        )
        await world.cluster
          .put(oneOf(world, [keys.record(name), keys.rosterEntry(name), keys.state(name)]), value)
          .catch((error: Error) => {
            // etcd itself, or the length of a command line, refuses some.
            expect(error.message).toMatch(/E2BIG|too large|exit code/)
          })
      }
      for (const host of world.hosts) {
        const others = world.hosts.filter((each) => each !== host).map(({ address }) => address)
        expect(await host.floods()).toEqual(expect.arrayContaining(others))
        expect((await host.installation.vxagent('links')).code).toBe(0)
      }
      await world.cluster.etcdctl(['del', '--prefix', `${keys.nodes}evil/`])
      await world.cluster.etcdctl(['del', '--prefix', `${keys.nodes}a/`])
    },
  },
  {
    name: 'the clock of a host is a year off',
    async run(world) {
      const [first, ...others] = world.hosts as [FleetHost, ...FleetHost[]]
      for (const [host, days] of [
        [first, 365],
        [others[0] as FleetHost, -365],
      ] as const) {
        await host.killFleet()
        host.startFleet({ VXA_CLOCK_SHIFT_DAYS: String(days) }, ['--import', clockShift])
      }
      await expectMesh(world.hosts)
      await someTime(world)
    },
  },
]

/** All of them. */
export const scenarios: readonly Scenario[] = [
  ...ofStore,
  ...ofHosts,
  {
    name: 'the store is full',
    etcd: ['--quota-backend-bytes', String(16 * 1024 * 1024)],
    async run(world) {
      const filler = 'x'.repeat(100_000)
      for (let index = 0, isFull = false; !isFull && index < 400; index += 1) {
        isFull = await world.cluster.put(`/filler/${index}`, filler).then(
          () => false,
          () => true,
        )
      }
      // Nothing can be written: what is in the store stays, and leases are kept alive all the same.
      await delay(15_000)
      const [host] = world.hosts as [FleetHost]
      const report = await host.report()
      expect('findings' in report && report.problems.map(({ message }) => message).join()).toMatch(/NOSPACE|space/i)
      await world.cluster.etcdctl(['del', '--prefix', '/filler/'])
      const revision = /"revision":(\d+)/.exec(await world.cluster.etcdctl(['endpoint', 'status', '-w', 'json']))?.[1]
      await world.cluster.etcdctl(['compact', revision ?? ''])
      await world.cluster.etcdctl(['defrag'])
      await world.cluster.etcdctl(['alarm', 'disarm'])
    },
  },
]
