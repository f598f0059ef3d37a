/** What the kernel reports of forwarding entries, which differs between releases: before Linux 6.13 it reports each one twice. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { applied, apply, floods, type Shown } from './support/applied.ts'
import { askJson } from './support/ask.ts'
import { eventually } from './support/eventually.ts'
import type { Namespace } from './support/namespace.ts'
import { needsBridgeVlans } from './support/needs-linux.ts'
import type { Installation } from './support/vxagent.ts'

const mac = '02:00:00:00:00:01'
const zeroMac = '00:00:00:00:00:00'
const vtep = (host: number): string => `192.0.2.${host}`
const link = { id: 10, dstport: 4789 }
const state = (parts: object): object => ({ vxlans: { va: { ...link, ...parts } } })

/** Entries for the MAC addresses of these tests, as the daemon knows them by events and as iproute2 reads them, in one order. */
async function bothTables(host: Namespace, installation: Installation): Promise<{ ours: Shown[]; theirs: Shown[] }> {
  const ours: Shown[] = await askJson(installation.socket, '/v1/fdb')
  return { ours: ofTheseTests(ours), theirs: ofTheseTests(await host.json('bridge -d -j fdb show')) }
}

/** Of a device's own multicast filter the kernel reports nothing, so other addresses are left out. */
function ofTheseTests(entries: readonly Shown[]): Shown[] {
  const isOfThese = ({ mac }: Shown): boolean => mac === zeroMac || mac.startsWith('02:00:00:00:00:0')
  const texts = entries.filter(isOfThese).map((entry) => JSON.stringify({ ...entry, updated: 0, used: 0 }))
  return texts.toSorted().map((text) => JSON.parse(text))
}

/** An entry of each kind that a file can state. */
const kinds = [
  { mac: '02:00:00:00:00:01', dst: vtep(3) },
  { mac: '02:00:00:00:00:02', dst: vtep(3), state: 'static' },
  { mac: '02:00:00:00:00:03', dst: vtep(3), state: 'dynamic' },
  { mac: '02:00:00:00:00:04', dst: vtep(3), port: 4790, vni: 11, via: 'eth1' },
  { mac: '02:00:00:00:00:05', dst: vtep(3), extern_learn: true },
  { mac: '02:00:00:00:00:06', dst: vtep(3), router: true },
  { mac: '02:00:00:00:00:07', nhid: 10 },
  { mac: '01:00:5e:00:00:05', dst: vtep(3) },
  { mac: '33:33:00:00:00:05', dst: vtep(3) },
  { mac: zeroMac, dst: vtep(5) },
  { mac: zeroMac, dst: vtep(6) },
]

test('entries of each kind are added once, not added again, changed, and removed', async () => {
  const { host, installation } = await applied(state({}), { eth1: '192.0.2.1/24' })
  await host.ipBatch(`nexthop add id 1 via ${vtep(2)} fdb\nnexthop add id 10 group 1 fdb`)
  const ways = async (): Promise<string[]> => {
    const entries: Shown[] = await host.json('bridge -d -j fdb show dev va')
    return entries.map((entry) => `${entry.mac} ${entry.dst ?? entry.nhid}`).toSorted()
  }
  const stated = (entries: readonly { mac: string; dst?: string; nhid?: number }[]): string[] =>
    entries.map((entry) => `${entry.mac} ${entry.dst ?? entry.nhid}`).toSorted()
  await apply(installation, state({ fdb: kinds }))
  expect(await ways()).toEqual(stated(kinds))
  await installation.startAndWait()
  await installation.converged()
  expect(installation.logged(/^(repaired|done)/)).toEqual([])

  const elsewhere = [...new Set(kinds.map((entry) => entry.mac))].map((each) => ({ mac: each, dst: vtep(4) }))
  installation.write('overlay.yaml', state({ fdb: elsewhere }))
  await eventually(async () => expect(await ways()).toEqual(stated(elsewhere)))
  await installation.converged()
  // All of them at once: a person says that it is meant.
  await apply(installation, state({ fdb: [] }))
  await eventually(async () => expect(await ways()).toEqual([]))
  await installation.converged()
  expect(installation.logged('did not take')).toEqual([])
  expect(installation.logged(/^repaired/)).toEqual([])
})

