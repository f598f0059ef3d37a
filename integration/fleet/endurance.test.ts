/**
 * Three real hosts and a real etcd, and what can go wrong between them. After each scenario two things hold: no live member was ever removed
 * from a kernel, and every host has exactly what follows from the truth. $VXA_TEST_SEED decides what is left to chance.
 */
import { describe, expect, onTestFinished, test } from 'vitest'
import { amongEveryFault, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { expectMesh, startHosts } from '../support/fleet-host.ts'
import { scenarios } from '../support/fleet-scenarios.ts'

const seed = Number(process.env['VXA_TEST_SEED'] ?? 1)

/** Numbers from 0 to below 1. Source: mulberry32, a public-domain generator. */
function seeded(from: number): () => number {
  let state = from
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe.skipIf(!isEtcdInstalled)(`a fleet of three, seed ${seed}`, () => {
  for (const { name, isQuick, etcd = [], run } of scenarios) {
    test(name, { timeout: 300_000 }, async (context) => {
      if (isQuick === undefined) {
        amongEveryFault(context)
      }
      const cluster = await startEtcd(onTestFinished, { args: etcd })
      const hosts = await startHosts(cluster, ['vyos01', 'vyos02', 'ubuntu'], onTestFinished)
      await expectMesh(hosts)
      await run({ cluster, hosts, random: seeded(seed) })
      await Promise.all(hosts.map((host) => host.live()))
      await expectMesh(hosts)
      const live = hosts.map(({ address }) => address)
      for (const host of hosts) {
        const removed = host.removals().filter((address) => live.includes(address))
        expect(removed, `${host.name} removed a live member\n${host.log()}`).toEqual([])
      }
    })
  }
})
