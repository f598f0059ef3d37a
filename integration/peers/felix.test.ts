/** What Felix, the node agent of Calico, asserts of its VXLAN device and the peers on it. The list is in docs/maintainers/acceptance.md. */
import { expect, onTestFinished, test } from 'vitest'
import type { AgentStatus } from '../../src/agent/answers/status.ts'
import { askJson } from '../support/ask.ts'
import { finish } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { underlay } from '../support/underlay.ts'
import { type Installation, installVxagent } from '../support/vxagent.ts'

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
type Shown = any

const macs = ['02:02:03:04:05:06', '02:02:03:04:05:07', '02:02:03:04:05:08'] as const

/** Two VTEPs, each with its tunnel address: an ARP and a forwarding entry for each. */
const vxlan0 = {
  ...{ id: 4096, dev: 'eth1', dstport: 4789, learning: false, addresses: ['10.0.9.1/16'] },
  neighbours: [
    { ip: '10.0.0.1', mac: macs[0] },
    { ip: '10.0.1.1', mac: macs[1] },
  ],
  fdb: [
    { mac: macs[0], dst: '192.168.0.1' },
    { mac: macs[1], dst: '192.168.1.1' },
  ],
}
const arpOfBoth = [`10.0.0.1 ${macs[0]}`, `10.0.1.1 ${macs[1]}`]
const fdbOfBoth = [`${macs[0]} 192.168.0.1`, `${macs[1]} 192.168.1.1`]

async function permanentNeighbours(host: Namespace): Promise<string[]> {
  const neighbours: Shown[] = await host.json('ip -j neighbour show dev vxlan0 nud permanent')
  return neighbours.map(({ dst, lladdr }) => `${dst} ${lladdr}`).toSorted()
}

async function permanentEntries(host: Namespace): Promise<string[]> {
  const entries: Shown[] = await host.json('bridge -d -j fdb show dev vxlan0')
  return entries
    .filter(({ dst, state }) => dst !== undefined && state === 'permanent')
    .map(({ mac, dst }) => `${mac} ${dst}`)
    .toSorted()
}

function expectBoth(host: Namespace): Promise<void> {
  return eventually(async () => {
    expect(await permanentNeighbours(host)).toEqual(arpOfBoth)
    expect(await permanentEntries(host)).toEqual(fdbOfBoth)
  })
}

const statusOf = ({ socket }: Installation): Promise<AgentStatus> => askJson<AgentStatus>(socket, '/v1/status')

test('FX-1: a device that comes late is waited for without work, and has both ARP and both forwarding entries then', async () => {
  const host = await namespace(onTestFinished)
  const installation = installVxagent(host, { 'overlay.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  await installation.startAndWait('env', 'VXAGENT_RESYNC_INTERVAL=3600')
  const waiting = await statusOf(installation)
  expect(waiting.objects).toMatchObject([{ state: 'waiting', reason: expect.stringContaining('eth1 does not exist') }])

  await host.addVeth('foo')
  const { events, reconciles, requests } = waiting.counters
  await eventually(async () => expect((await statusOf(installation)).counters.events).toBeGreaterThan(events))
  expect(await statusOf(installation)).toMatchObject({
    counters: { reconciles, requests },
    objects: [{ state: 'waiting' }],
  })

  await host.addVeth('eth1', '192.168.9.1/24')
  await expectBoth(host)
  await host.ip('link set vxlan0 down')
  await eventually(async () => expect((await host.json('ip -j link show dev vxlan0'))[0].flags).toContain('UP'))
  await expectBoth(host)
})

test('FX-2, FX-3: entries that are there at the start are kept, corrected, added and removed, and those of others left', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '192.168.9.1/24')
  await host.ipBatch(`
    link add vxlan0 type vxlan id 4096 dev eth1 dstport 4789 nolearning
    address add 10.0.9.1/16 dev vxlan0
    link set vxlan0 up`)
  const surplus = { ip: '10.0.2.1', mac: macs[2], dst: '192.168.2.1' }
  const installation = installVxagent(host, {}, onTestFinished)
  const before = {
    neighbours: [vxlan0.neighbours[0], { ip: '10.0.1.1', mac: macs[2] }, { ip: surplus.ip, mac: surplus.mac }],
    fdb: [vxlan0.fdb[0], { mac: macs[1], dst: '192.168.2.1' }, { mac: surplus.mac, dst: surplus.dst }],
  }
  installation.write('overlay.yaml', { vxlans: { vxlan0: { ...vxlan0, adopt: true, ...before } } })
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
  expect(await permanentEntries(host)).toHaveLength(3)
  await host.ipBatch(`
    neighbour add 10.0.7.1 lladdr 02:00:00:00:00:07 nud stale dev vxlan0
    neighbour add 10.0.8.1 nud incomplete dev vxlan0`)

  installation.write('overlay.yaml', { vxlans: { vxlan0: { ...vxlan0, adopt: true } } })
  const { stdout } = await installation.vxagent('diff')
  expect(stdout).not.toContain(vxlan0.fdb[0]?.dst)
  expect(stdout).not.toContain(`${vxlan0.neighbours[0]?.ip} `)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
  await expectBoth(host)
  const neighbours: Shown[] = await host.json('ip -j neighbour show dev vxlan0')
  expect(neighbours.map(({ dst }) => dst)).toEqual(expect.arrayContaining(['10.0.7.1', '10.0.8.1']))
})

