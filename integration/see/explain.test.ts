/** `vxagent explain` against a capture of the underlay: what it says is what leaves. */
import { expect, onTestFinished, test } from 'vitest'
import type { Explanation } from '../../src/agent/answers/explanation.ts'
import { constants, RtnetlinkClient } from '../../src/rtnetlink/index.ts'
import type { Held } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { inNetns } from '../support/inside.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { macs, threeHosts } from '../support/three-hosts.ts'

/** Outer packets that leave the host by eth1, a line each with `10.0.2.1.41234 > 239.1.1.1.8472: …`, and one for the inner frame. */
async function capture(host: Namespace): Promise<Held> {
  const held = host.hold('tcpdump', ['-l', '-n', '-e', '-Q', 'out', '-i', 'eth1', 'udp port 8472'])
  onTestFinished(async () => {
    held.process.kill('SIGKILL')
    await held.finished
  })
  await eventually(() => expect(held.output()).toContain('listening on'))
  return held
}

/** Where each captured packet went to whose inner frame is for `mac` and is a `what`. */
function destinations({ output }: Held, mac: string, what: 'ICMP echo request' | 'ARP'): string[] {
  const found: string[] = []
  let outer = ''
  for (const line of output().split('\n')) {
    outer = / > (\d+\.\d+\.\d+\.\d+)\.8472: /.exec(line)?.[1] ?? outer
    if (line.includes(`> ${mac}`) && line.includes(what)) {
      found.push(outer)
    }
  }
  return found
}

test('the first frame to an address goes to the group, the next to one VTEP, and explain says so before each', async () => {
  const { ubuntu, ask } = await threeHosts(onTestFinished)
  const mac = macs.vyos01
  await ubuntu.ip(`neigh replace 10.0.1.254 lladdr ${mac} dev vxlan0 nud permanent`)
  await ubuntu.finish('bridge', ['-n', ubuntu.name, 'fdb', 'del', mac, 'dev', 'vxlan0'])
  const packets = await capture(ubuntu)

  const before = (await ask('explain', '10.0.1.254')) as Explanation
  expect(before).toMatchObject({
    mac,
    vxlan: 'vxlan0',
    fate: 'flood',
    packets: [{ vni: 42, remote: '239.1.1.1', dstport: 8472, source: '10.0.2.1', dev: 'eth1' }],
  })
  expect(before.changes.join()).toContain(`the first frame from ${mac} that comes through vxlan0 teaches where it is`)
  expect(await ubuntu.canPing('10.0.1.254')).toBe(true)
  await eventually(() => expect(destinations(packets, mac, 'ICMP echo request')).toEqual(['239.1.1.1']))

  const after = (await ask('explain', mac)) as Explanation
  expect(after).toMatchObject({
    fate: 'unicast',
    packets: [{ vni: 42, remote: '10.0.2.254', dstport: 8472, source: '10.0.2.1', dev: 'eth1' }],
  })
  expect(after.agesOutIn).toBeGreaterThan(250)
  expect(after.agesOutIn).toBeLessThanOrEqual(300)
  expect(Date.now() - Date.parse(after.since ?? '')).toBeLessThan(30_000)
  expect(after.steps.some(({ table, text }) => table === 'history' && text.includes('learned'))).toBe(true)
  expect(await ubuntu.canPing('10.0.1.254')).toBe(true)
  await eventually(() => expect(destinations(packets, mac, 'ICMP echo request')).toEqual(['239.1.1.1', '10.0.2.254']))
})

test('an address that nobody has: the question for it is flooded, and seen to be', async () => {
  const { ubuntu, ask } = await threeHosts(onTestFinished)
  const packets = await capture(ubuntu)
  const unknown = (await ask('explain', '10.0.1.77')) as Explanation
  expect(unknown).toMatchObject({ fate: 'flood', packets: [{ remote: '239.1.1.1' }] })
  expect(unknown.mac).toBeUndefined()
  expect(unknown.answer).toContain('The MAC address of 10.0.1.77 is not known')
  expect(await ubuntu.canPing('10.0.1.77')).toBe(false)
  const sent = destinations(packets, 'ff:ff:ff:ff:ff:ff', 'ARP')
  expect(sent.length).toBeGreaterThan(0)
  expect(new Set(sent)).toEqual(new Set(['239.1.1.1']))
  expect(((await ask('explain', '10.0.1.77')) as Explanation).steps).toContainEqual(
    expect.objectContaining({ table: 'neighbour', isProblem: true }),
  )
})

