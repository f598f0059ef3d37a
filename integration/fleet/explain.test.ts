/** `vxagent fleet explain` on three hosts with a real etcd: what it says against what ping and captures show. */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { FleetExplanation } from '../../src/fleet/explain/answer.ts'
import { isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { expectMesh, type FleetHost, startHosts } from '../support/fleet-host.ts'
import { type Namespace, namespace } from '../support/namespace.ts'

const names = ['vyos01', 'vyos02', 'ubuntu'] as const
const overlay = { vyos01: '10.0.1.254', vyos02: '10.0.1.253', ubuntu: '10.0.1.1' }

type Lab = Readonly<Record<(typeof names)[number], FleetHost>>

/** Three hosts that reach each other through VNI 42. The entries of one that changes stay for five minutes. */
async function lab(): Promise<Lab> {
  const cluster = await startEtcd(onTestFinished, { members: 1 })
  const hosts = await startHosts(cluster, names, onTestFinished, {
    fleetOf: async () => ({ insecure: true, grace: 300 }),
  })
  const byName = Object.fromEntries(hosts.map((host) => [host.name, host])) as unknown as Lab
  for (const name of names) {
    byName[name].declare({ vxlan: vxlanOf(name) })
  }
  await expectMesh(hosts)
  for (const host of hosts) {
    await host.installation.converged()
    await host.live()
  }
  await eventually(async () => expect(await byName.vyos01.host.canPing(overlay.ubuntu)).toBe(true))
  return byName
}

function vxlanOf(name: (typeof names)[number], more: object = {}): object {
  return { addresses: [`${overlay[name]}/24`], ...more }
}

interface Told {
  readonly code: number | null
  readonly stderr: string
  readonly answer: FleetExplanation
}

/** `vxagent fleet explain ARGUMENTS` on a host. */
async function explain(at: FleetHost, ...args: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await at.installation.vxagent(
    ...['fleet', 'explain', ...args, '--json', '--fleet-socket', at.fleetSocket],
  )
  return { code, stderr, answer: stdout === '' ? ({} as FleetExplanation) : (JSON.parse(stdout) as FleetExplanation) }
}

/** Waits until it is told so: the hosts hear of a change one after the other. */
async function tells(
  at: FleetHost,
  args: readonly string[],
  expected: object,
  code: number,
): Promise<FleetExplanation> {
  return await eventually(
    async () => {
      const told = await explain(at, ...args)
      expect(told.answer, `${told.stderr}${JSON.stringify(told.answer, null, 1)}`).toMatchObject(expected)
      expect(told.code).toBe(code)
      return told.answer
    },
    { timeoutMs: 30_000, everyMs: 3_000 },
  )
}

describe.skipIf(!isEtcdInstalled)('a frame followed across hosts', () => {
  test('arrives both ways between nodes, overlay addresses, VTEPs and MAC addresses, asked from any host', async () => {
    const { vyos01, vyos02, ubuntu } = await lab()
    const [{ address: mac }] = (await ubuntu.host.json('ip -j link show vxlan0')) as [{ address: string }]
    const arrives = { there: { outcome: 'arrives' }, back: { outcome: 'arrives' }, vni: 42 }
    for (const [from, to] of [
      ['vyos01', 'ubuntu'],
      [overlay.vyos01, overlay.ubuntu],
      [vyos01.address, ubuntu.address],
      ['vyos01', mac],
    ] as const) {
      const told = await tells(vyos02, [from, to], arrives, 0)
      expect(told.there.hops.map(({ node }) => node)).toEqual(expect.arrayContaining(['vyos01', 'ubuntu']))
      expect(told.back.hops[0]?.node).toBe('ubuntu')
      expect(told.unseen[0]).toContain('the underlay between vyos01 and ubuntu')
    }
    expect(await vyos01.host.canPing(overlay.ubuntu)).toBe(true)
    const { stdout, code } = await vyos01.installation.vxagent(
      ...['fleet', 'explain', 'vyos01', 'ubuntu', '--fleet-socket', vyos01.fleetSocket],
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(/vyos01 \(vxlan0, 10\.0\.1\.254\) → ubuntu \(vxlan0, 10\.0\.1\.1\), VNI 42/)
    expect(stdout).toContain('Arrives: ubuntu takes the frame itself')

    const nobody = await explain(vyos01, 'vyos01', 'vyos09')
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('there is no host vyos09 in the fleet')])
    const nowhere = await explain(vyos01, 'vyos01', '02:00:00:00:00:99')
    expect(nowhere.code).toBe(1)
    expect(nowhere.stderr).toContain('none of 3 members has 02:00:00:00:00:99')
  })

  test('dies at the host whose UDP port is another, and both sides of that are named', async () => {
    const { vyos01, ubuntu } = await lab()
    ubuntu.declare({ vxlan: vxlanOf('ubuntu', { dstport: 8472 }) })
    await ubuntu.installation.converged()
    // Frames of ubuntu still come, and teach where it is: an entry that was learned has the port of the link.
    await eventually(async () => {
      await ubuntu.host.canPing(overlay.vyos01)
      expect(await vyos01.host.canPing(overlay.ubuntu)).toBe(false)
    })
    const told = await tells(vyos01, ['vyos01', 'ubuntu'], { there: { outcome: 'dies', diesAt: 'ubuntu' } }, 3)
    expect(told.there.verdict).toContain(
      'ubuntu drops the frame: vxlan0 has VNI 42 on UDP port 8472, and the frame comes to 4789',
    )
    expect(told.back).toMatchObject({ outcome: 'arrives' })
    // The witness: the port is closed, and the kernel says so to the sender.
    const capture = vyos01.host.hold('tcpdump', ['-l', '-n', '-i', 'eth1', 'icmp'])
    onTestFinished(async () => {
      capture.process.kill('SIGKILL')
      await capture.finished
    })
    await eventually(() => expect(capture.output()).toContain('listening on'))
    await vyos01.host.canPing(overlay.ubuntu)
    await eventually(() => expect(capture.output()).toMatch(/10\.77\.0\.103 udp port 4789 unreachable/))
  })

  test('dies at the host that has another VNI', async () => {
    const { vyos01, ubuntu } = await lab()
    ubuntu.declare({ vxlan: vxlanOf('ubuntu', { id: 43 }) })
    await eventually(async () => expect(await vyos01.host.canPing(overlay.ubuntu)).toBe(false))
    const told = await tells(vyos01, ['vyos01', 'ubuntu'], { vni: 42, there: { outcome: 'dies', diesAt: 'ubuntu' } }, 3)
    expect(told.there.verdict).toContain('no vxlan here has VNI 42; there is 1 other vxlan: vxlan0 (VNI 43)')
    expect(told.back).toMatchObject({ outcome: 'dies', diesAt: 'ubuntu' })
  })

  test('dies where local is an address that the host lacks', async () => {
    const { vyos01, ubuntu } = await lab()
    ubuntu.declare({ vxlan: vxlanOf('ubuntu', { local: '10.77.0.203' }) })
    await eventually(async () => expect(await vyos01.floods()).toContain('10.77.0.203'))
    expect(await vyos01.host.canPing(overlay.ubuntu)).toBe(false)
    const told = await tells(vyos01, ['vyos01', 'ubuntu'], { back: { outcome: 'dies', diesAt: 'ubuntu' } }, 3)
    expect(told.back.verdict).toContain('10.77.0.203 (local) is not an address of this host: nothing leaves')
  })

  test('reaches a machine behind a bridge by its port, and dies when the port is gone', async () => {
    const { vyos01, vyos02, ubuntu } = await lab()
    const vm: Namespace = await namespace(onTestFinished)
    await ubuntu.host.ip(`link add eth2 type veth peer name eth0 netns ${vm.name}`)
    await ubuntu.host.ip('link set eth2 up')
    await vm.ip('link set eth0 address 02:00:00:00:00:aa up')
    await vm.ip('address add 10.0.1.7/24 dev eth0')
    ubuntu.declare({ vxlan: {}, bridges: { br0: { ports: { vxlan0: {}, eth2: {} }, addresses: ['10.0.1.1/24'] } } })
    await ubuntu.installation.converged()
    await eventually(async () => expect(await vm.canPing(overlay.vyos01)).toBe(true))
    expect(await ubuntu.host.canPing('10.0.1.7')).toBe(true)
    const place = { node: 'ubuntu', place: { kind: 'port', dev: 'eth2', mac: '02:00:00:00:00:aa' } }
    const arrives = { to: place, there: { outcome: 'arrives' }, back: { outcome: 'arrives' } }
    const byMac = await tells(vyos02, ['vyos01', '02:00:00:00:00:aa'], arrives, 0)
    expect(byMac.there.verdict).toContain('eth2')
    await tells(
      vyos02,
      ['10.0.1.7', 'vyos01'],
      { from: place, there: { outcome: 'arrives' }, back: { outcome: 'arrives' } },
      0,
    )

    await ubuntu.host.bridge('link set dev eth2 isolated on')
    await ubuntu.host.bridge('link set dev vxlan0 isolated on')
    expect(await vyos01.host.canPing('10.0.1.7')).toBe(false)
    const told = await tells(
      vyos02,
      ['vyos01', '02:00:00:00:00:aa'],
      { there: { outcome: 'dies', diesAt: 'ubuntu' } },
      3,
    )
    expect(told.there.verdict).toContain('both ports are isolated')
  })

  test('a fault of one direction is told for that direction alone', async () => {
    const { vyos01, vyos02, ubuntu } = await lab()
    await ubuntu.host.ip(`route add blackhole ${vyos01.address}`)
    expect(await vyos01.host.canPing(overlay.ubuntu)).toBe(false)
    const expected = { there: { outcome: 'arrives' }, back: { outcome: 'dies', diesAt: 'ubuntu' } }
    const told = await tells(vyos02, ['vyos01', 'ubuntu'], expected, 3)
    expect(told.back.verdict).toContain(`a blackhole route, or a device that is gone, leads to ${vyos01.address}`)
  })

  test('a member that does not answer is named, and what was asked before is told', async () => {
    const { vyos01, ubuntu } = await lab()
    await ubuntu.killFleet()
    const silent = await explain(vyos01, 'vyos01', 'ubuntu')
    expect(silent.code).toBe(1)
    expect(silent.answer).toMatchObject({
      to: { node: 'ubuntu', unconfirmed: expect.stringMatching(/^ubuntu did not answer within 5 s/) },
      there: { outcome: 'unknown' },
      back: { outcome: 'unknown' },
    })
    expect(silent.answer.there.verdict).toContain(
      'what becomes of the frame at ubuntu is not known: ubuntu did not answer',
    )
    expect(silent.answer.there.hops.every(({ node }) => node === 'vyos01')).toBe(true)
    expect(silent.answer.there.hops.length).toBeGreaterThan(3)
    // The lease has ended.
    await delay(12_000)
    const gone = await tells(vyos01, ['vyos01', 'ubuntu'], { there: { outcome: 'unknown' } }, 1)
    expect(gone.there.verdict).toContain('ubuntu is not asked: its record is gone from the store')
  })
})
