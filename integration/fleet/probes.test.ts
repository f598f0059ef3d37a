/** Probes through the overlay: what they see of faults on the way, and what they do not do. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { HealthReport } from '../../src/agent/answers/health.ts'
import type { ProbeRow } from '../../src/cli/views/fleet-probe.ts'
import type { ProbeDirection } from '../../src/fleet/probe/directions.ts'
import type { FleetReport } from '../../src/fleet/run/report.ts'
import { askJson } from '../support/ask.ts'
import { type EtcdCluster, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { expectMesh, type FleetHost, startHosts } from '../support/fleet-host.ts'

/** A round every ten seconds. */
const fast = { insecure: true, probe: { every: 10 } }

interface Fleet {
  readonly cluster: EtcdCluster
  readonly one: FleetHost
  readonly two: FleetHost
}

interface Options {
  /** The `fleet:` section of each. */
  readonly fleetOf?: (name: string) => object
  readonly vxlan?: object
  /** Done in the namespace of each before its agent starts. */
  readonly before?: (host: FleetHost) => Promise<void>
  /** Whether to wait until each floods to the address of the other. */
  readonly isMesh?: boolean
}

/** Two hosts of VNI 42. */
async function twoHosts({ fleetOf = () => fast, isMesh = true, ...more }: Options = {}): Promise<Fleet> {
  const cluster = await startEtcd(onTestFinished, { members: 1 })
  const hosts = await startHosts(cluster, ['one', 'two'], onTestFinished, {
    fleetOf: async (name) => fleetOf(name),
    ...more,
  })
  const [one, two] = hosts as [FleetHost, FleetHost]
  if (isMesh) {
    await expectMesh(hosts)
  }
  return { cluster, one, two }
}

async function directionAt(host: FleetHost, from: string, to: string): Promise<ProbeDirection | undefined> {
  const { probes } = (await host.report()) as FleetReport
  return probes.directions.find((each) => each.from === from && each.to === to)
}

/** Waits until a host says that of a direction. */
async function expectDirection(host: FleetHost, from: string, to: string, wanted: object): Promise<void> {
  await eventually(async () => expect(await directionAt(host, from, to)).toMatchObject(wanted), {
    timeoutMs: 60_000,
    everyMs: 500,
  }).catch(async (error: Error) => {
    const { probes } = (await host.report()) as FleetReport
    throw new Error(`${error.message}\n${JSON.stringify(probes)}\n${host.log().slice(-3000)}`)
  })
}

async function probe(host: FleetHost, ...args: readonly string[]): Promise<{ code: number | null; rows: ProbeRow[] }> {
  const { code, stdout, stderr } = await host.installation.vxagent(
    ...['fleet', 'probe', '--fleet-socket', host.fleetSocket, '--json', ...args],
  )
  if (code !== 0 && code !== 3) {
    throw new Error(`fleet probe ${args.join(' ')}: exit code ${code}: ${stderr}`)
  }
  return { code, rows: stdout === '' ? [] : (JSON.parse(stdout) as { directions: ProbeRow[] }).directions }
}

/** What a host's agent says of a check. */
async function findingOf(host: FleetHost, check: string): Promise<string | undefined> {
  const { checks } = await askJson<HealthReport>(host.installation.socket, '/v1/health')
  const [finding] = checks.find((each) => each.check === check)?.findings ?? []
  return finding && `${finding.found}; ${finding.means}`
}