test('an exclusive flood list stays whole, whatever another program adds', async () => {
  const { host, installation } = await applied(state({ remotes: [vtep(2), vtep(3)], fdb_exclusive: true }))
  await installation.startAndWait()
  const monitor = host.hold('bridge', ['monitor', 'fdb'])
  await delay(300)
  await host.bridge(`fdb append ${zeroMac} dev va dst ${vtep(9)}`)
  await host.bridge(`fdb add ${mac} dev va dst ${vtep(9)}`)
  await eventually(async () => {
    expect((await floods(host, 'va')).toSorted()).toEqual([vtep(2), vtep(3)])
    expect(await host.json('bridge -d -j fdb show dev va')).toHaveLength(2)
  })
  await installation.converged()
  monitor.process.kill('SIGTERM')
  await monitor.finished
  expect(monitor.output()).toContain(`dst ${vtep(9)}`)
  expect(monitor.output()).not.toMatch(new RegExp(`^Deleted ${zeroMac} .*dst ${vtep(2)}`, 'm'))
  expect(monitor.output()).not.toMatch(new RegExp(`^Deleted ${zeroMac} .*dst ${vtep(3)}`, 'm'))
})

test("another program's entries are known with all that the kernel has of them, and no event tells of a move", async () => {
  const { host, installation } = await applied(state({}), { eth1: '192.0.2.1/24' })
  await host.ipBatch('link add br0 type bridge\nlink set br0 up\nlink set va master br0')
  await installation.startAndWait()
  await host.bridge(`fdb add ${mac} dev va dst ${vtep(3)} extern_learn`)
  await host.bridge(`fdb append ${zeroMac} dev va dst ${vtep(3)}`)
  await host.bridge('fdb add 02:00:00:00:00:02 dev br0 self local')
  await host.bridge('fdb add 02:00:00:00:00:03 dev va master static')
  await host.bridge('fdb add 02:00:00:00:00:04 dev eth1 self')
  await host.bridge(`fdb add 02:00:00:00:00:05 dev va dst ${vtep(4)} static`)
  await host.bridge('fdb del 02:00:00:00:00:05 dev va')
  await eventually(async () => {
    const { ours, theirs } = await bothTables(host, installation)
    expect(ours).toEqual(theirs)
  })
  const { stdout } = await installation.vxagent('events', '--once', '--json')
  const events: Shown[] = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const ofEntries = events
    .filter((event) => String(event.mac).startsWith('02:00:00:00:00:0'))
    .map((event) => `${event.kind} ${event.mac.slice(-2)}`)
  expect(ofEntries.filter((text) => text.startsWith('moved'))).toEqual([])
  expect(ofEntries).toEqual(expect.arrayContaining(['added 01', 'added 05']))
  expect(ofEntries.filter((text) => text.endsWith(' 05'))).toHaveLength(2)
})

test('entries of a bridge that filters VLANs are known as the kernel has them', async (context) => {
  await needsBridgeVlans(context)
  const { host, installation } = await applied(state({}))
  await host.ipBatch('link add br0 type bridge vlan_filtering 1\nlink set br0 up\nlink set va master br0')
  await installation.startAndWait()
  await host.bridge('vlan add vid 10 dev va')
  await host.bridge('fdb add 02:00:00:00:00:03 dev va master static vlan 10')
  await host.bridge('fdb add 02:00:00:00:00:02 dev br0 self local')
  await host.bridge(`fdb add ${mac} dev va dst ${vtep(3)}`)
  await host.bridge('fdb del 02:00:00:00:00:02 dev br0 self')
  await eventually(async () => {
    const { ours, theirs } = await bothTables(host, installation)
    expect(ours).toEqual(theirs)
  })
})