test('FX-4: what the kernel refuses for a moment is there as soon as it no longer does', async (context) => {
  if ((await finish('strace', ['-o', '/dev/null', 'true'])).code !== 0) {
    context.skip('strace is not installed, or may not trace here')
  }
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '192.168.9.1/24')
  const installation = installVxagent(host, { 'overlay.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  // Of each thread the second and third datagram to the kernel, whatever they ask for.
  const inject = 'inject=sendto:error=ENOMEM:when=2..3'
  const strace = ['strace', '-f', '--seccomp-bpf', '-o', '/dev/null', '-e', 'trace=sendto', '-e', inject]
  const tracer = await installation.startAndWait(...strace)
  const { pid } = await statusOf(installation)
  onTestFinished(async () => {
    // The end of the tracer would not be that of the traced.
    process.kill(pid, 'SIGTERM')
    await tracer.finished
  })
  await expectBoth(host)
  await installation.converged()
  expect(installation.logs()).toContain('ENOMEM')
})

test('FX-5, FX-6: the MTU follows the device, stated values win, and a link goes with its declaration, not the other', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '192.168.9.1/24')
  const ipv4 = { vxlans: { ipv4: { id: 4096, dev: 'eth1', dstport: 4789, local: '192.168.9.1' } } }
  const ipv6 = { vxlans: { ipv6: { id: 4096, dev: 'eth1', dstport: 4789, local: '2001:db8::1' } } }
  const installation = installVxagent(host, { 'ipv4.yaml': ipv4, 'ipv6.yaml': ipv6 }, onTestFinished)
  await installation.startAndWait()
  const mtus = async (): Promise<Record<string, number>> => {
    const links: Shown[] = await host.json('ip -j link show type vxlan')
    return Object.fromEntries(links.map(({ ifname, mtu }) => [ifname, mtu]))
  }
  await eventually(async () => expect(await mtus()).toEqual({ ipv4: 1450, ipv6: 1430 }))
  await host.ip('link set eth1 mtu 1400')
  await eventually(async () => expect(await mtus()).toEqual({ ipv4: 1350, ipv6: 1330 }))

  const { local } = ipv4.vxlans.ipv4
  installation.write('ipv4.yaml', { vxlans: { ipv4: { id: 4097, dev: 'eth1', dstport: 4790, local, mtu: 1300 } } })
  await eventually(async () => {
    expect(await mtus()).toEqual({ ipv4: 1300, ipv6: 1330 })
    const [link] = await host.json('ip -d -j link show dev ipv4')
    expect(link.linkinfo.info_data).toMatchObject({ id: 4097, port: 4790 })
  })
  installation.remove('ipv4.yaml')
  await eventually(async () => expect(await mtus()).toEqual({ ipv6: 1330 }))
  installation.remove('ipv6.yaml')
  // Not the last of the links without somebody's word.
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  expect(await mtus()).toEqual({})
})

test('FX-7: a node that leaves the list of VTEPs loses access, and the one that stays has it', async () => {
  const hosts = await underlay(
    { hub: '192.168.9.1/24', stays: '192.168.9.2/24', leaves: '192.168.9.3/24' },
    onTestFinished,
  )
  for (const [name, last] of [
    ['stays', 2],
    ['leaves', 3],
  ] as const) {
    await hosts[name].ipBatch(`
      link add overlay address 02:00:00:00:00:0${last} type vxlan id 4096 remote 192.168.9.1 dstport 4789
      address add 10.0.9.${last}/24 dev overlay
      link set overlay up`)
  }
  const node = (last: number) => ({
    neighbour: { ip: `10.0.9.${last}`, mac: `02:00:00:00:00:0${last}` },
    entry: { mac: `02:00:00:00:00:0${last}`, dst: `192.168.9.${last}` },
  })
  const state = (...nodes: { neighbour: object; entry: object }[]) => ({
    vxlans: {
      vxlan0: {
        ...{ id: 4096, local: '192.168.9.1', dstport: 4789, learning: false, addresses: ['10.0.9.1/24'] },
        remotes: ['192.168.9.2'],
        neighbours: nodes.map(({ neighbour }) => neighbour),
        fdb: nodes.map(({ entry }) => entry),
      },
    },
  })
  const installation = installVxagent(hosts.hub, { 'overlay.yaml': state(node(2), node(3)) }, onTestFinished)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
  expect([await hosts.stays.canPing('10.0.9.1'), await hosts.leaves.canPing('10.0.9.1')]).toEqual([true, true])

  installation.write('overlay.yaml', state(node(2)))
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
  expect(await hosts.stays.canPing('10.0.9.1')).toBe(true)
  expect(await hosts.leaves.finish('ping', ['-c', '1', '-W', '0.3', '10.0.9.1'])).toMatchObject({ code: 1 })
})
