/** Probes through the overlay: what they see of faults on the way, and what they do not do. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ProbeDirection } from '../../src/fleet/probe/directions.ts'
import type { FleetReport } from '../../src/fleet/run/report.ts'
import { isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { expectMesh, type FleetHost, startHosts } from '../support/fleet-host.ts'

const fast = { insecure: true, probe: { every: 10 } }

async function fleetOf(names: readonly string[], fleet: object = fast, vxlan: object = {}): Promise<FleetHost[]> {
  const cluster = await startEtcd(onTestFinished, { members: 1 })
  const hosts = await startHosts(cluster, names, onTestFinished, { fleetOf: async () => fleet, vxlan })
  await expectMesh(hosts)
  return hosts
}

async function directionAt(host: FleetHost, from: string, to: string): Promise<ProbeDirection | undefined> {
  const { probes } = (await host.report()) as FleetReport
  return probes.directions.find((each) => each.from === from && each.to === to)
}

describe.skipIf(!isEtcdInstalled)('probes', () => {
  test('show each direction of a healthy pair, with a witness, an age and the size that passes', async () => {
    const [one, two] = (await fleetOf(['one', 'two'])) as [FleetHost, FleetHost]
    for (const [host, from, to] of [
      [one, 'one', 'two'],
      [two, 'one', 'two'],
      [one, 'two', 'one'],
    ] as const) {
      await eventually(
        async () => {
          expect(await directionAt(host, from, to)).toMatchObject({
            ...{ vni: 42, way: 'overlay', state: 'reachable', passes: 1450, lost: 0 },
          })
        },
        { timeoutMs: 60_000, everyMs: 500 },
      ).catch(async (error) => {
        throw new Error(
          `${error.message}\n${JSON.stringify(((await host.report()) as FleetReport).probes)}\n${host.log().slice(-3000)}`,
        )
      })
    }
  })
})