describe.skipIf(!isEtcdInstalled)('probes', () => {
  test('show each direction of a healthy pair, with a witness, an age and the size that passes', async () => {
    const { one, two } = await twoHosts()
    for (const [host, from, to] of [
      [one, 'one', 'two'],
      [two, 'one', 'two'],
      [one, 'two', 'one'],
    ] as const) {
      const wanted = { vni: 42, way: 'overlay', state: 'reachable', passes: 1450, lost: 0 }
      await expectDirection(host, from, to, wanted)
    }
    const { code, rows } = await probe(one)
    expect(rows).toMatchObject([
      { from: 'one', to: 'two', state: 'reachable', passes: 1450, wanted: 1450, sent: 5, lost: 0 },
      { from: 'two', to: 'one', state: 'reachable', passes: 1450, wanted: 1450 },
    ])
    expect(code).toBe(0)
    await eventually(
      async () => {
        const metrics = await one.host.run('curl', [
          '-s',
          '--unix-socket',
          one.installation.socket,
          'http://vxagent/metrics',
        ])
        expect(metrics).toContain('vxagent_probe_members{vni="42",state="reachable"} 1')
        expect(metrics).toContain('vxagent_probe_members_smaller{vni="42"} 0')
        expect(metrics).toMatch(/vxagent_probe_answered_total\{vni="42"\} [1-9]/)
      },
      { timeoutMs: 30_000 },
    )
    const { checks } = await askJson<HealthReport>(one.installation.socket, '/v1/health')
    expect(checks.find(({ check }) => check === 'probe')).toMatchObject({ result: 'ok' })
  })

  test('find the size that an underlay in the middle lets through, and doctor says so', async () => {
    const { cluster, one, two } = await twoHosts({ vxlan: { df: 'set' } })
    await expectDirection(one, 'one', 'two', { state: 'reachable', passes: 1450 })
    await cluster.theSwitch.ip('link set two mtu 1400')
    const { code, rows } = await probe(one, 'two')
    const [there, back] = rows
    expect(code).toBe(3)
    expect(there).toMatchObject({ from: 'one', to: 'two', state: 'reachable', wanted: 1450 })
    expect(back).toMatchObject({ from: 'two', to: 'one', state: 'reachable' })
    // A bridge leaves room for a VLAN tag.
    const passes = Math.min(there?.passes ?? 0, back?.passes ?? 0)
    expect(passes).toBeGreaterThanOrEqual(1350)
    expect(passes).toBeLessThanOrEqual(1354)
    expect([there?.fails, back?.fails]).toContain(passes + 1)
    // The oracle: an echo of that size comes back, and one that is larger by one does not.
    const target = `${await linkLocalOf(two)}%vxlan0`
    expect(await canPingWith(one, target, passes)).toBe(true)
    expect(await canPingWith(one, target, passes + 1)).toBe(false)
    const text = `packets of ${passes + 1} bytes do not pass between this host and two (10.77.0.102) in VNI 42, and those of ${passes} do`
    await eventually(async () => expect(await findingOf(one, 'probe-size')).toContain(text), { timeoutMs: 30_000 })
    const { code: status, stdout } = await one.installation.vxagent('status')
    expect(stdout).toContain(text)
    expect(status).toBe(5)
    await cluster.theSwitch.ip('link set two mtu 1500')
    expect((await probe(one, 'two')).code).toBe(0)
    await eventually(async () => expect(await findingOf(one, 'probe-size')).toBeUndefined(), { timeoutMs: 30_000 })
    const { stdout: events } = await one.installation.vxagent('events', '--once', '--json')
    expect(events).toContain(text)
    expect(events).toMatch(/"kind":"fault-over"/)
  })

  test('tell the direction that a reverse-path filter drops', async () => {
    // Frames are sent to one at another address than the one that it sends from: only the latter has no way back there.
    const { one, two } = await twoHosts({
      fleetOf: (name) => (name === 'one' ? { ...fast, advertise: '10.77.0.201' } : fast),
      vxlan: { learning: false },
      before: async ({ name, host }) => {
        if (name === 'one') {
          await host.ip('address add 10.77.0.201/24 dev eth1')
        }
      },
      isMesh: false,
    })
    await expectDirection(one, 'one', 'two', { state: 'reachable' })
    await expectDirection(two, 'two', 'one', { state: 'reachable' })
    await two.host.addVeth('aside')
    await two.host.ip(`route add ${one.address}/32 dev aside`)
    await two.host.run('sysctl', ['-w', 'net.ipv4.conf.eth1.rp_filter=1'])
    expect((await probe(one, 'two')).code).toBe(3)
    await expectDirection(one, 'two', 'one', { state: 'reachable', witness: 'one' })
    await expectDirection(one, 'one', 'two', { state: 'unreachable', witness: 'one' })
    await eventually(
      async () =>
        expect(await findingOf(one, 'probe')).toMatch(
          /^probes to two \(10\.77\.0\.102\) in VNI 42 have not been answered since .*its own probes arrive here.*reverse-path filter/,
        ),
      { timeoutMs: 30_000 },
    )
  })

  test('tell a firewall, a stopped process and a wrong port, and remove no entry for any of them', async () => {
    const { one, two } = await twoHosts()
    await expectDirection(one, 'one', 'two', { state: 'reachable' })
    await expectDirection(one, 'two', 'one', { state: 'reachable' })

    // A packet filter of the other host, for what arrives: a rule of its routing, which every kernel has.
    const filter = 'pref 10 iif eth1 ipproto udp dport 4789 blackhole'
    await two.host.ip('rule add pref 100 lookup local')
    await two.host.ip('rule delete pref 0 lookup local')
    await two.host.ip(`rule add ${filter}`)
    expect((await probe(one, 'two')).code).toBe(3)
    await expectDirection(one, 'one', 'two', { state: 'unreachable' })
    await expectDirection(one, 'two', 'one', { state: 'reachable', witness: 'one' })
    await eventually(async () => expect(await findingOf(one, 'probe')).toMatch(/a firewall/), { timeoutMs: 30_000 })
    expect(await one.floods()).toEqual([two.address])
    await two.host.ip(`rule delete ${filter}`)
    expect((await probe(one, 'two')).code).toBe(0)

    // The process that answers is stopped: its kernel says so.
    await two.killFleet('SIGKILL')
    const { rows } = await probe(one, 'two')
    expect(rows[0]).toMatchObject({
      ...{ from: 'one', to: 'two', state: 'reachable' },
      why: expect.stringContaining('nobody listens for probes'),
    })
    two.startFleet()
    await two.live()
    await eventually(async () => expect((await probe(one, 'two')).code).toBe(0), { timeoutMs: 60_000, everyMs: 1000 })

    // Another port, as somebody else would set it: the agent, which would mend it, is held up.
    process.kill(two.installation.pid, 'SIGSTOP')
    await two.host.ip('link delete vxlan0')
    await two.host.ip('link add vxlan0 type vxlan id 42 dev eth1 dstport 8472')
    await two.host.ip('link set vxlan0 up')
    await two.host.bridge(`fdb append 00:00:00:00:00:00 dev vxlan0 dst ${one.address} port 4789`)
    expect((await probe(one, 'two')).code).toBe(3)
    await expectDirection(one, 'one', 'two', { state: 'unreachable' })
    expect(one.removals()).toEqual([])
    expect(await one.floods()).toEqual([two.address])
  })

  test('do not arrive in another VNI', async () => {
    const { one, two } = await twoHosts()
    await expectDirection(one, 'one', 'two', { state: 'reachable' })
    process.kill(two.installation.pid, 'SIGSTOP')
    await two.host.ip('link delete vxlan0')
    await two.host.ip('link add vxlan0 type vxlan id 43 dev eth1 dstport 4789')
    await two.host.ip('link set vxlan0 up')
    await two.host.bridge(`fdb append 00:00:00:00:00:00 dev vxlan0 dst ${one.address}`)
    expect((await probe(one, 'two')).code).toBe(3)
    await eventually(
      async () =>
        expect(await findingOf(one, 'probe')).toMatch(/none of its own probes has arrived here since.*another VNI/),
      { timeoutMs: 60_000 },
    )
  })

  test('go through a bridge and an IPv6 underlay, and from stated addresses where there is no IPv6', async () => {
    const { one, two } = await twoHosts({
      before: async ({ name, host }) => {
        await host.ip(`address add fd77::${name === 'one' ? 1 : 2}/64 dev eth1 nodad`)
      },
      isMesh: false,
    })
    const declare = (host: FleetHost, number: number): void =>
      host.declare({ vxlan: { local: `fd77::${number}`, addresses: [] } })
    declare(one, 1)
    declare(two, 2)
    await expectDirection(one, 'one', 'two', { state: 'reachable', passes: 1430 })

    for (const [number, host] of [one, two].entries()) {
      host.installation.write('bridge.json', {
        bridges: { br0: { ports: { vxlan0: {} }, addresses: [`10.0.1.${number + 1}/24`] } },
      })
    }
    await eventually(
      async () => {
        const { nodes } = (await one.report()) as FleetReport
        expect(nodes.flatMap(({ record }) => record?.vteps[0]?.probe?.addresses.length)).toEqual([2, 2])
      },
      { timeoutMs: 30_000 },
    )
    await eventually(async () => expect((await probe(one, 'two')).code).toBe(0), { timeoutMs: 60_000, everyMs: 1000 })

    for (const { host } of [one, two]) {
      await host.run('sysctl', ['-w', 'net.ipv6.conf.br0.disable_ipv6=1'])
    }
    await eventually(
      async () => {
        const { nodes } = (await one.report()) as FleetReport
        expect(nodes.flatMap(({ record }) => record?.vteps[0]?.probe?.addresses)).toEqual(['10.0.1.1', '10.0.1.2'])
      },
      { timeoutMs: 30_000 },
    )
    await eventually(async () => expect((await probe(one, 'two')).code).toBe(0), { timeoutMs: 60_000, everyMs: 1000 })
  })

  test('open no socket where they are off, and say so', async () => {
    const { one, two } = await twoHosts({ fleetOf: () => ({ insecure: true, probe: 'off' }) })
    await one.live()
    await two.live()
    for (const { host } of [one, two]) {
      // Of the fleet process: vxlan's own socket belongs to the kernel.
      expect(await host.run('ss', ['-Hulnp'])).not.toMatch(/users:/)
    }
    const { nodes, probes } = (await one.report()) as FleetReport
    expect(probes).toMatchObject({ isOn: false, directions: [] })
    expect(nodes.map(({ record }) => record?.vteps[0]?.probe)).toEqual([undefined, undefined])
    await expect(probe(one)).rejects.toThrow('probes are off on this host')
  })

  test('answer members alone, with no more bytes than came, and no more often than is allowed', async () => {
    const { one, two } = await twoHosts({ fleetOf: () => ({ insecure: true, probe: { members: 0 } }) })
    await eventually(async () => expect((await probe(one, 'two')).code).toBe(0), { timeoutMs: 60_000, everyMs: 1000 })
    const target = await linkLocalOf(two)
    const before = await packetsOf(one)
    const flood = await one.host.finish(process.execPath, ['-e', flooding, target, '14789'])
    expect(flood.code, flood.stderr).toBe(0)
    const { answers, bytes, sent } = JSON.parse(flood.stdout) as { answers: number; bytes: number; sent: number }
    // What is allowed at once, and a second's worth of what comes after.
    expect(answers).toBeGreaterThan(0)
    expect(answers).toBeLessThanOrEqual(80 + 20 * 4)
    expect(bytes).toBeLessThanOrEqual(answers * 60)
    expect(sent).toBe(2000)
    // The link's own counters, which share nothing with the program.
    const after = await packetsOf(one)
    expect(after.rx - before.rx).toBeLessThan(80 + 20 * 4 + 20)
    expect(after.tx - before.tx).toBeGreaterThan(1500)
  })
})