test('a replication list, a bridge with a local port, own addresses, what has no route, and a broken underlay', async () => {
  const { ubuntu, agent, ask } = await threeHosts(onTestFinished, {
    bridges: { br0: { addresses: ['10.0.1.1/24'] } },
    vxlans: {
      vxlan0: {
        id: 42,
        dev: 'eth1',
        local: '10.0.2.1',
        dstport: 8472,
        master: 'br0',
        remotes: ['10.0.2.254', '10.0.2.253', '192.0.2.9'],
        fdb: [{ mac: '02:00:00:00:00:09', dst: '192.0.2.9' }],
      },
    },
  })
  await ubuntu.addVeth('local')
  await ubuntu.ip('link set local master br0')
  await ubuntu.bridge('fdb replace 02:00:00:00:00:aa dev local master static')
  const asked = async (address: string): Promise<Explanation> => (await ask('explain', address)) as Explanation

  const flooded = await asked('02:00:00:00:00:77')
  expect(flooded.fate).toBe('flood')
  expect(flooded.packets.map(({ remote }) => remote).sort()).toEqual(['10.0.2.253', '10.0.2.254', '192.0.2.9'])
  expect(flooded.answer).toContain('But there is no route to 192.0.2.9')
  expect(flooded.steps.find(({ table }) => table === 'bridge')?.text).toMatch(
    /br0 does not know .*: local, vxlan0|vxlan0, local/,
  )

  expect(await asked('02:00:00:00:00:aa')).toMatchObject({ fate: 'local', packets: [] })
  expect(await asked('10.0.1.1')).toMatchObject({ fate: 'local', answer: expect.stringContaining('this host itself') })
  expect(await asked('8.8.8.8')).toMatchObject({
    fate: 'dropped',
    answer: expect.stringContaining('no route to 8.8.8.8'),
  })
  expect(await asked('10.0.2.254')).toMatchObject({ fate: 'not overlay' })
  const [bridge] = await ubuntu.json('ip -j link show br0')
  expect(await asked(bridge.address)).toMatchObject({ fate: 'local' })

  const lost = await asked('02:00:00:00:00:09')
  expect(lost).toMatchObject({ fate: 'dropped', packets: [{ remote: '192.0.2.9' }] })
  expect(lost.agesOutIn).toBeUndefined()

  const text = (await agent.vxagent('explain', '02:00:00:00:00:77')).stdout
  expect(text.trimEnd().split('\n').at(-1)).toContain('is flooded through vxlan0 (VNI 42) as 3 copies to the VTEPs')
  for (const [args, says] of [
    [['explain'], 'one MAC or IP address'],
    [['explain', 'nonsense'], 'must be a MAC address'],
    [['explain', '239.1.1.1'], 'multicast'],
    [['explain', '10.0.1.1', '10.0.1.2'], 'one MAC or IP address'],
  ] as const) {
    const { code, stderr } = await agent.vxagent(...args)
    expect(code).toBe(64)
    expect(stderr).toContain(says)
  }
  const { code, stderr } = await agent.vxagent('explain', '02:00:00:00:00:77', '--dev', 'nowhere')
  expect([code, stderr]).toEqual([1, expect.stringContaining('there is no link nowhere')])
})

test('the entry of one VNI of many is found by that VNI', async () => {
  const host = await namespace(onTestFinished)
  await host.ip('link add vxlan0 type vxlan external dstport 4789')
  await host.bridge('fdb add 02:00:00:00:00:77 dev vxlan0 dst 192.0.2.9 src_vni 77')
  await host.bridge('fdb add 02:00:00:00:00:77 dev vxlan0 dst 192.0.2.8 src_vni 78')
  const client = inNetns(host.name, () => new RtnetlinkClient())
  onTestFinished(() => client.close())
  const { index } = await client.getLink({ name: 'vxlan0' })
  const query = { index, lladdr: '02:00:00:00:00:77', flags: constants.NTF_SELF }
  expect((await client.getFdbEntry({ ...query, srcVni: 77 })).attributes.dst).toBe('192.0.2.9')
  expect((await client.getFdbEntry({ ...query, srcVni: 78 })).attributes.dst).toBe('192.0.2.8')
  await expect(client.getFdbEntry({ ...query, srcVni: 79 })).rejects.toMatchObject({ code: 'ENOENT' })
})

