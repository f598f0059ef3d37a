/** `fdb: fleet` and `neighbours: fleet` on real kernels and a real etcd: who is behind whom, without a flood. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { keysOf } from '../../src/fleet/records/keys.ts'
import type { FleetReport, NoFleet } from '../../src/fleet/run/report.ts'
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

/** Codes of what is wrong, as the fleet process of a host sees it. */
function codesOf(report: FleetReport | NoFleet): string[] {
  return 'problems' in report ? report.problems.map(({ code }) => code) : []
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
    await eventually(() => expect(fromA().filter((line) => line.includes('ICMP echo request'))).toHaveLength(2))
    for (const line of [...fromA(), ...fromB()]) {
      expect(line).not.toContain('ARP')
    }
    const status = await a.installation.status()
    expect(status.converged).toBe(true)
  })

  test('a machine that moves is followed by all, and may move back', async () => {
    const { hosts } = await fleetWithoutFlood()
    const [a, b, c] = hosts as [FleetHost, FleetHost, FleetHost]
    const [mover, watcher] = [await guest(onTestFinished, 11), await guest(onTestFinished, 13)]
    await mover.plugInto(a)
    await watcher.plugInto(c)
    await expectFollowed(hosts, mover)
    await expectFollowed(hosts, watcher)
    const pings = watcher.space.hold('ping', ['-i', '0.05', '-D', mover.address])
    for (const host of [b, a, b]) {
      await mover.unplug()
      const unplugged = performance.now()
      await mover.plugInto(host)
      const plugged = performance.now()
      await expectFollowed(hosts, mover)
      const followed = performance.now()
      expect(await portOf(host, mover.mac)).toBe('t11')
      expect(await portOf(c, mover.mac)).toBe('vxlan0')
      await eventually(async () => expect(await watcher.space.canPing(mover.address)).toBe(true))
      const [plugMs, followMs] = [plugged - unplugged, followed - plugged].map(Math.round)
      process.stdout.write(`plugged in after ${plugMs} ms, followed by all after ${followMs} ms more\n`)
    }
    pings.process.kill('SIGINT')
    await pings.finished
    process.stdout.write(`${pings.output().match(/.*packets transmitted.*/)?.[0]}\n`)
    // What moves by hand is no duplicate.
    for (const host of hosts) {
      expect(codesOf(await host.report())).not.toContain('duplicate-mac')
    }
  })

  test('one address at two machines is frozen and told, until one of them goes', async () => {
    const { cluster, hosts } = await fleetWithoutFlood()
    const [a, b] = hosts as [FleetHost, FleetHost]
    const [one, two] = [await guest(onTestFinished, 11), await guest(onTestFinished, 12, 11)]
    expect(one.mac).toBe(two.mac)
    await one.plugInto(a)
    await two.plugInto(b)
    for (const [each, gateway] of [
      [one, '10.0.1.1'],
      [two, '10.0.1.2'],
    ] as const) {
      each.space.hold('ping', ['-i', '0.2', gateway])
    }
    await eventually(
      async () => {
        const codes = (await Promise.all([a, b].map((host) => host.report()))).flatMap(codesOf)
        expect(codes).toContain('duplicate-mac')
      },
      { timeoutMs: 60_000, everyMs: 200 },
    )
    const lines = await claimsOf(one.mac)
    expect(lines).toHaveLength(1)
    // It is left where it is.
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(await claimsOf(one.mac)).toEqual(lines)
    const frozen = codesOf(await a.report()).includes('duplicate-mac') ? a : b
    const { stdout: events } = await frozen.installation.vxagent('events', '--once', '--json')
    expect(events).toContain('fleet-problem')
    expect(events).toContain(one.mac)
    const check = await frozen.fleetCommand('check')
    expect(check).toMatchObject({ code: 3 })
    expect(check.stdout).toContain('duplicate-mac')

    const [left, gone] = frozen === a ? [one, two] : [two, one]
    await gone.unplug()
    await expectFollowed(hosts, left, 40_000)
    await eventually(async () => expect(codesOf(await frozen.report())).not.toContain('duplicate-mac'))

    async function claimsOf(mac: string): Promise<string[]> {
      const entries = await cluster.truth(keys.macs(42))
      return [...entries].flatMap(([key, { value }]) =>
        (JSON.parse(value.toString()) as { macs: string[] }).macs.flatMap((line) =>
          line.startsWith(mac) ? [`${key.split('/').at(-2)} ${line}`] : [],
        ),
      )
    }
  })

  test('a silent store changes nothing, and a host comes up without it as it was', async () => {
    const { cluster, hosts } = await fleetWithoutFlood()
    const [a, b] = hosts as [FleetHost, FleetHost]
    const [one, two] = [await guest(onTestFinished, 11), await guest(onTestFinished, 12)]
    await one.plugInto(a)
    await two.plugInto(b)
    await expectFollowed(hosts, one)
    await expectFollowed(hosts, two)
    for (const member of cluster.members) {
      await member.kill()
    }
    await a.killFleet()
    await a.installation.stop('SIGKILL')
    // As after a reboot: nothing of it is left in the kernel.
    await one.unplug()
    await a.host.ip('link delete vxlan0')
    await a.host.ip('link delete br0')
    await a.startAgent()
    a.startFleet()
    await one.plugInto(a)
    expect(await sendsTo(a, two.mac)).toBe(b.address)
    expect(await portOf(a, two.mac)).toBe('vxlan0')
    expect(await one.space.canPing(two.address)).toBe(true)
    // Longer than the lease and the grace together.
    await new Promise((resolve) => setTimeout(resolve, 22_000))
    expect(await sendsTo(a, two.mac)).toBe(b.address)
    expect(await sendsTo(b, one.mac)).toBe(a.address)
    for (const member of cluster.members) {
      await member.start()
    }
    for (const host of hosts) {
      await host.live()
    }
    await expectFollowed(hosts, one)
    await expectFollowed(hosts, two)
    expect(await one.space.canPing(two.address)).toBe(true)
  })

  test('what is behind a host that dies stays for the grace; behind one that leaves it goes at once', async () => {
    const { hosts } = await fleetWithoutFlood()
    const [a, b, c] = hosts as [FleetHost, FleetHost, FleetHost]
    const [one, two] = [await guest(onTestFinished, 11), await guest(onTestFinished, 12)]
    await one.plugInto(a)
    await two.plugInto(b)
    await expectFollowed(hosts, one)
    await expectFollowed(hosts, two)
    expect(await b.fleetCommand('leave')).toMatchObject({ code: 0 })
    await eventually(async () => expect(await sendsTo(c, two.mac)).toBeUndefined(), { timeoutMs: 3_000, everyMs: 50 })
    expect(await portOf(c, two.mac)).toBeUndefined()

    await a.killFleet()
    await new Promise((resolve) => setTimeout(resolve, 14_000))
    expect(await sendsTo(c, one.mac)).toBe(a.address)
    await eventually(async () => expect(await sendsTo(c, one.mac)).toBeUndefined(), { timeoutMs: 30_000, everyMs: 200 })
  })
})
