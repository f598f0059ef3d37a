/**
 * 100,000 MAC addresses behind 100 simulated members, and three real hosts that take them: how long until all kernels have them, what it costs, and
 * how long until one that moves is followed. Prints the figures of bench/README.md.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { FleetPicture } from '../../src/agent/answers/fleet.ts'
import type { Operation } from '../../src/fleet/etcd/store.ts'
import { OwnChunks } from '../../src/fleet/members/own-chunks.ts'
import { keysOf } from '../../src/fleet/records/keys.ts'
import { writeMacs } from '../../src/fleet/records/mac-record.ts'
import { writeRecord } from '../../src/fleet/records/node-record.ts'
import { recordOf, vtepOf } from '../../test/support/fleet-members.ts'
import { askJson } from '../support/ask.ts'
import { amongEveryFault, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { type FleetHost, startHosts } from '../support/fleet-host.ts'
import { bridgesOf, fromFleet, guest } from '../support/guests.ts'
import { openStore } from '../support/mirror-on-etcd.ts'

const keys = keysOf('lab')
const members = 100
const macsOfMember = Number(process.env['VXA_TEST_MACS'] ?? 100_000) / members

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const nameOf = (member: number): string => `sim${member}`
const addressOf = (member: number): string => `10.99.0.${member + 1}`

function macOf(member: number, number: number): string {
  return `02:99:${[member, number >> 8, number & 255, 1].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`
}

/** Resident memory of a process, in MB. */
function memoryOf(pid: number | undefined): number {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kb) / 1024)
}

async function pidOf(host: FleetHost, what: string): Promise<number> {
  const pids = (await host.host.run('ip', ['netns', 'pids', host.host.name])).split('\n').filter(Boolean)
  const found = pids.find((pid) => {
    const path = `/proc/${pid}/cmdline`
    return existsSync(path) && readFileSync(path, 'utf8').split('\0').includes(what)
  })
  return Number(found)
}

async function destinationOf(host: FleetHost, mac: string): Promise<string | undefined> {
  const { stdout } = await host.host.finish('bridge', ['fdb', 'get', mac, 'dev', 'vxlan0', 'self'])
  return / dst (\S+)/.exec(stdout)?.[1]
}

describe.skipIf(!isEtcdInstalled)('a fleet with many MAC addresses', () => {
  test('has all of them in all kernels, and follows one that moves', { timeout: 600_000 }, async (context) => {
    amongEveryFault(context)
    const cluster = await startEtcd(onTestFinished, { members: 1 })
    const hosts = await startHosts(cluster, ['ha', 'hb', 'hc'], onTestFinished, { vxlan: fromFleet, bridgesOf })
    for (const host of hosts) {
      await host.live()
    }
    const processes = await Promise.all(
      hosts.map(async (host) => ({ agent: await pidOf(host, 'agent'), fleet: await pidOf(host, 'fleet-agent') })),
    )
    const memory = (which: 'agent' | 'fleet'): string => processes.map((each) => memoryOf(each[which])).join(', ')
    say(`before: agents ${memory('agent')} MB, fleet processes ${memory('fleet')} MB`)

    const store = openStore(onTestFinished, { endpoints: cluster.endpoints })
    const chunks = new Map<number, OwnChunks>()
    const operations: Operation[] = []
    for (let member = 0; member < members; member += 1) {
      const record = recordOf(nameOf(member), { vteps: [vtepOf({ local: addressOf(member), flags: [] })] })
      operations.push({ kind: 'put', key: keys.record(nameOf(member)), value: writeRecord(record) })
      const own = new OwnChunks()
      for (let number = 0; number < macsOfMember; number += 1) {
        own.put({ mac: macOf(member, number), sequence: 0, ips: [] })
      }
      chunks.set(member, own)
    }
    const put = (member: number): Operation[] =>
      Array.from(chunks.get(member)?.takeChanges() ?? [], ([chunk, lines]) => {
        const key = keys.macChunk(42, nameOf(member), chunk)
        return { kind: 'put', key, value: writeMacs(lines) } as const
      })
    for (let member = 0; member < members; member += 1) {
      operations.push(...put(member))
    }
    const began = performance.now()
    for (let start = 0; start < operations.length; start += 100) {
      await store.commit(operations.slice(start, start + 100))
    }
    say(`${operations.length} keys written in ${Math.round(performance.now() - began)} ms`)
    const wanted = members * macsOfMember
    for (const host of hosts) {
      await eventually(
        async () => {
          const { links } = await askJson<FleetPicture>(host.installation.socket, '/v1/fleet')
          expect(links[0]?.macs).toEqual({ wanted: expect.any(Number), missing: 0 })
          expect(links[0]?.macs?.wanted).toBeGreaterThanOrEqual(wanted)
        },
        { timeoutMs: 300_000, everyMs: 500 },
      )
      say(`${host.name}: all of them in the kernel after ${((performance.now() - began) / 1000).toFixed(1)} s`)
    }
    say(`with ${wanted}: agents ${memory('agent')} MB, fleet processes ${memory('fleet')} MB`)
    const status = await cluster.etcdctl(['endpoint', 'status', '-w', 'json'])
    say(`etcd: database ${Math.round(Number(/"dbSize":(\d+)/.exec(status)?.[1]) / 1e6)} MB`)

    for (let turn = 1; turn <= 3; turn += 1) {
      const mac = macOf(turn, 7)
      chunks.get(turn)?.delete(mac)
      chunks.get(turn + 50)?.put({ mac, sequence: turn, ips: [] })
      const moved = performance.now()
      await store.commit(put(turn + 50))
      await Promise.all(
        hosts.map((host) =>
          eventually(async () => expect(await destinationOf(host, mac)).toBe(addressOf(turn + 50)), {
            timeoutMs: 120_000,
            everyMs: 50,
          }),
        ),
      )
      say(`one that moves: followed by all three after ${Math.round(performance.now() - moved)} ms`)
      await store.commit(put(turn))
    }

    const machine = await guest(onTestFinished, 11)
    const [a] = hosts as [FleetHost]
    const plugged = performance.now()
    await machine.plugInto(a)
    for (const host of hosts.slice(1)) {
      await eventually(async () => expect(await destinationOf(host, machine.mac)).toBe(a.address), {
        timeoutMs: 60_000,
        everyMs: 20,
      })
    }
    say(`a machine that is plugged in: known to the others after ${Math.round(performance.now() - plugged)} ms`)
    say(`at the end: agents ${memory('agent')} MB, fleet processes ${memory('fleet')} MB`)
  })
})
