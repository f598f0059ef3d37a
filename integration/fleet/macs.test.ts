/** `fdb: fleet` and `neighbours: fleet` on real kernels and a real etcd: who is behind whom, without a flood. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { keysOf } from '../../src/fleet/records/keys.ts'
import { type EtcdCluster, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { type FleetHost, startHosts } from '../support/fleet-host.ts'
import { bridgesOf, capture, expectFollowed, fromFleet, guest, portOf, sendsTo } from '../support/guests.ts'

const keys = keysOf('lab')
const names = ['ha', 'hb', 'hc']

interface Fleet {
  readonly cluster: EtcdCluster
  readonly hosts: readonly FleetHost[]
}

/** Hosts whose links take all from the fleet, and flood to nobody. */
async function fleetWithoutFlood(): Promise<Fleet> {
  const cluster = await startEtcd(onTestFinished, { members: 1 })
  const hosts = await startHosts(cluster, names, onTestFinished, { vxlan: fromFleet, bridgesOf })
  for (const host of hosts) {
    await host.live()
  }
  return { cluster, hosts }
}

describe.skipIf(!isEtcdInstalled)('MAC addresses of a fleet', () => {
  test('a first ping leaves as one unicast frame, with no ARP on the wire: of the hosts, and of machines behind them', async () => {
    const { hosts } = await fleetWithoutFlood()
    const [a, b] = hosts as [FleetHost, FleetHost]
    const [one, two] = [await guest(onTestFinished, 11), await guest(onTestFinished, 12)]
    await one.plugInto(a)
    await two.plugInto(b)
    await expectFollowed(hosts, one)
    await expectFollowed(hosts, two)
    for (const [host, address] of [
      [a, two.address],
      [b, one.address],
    ] as const) {
      await eventually(async () => {
        const [found] = await host.host.json(`ip -j neigh show ${address} dev br0`)
        expect(found).toMatchObject({ state: ['PERMANENT'] })
      })
    }
    expect(await a.floods()).toEqual([])

    const [fromA, fromB] = [await capture(a), await capture(b)]
    expect(await one.space.canPing(two.address)).toBe(true)
    expect(await a.host.canPing('10.0.1.2')).toBe(true)
    await eventually(() => expect(fromB().filter((line) => line.includes('ICMP echo reply'))).toHaveLength(2))
    expect(fromA().filter((line) => line.includes('ICMP echo request'))).toHaveLength(2)
    for (const line of [...fromA(), ...fromB()]) {
      expect(line).not.toContain('ARP')
    }
    const status = await a.installation.status()
    expect(status.converged).toBe(true)
  })
})
void portOf
void sendsTo
void keys