/** Sends 2,000 requests of 60 bytes as fast as it can, and counts what comes back. */
const flooding = `
const [target, port] = process.argv.slice(1)
const socket = require('node:dgram').createSocket('udp6')
let [answers, bytes, sent] = [0, 0, 0]
socket.on('message', (message) => { answers += 1; bytes += message.length })
const request = Buffer.alloc(60)
Buffer.from('7678706201010000', 'hex').copy(request)
Buffer.from('2a00003c003c', 'hex').copy(request, 8)
socket.bind(0, () => {
  const some = () => {
    for (let each = 0; each < 50; each += 1) { socket.send(request, Number(port), target + '%vxlan0'); sent += 1 }
    if (sent < 2000) { setTimeout(some, 10) } else {
      setTimeout(() => { console.log(JSON.stringify({ answers, bytes, sent })); socket.close() }, 1000)
    }
  }
  some()
})`

async function packetsOf({ host }: FleetHost): Promise<{ rx: number; tx: number }> {
  const [{ stats64 }] = (await host.json('ip -s -j link show dev vxlan0')) as [
    { stats64: { rx: { packets: number }; tx: { packets: number } } },
  ]
  return { rx: stats64.rx.packets, tx: stats64.tx.packets }
}

async function linkLocalOf({ host }: FleetHost): Promise<string> {
  const [{ addr_info }] = (await host.json('ip -j addr show dev vxlan0')) as [
    { addr_info: { scope: string; local: string }[] },
  ]
  return addr_info.find(({ scope }) => scope === 'link')?.local ?? ''
}

/** @param size of the packet in the overlay, in bytes */
async function canPingWith({ host }: FleetHost, target: string, size: number): Promise<boolean> {
  const args = ['-6', '-c', '2', '-i', '0.2', '-W', '1', '-M', 'do', '-s', `${size - 48}`, target]
  return (await host.finish('ping', args)).code === 0
}