/** A host with a bridge of its own, and a machine, 10.0.1.50, behind a port of it. */
async function withGuest(vxlan: object, bridge: object) {
  const vxlan0 = { id: 42, remotes: ['10.0.2.254', '10.0.2.253'], dev: 'eth1', dstport: 8472, ...vxlan }
  const hosts = await threeHosts(onTestFinished, { vxlans: { vxlan0 }, bridges: { br0: { ...bridge } } })
  const { ubuntu } = hosts
  const guest = await namespace(onTestFinished)
  await ubuntu.ip(`link add port0 type veth peer name eth0 netns ${guest.name}`)
  await ubuntu.ip('link set port0 master br0 up')
  await guest.run('sysctl', ['-qw', 'net.ipv6.conf.all.disable_ipv6=1'])
  await guest.ipBatch('address add 10.0.1.50/24 dev eth0\nlink set eth0 up')
  return { ...hosts, guest, packets: await capture(ubuntu) }
}

const quiet = { sysctl: { ipv6: { disable_ipv6: 1 } } }
const known = { ip: '10.0.1.254', mac: macs.vyos01 }
const broadcast = 'ff:ff:ff:ff:ff:ff'

test('a question that the bridge answers does not leave, and explain says so; without its forwarding entry it leaves', async () => {
  const { ubuntu, guest, packets, ask } = await withGuest(
    { ...quiet, learning: false },
    { ...quiet, neighbours: [known], ports: { vxlan0: { neigh_suppress: true, learning: false } } },
  )
  expect(await ask('explain', known.ip, '--dev', 'port0')).toMatchObject({ fate: 'flood' })
  await guest.canPing(known.ip)
  await eventually(() => expect(destinations(packets, broadcast, 'ARP')).not.toEqual([]))

  await ubuntu.bridge(`fdb add ${known.mac} dev vxlan0 master static`)
  await guest.ip('neigh flush dev eth0')
  const before = destinations(packets, broadcast, 'ARP').length
  expect(await ask('explain', known.ip, '--dev', 'port0')).toMatchObject({
    fate: 'local',
    answer: expect.stringMatching(/^No question leaves: br0 answers for 10.0.1.254 itself/),
  })
  await guest.canPing(known.ip)
  expect(await guest.json('ip -j neigh show to 10.0.1.254')).toMatchObject([{ lladdr: known.mac }])
  expect(destinations(packets, broadcast, 'ARP')).toHaveLength(before)
})

test('an address of machines behind bridge ports: the segment is asked for, then found by what is known of the address', async () => {
  const { ubuntu, guest, ask, agent } = await withGuest(quiet, { ...quiet, ports: { vxlan0: {} } })
  const text = (await agent.vxagent('explain', '10.0.1.77')).stdout
  expect(text).toMatch(/from this host itself.*--dev.*br0/s)
  // The kernel of this host agrees that it has none.
  expect((await ubuntu.finish('ip', ['route', 'get', '10.0.1.77'])).code).not.toBe(0)
  expect(await ask('explain', '10.0.1.77', '--dev', 'br0')).toMatchObject({ fate: 'flood' })
  await guest.canPing(known.ip)
  await ubuntu.ip(`neigh replace ${known.ip} lladdr ${macs.vyos01} dev br0`)
  expect(await ask('explain', known.ip)).toMatchObject({ dev: 'br0', mac: macs.vyos01, fate: 'unicast' })
})

test('with proxy no question leaves, known or not, and explain tells which is answered', async () => {
  const { guest, packets, ask } = await withGuest(
    { ...quiet, proxy: true, neighbours: [known] },
    { ...quiet, ports: { vxlan0: {} } },
  )
  expect(await ask('explain', known.ip, '--dev', 'port0')).toMatchObject({ fate: 'local' })
  expect(await ask('explain', '10.0.1.253', '--dev', 'port0')).toMatchObject({ fate: 'dropped' })
  await guest.canPing(known.ip)
  expect(await guest.canPing('10.0.1.253')).toBe(false)
  expect(await guest.json('ip -j neigh show to 10.0.1.254')).toMatchObject([{ lladdr: known.mac }])
  expect(destinations(packets, broadcast, 'ARP')).toEqual([])
})

test('an entry for the broadcast address sends it there alone, and explain counts no other copy', async () => {
  const { guest, packets, ask } = await withGuest(
    { ...quiet, fdb: [{ mac: broadcast, dst: '10.0.2.253' }] },
    { ...quiet, ports: { vxlan0: {} } },
  )
  const told = (await ask('explain', '10.0.1.253', '--dev', 'port0')) as Explanation
  expect(told.packets.map(({ remote }) => remote)).toEqual(['10.0.2.253'])
  expect(await guest.canPing('10.0.1.253')).toBe(true)
  await eventually(() => expect(new Set(destinations(packets, broadcast, 'ARP'))).toEqual(new Set(['10.0.2.253'])))
})
