import { pino } from 'pino'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod'
import type { FleetHandover, FleetLink, FleetPicture, FleetReceipt } from '../../../src/agent/answers/fleet.ts'
import { keysOf } from '../../../src/fleet/records/keys.ts'
import { writeRosterEntry } from '../../../src/fleet/records/roster.ts'
import { answering } from '../../../src/fleet/run/answerer.ts'
import { makeReport } from '../../../src/fleet/run/make-report.ts'
import { Session, type SessionParts } from '../../../src/fleet/run/session.ts'
import { MemoryCluster, type MemoryStore } from '../../support/memory-store.ts'

const keys = keysOf('lab')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A host: its session, what its agent was given last, and the store as it sees it. */
interface Host {
  readonly session: Session
  readonly store: MemoryStore
  readonly taken: FleetHandover[]
  /** Members whose VTEPs its agent was given last. */
  readonly members: () => string[]
  readonly last: () => FleetHandover
}

function macOf(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))
  return `02:00:${bytes.join(':')}`
}

function linkOf(address: string): FleetLink {
  return {
    name: 'vxlan0',
    vni: 42,
    asksForRemotes: true,
    asksForMacs: false,
    state: 'converged',
    vtep: {
      ...{ address, dstport: 4789, mtu: 1450, underlayMtu: 1500, mac: macOf(address) },
      ...{ learning: true, gbp: false, gpe: false, addresses: [] },
    },
    missing: [],
    missingCount: 0,
    unexplained: [],
  }
}

interface HostOptions {
  readonly id: string
  readonly address: string
  readonly instance?: string
  readonly boot?: string
  readonly picture?: Partial<FleetPicture>
  readonly settings?: Partial<SessionParts['settings']>
  /** What the agent says to each handover. */
  readonly receipt?: Partial<FleetReceipt>
  readonly answerings?: SessionParts['answerings']
}

function hostIn(
  cluster: MemoryCluster,
  { id, address, instance = id, boot = id, picture, settings, receipt, answerings = [] }: HostOptions,
): Host {
  const taken: FleetHandover[] = []
  const store = cluster.client()
  const session = new Session({
    settings: { name: 'lab', lease: 60, grace: 300, ...settings },
    identity: { id, instance, boot, agent: '0.1.0' },
    ...{ store, answerings },
    agent: {
      keptChunks: async () => ({}),
      async handOver(handover) {
        taken.push(handover)
        return { revision: handover.revision, missing: {}, failures: {}, ...receipt }
      },
      // Nobody pushes files here.
      offerFile: () => Promise.reject(new Error('no file was pushed')),
      confirmFile: () => Promise.reject(new Error('no file was pushed')),
      planFile: () => Promise.reject(new Error('no file was pushed')),
    },
    log: pino({ level: 'silent' }),
  })
  session.start({ links: [linkOf(address)], ...picture })
  onTestFinished(async () => {
    store.answerAgain()
    await session.close()
  })
  const last = (): FleetHandover => {
    const handover = taken.at(-1)
    if (handover === undefined) {
      throw new Error('nothing was handed over')
    }
    return handover
  }
  return {
    session,
    store,
    taken,
    last,
    members: () =>
      last()
        .links['vxlan0']?.remotes.map(({ node }) => node)
        .sort() ?? [],
  }
}

function after(ms: number): Promise<unknown> {
  return vi.advanceTimersByTimeAsync(ms)
}

test('hosts of one fleet find each other within a second', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  const vyos02 = hostIn(cluster, { id: 'vyos02', address: '10.0.2.253' })
  await after(1000)
  expect(vyos01.members()).toEqual(['vyos02'])
  expect(vyos02.members()).toEqual(['vyos01'])
  hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(1000)
  expect(vyos01.members()).toEqual(['ubuntu', 'vyos02'])
  expect(vyos01.last()).toMatchObject({ mode: 'live', members: 3, gone: 0, problems: [] })
})

test('a host says in its record which questions it answers, and is asked by the others', async () => {
  const cluster = new MemoryCluster()
  const kind = { name: 'echo', ask: z.string(), answer: z.string() }
  const answerings = [answering(kind, async (text, { asker }) => `${asker} says ${text}`)]
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1', answerings })
  await after(1000)
  expect(cluster.entries.get(keys.record('ubuntu'))?.value.toString()).toContain('"answers":["echo"]')
  const asked = vyos01.session.questions.ask('ubuntu', kind, 'hello')
  await after(1000)
  expect(await asked).toEqual({ answer: 'vyos01 says hello' })
  expect(await vyos01.session.questions.ask('vyos02', kind, 'hello')).toMatchObject({
    noAnswer: { code: 'unknown-member' },
  })
})

test('a host that dies is kept for the grace, with the time of its removal, and goes', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  const ubuntu = hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  hostIn(cluster, { id: 'vyos02', address: '10.0.2.253' })
  await after(1000)
  ubuntu.store.fallSilent()
  cluster.endLease(ubuntu.session.keeper.state.lease?.id ?? '')
  await after(1000)
  expect(vyos01.members()).toEqual(['ubuntu', 'vyos02'])
  expect(vyos01.last().links['vxlan0']?.remotes[0]).toMatchObject({ state: 'gone', removedAt: expect.any(String) })
  await after(298_000)
  expect(vyos01.members()).toEqual(['ubuntu', 'vyos02'])
  await after(3_000)
  expect(vyos01.members()).toEqual(['vyos02'])
})

test('nothing changes while the store is silent, however long, and the reason is handed over', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(1000)
  vyos01.store.fallSilent()
  await after(3_600_000 * 5)
  expect(vyos01.members()).toEqual(['ubuntu'])
  expect(vyos01.last()).toMatchObject({ mode: 'stale', reason: expect.stringContaining('memory:0') })
  vyos01.store.answerAgain()
  await after(60_000)
  expect(vyos01.last()).toMatchObject({ mode: 'live' })
})

test('after a start without the store the last known stays, and nobody is removed by the first list alone', async () => {
  const cluster = new MemoryCluster()
  const remotes = [{ dst: '10.0.2.1', node: 'ubuntu', state: 'present' as const }]
  const handover: FleetHandover = {
    ...{ v: 1, fleet: 'lab', node: 'vyos01', revision: 99, mode: 'live', since: '2026-12-01T00:00:00.000Z' },
    ...{ members: 2, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
    links: { vxlan0: { vni: 42, remotes } },
  }
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254', picture: { handover } })
  vyos01.store.fallSilent()
  await after(10_000)
  expect(vyos01.members()).toEqual(['ubuntu'])
  expect(vyos01.last()).toMatchObject({ mode: 'stale', revision: 0 })
  vyos01.store.answerAgain()
  await after(60_000)
  expect(vyos01.members()).toEqual(['ubuntu'])
  expect(vyos01.last().links['vxlan0']?.remotes[0]?.state).toBe('gone')
})

test('a wiped store freezes removals until the hosts have written themselves again', async () => {
  const cluster = new MemoryCluster()
  const hosts = ['vyos01', 'vyos02', 'ubuntu'].map((id, at) => hostIn(cluster, { id, address: `10.0.2.${at + 1}` }))
  await after(1000)
  for (const { store } of hosts) {
    store.fallSilent()
  }
  cluster.wipe()
  const [first, ...others] = hosts as [Host, ...Host[]]
  first.store.answerAgain()
  await after(3_000_000)
  expect(first.members()).toEqual(['ubuntu', 'vyos02'])
  expect(first.last()).toMatchObject({ mode: 'frozen', reason: expect.stringContaining('earlier revision') })
  for (const { store } of others) {
    store.answerAgain()
  }
  await after(60_000)
  expect(first.last()).toMatchObject({ mode: 'live', gone: 0 })
  expect(first.members()).toEqual(['ubuntu', 'vyos02'])
})

test('a lost lease is granted again, and the record with it', async () => {
  const cluster = new MemoryCluster()
  const { session } = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  await after(1000)
  cluster.endLease(session.keeper.state.lease?.id ?? '')
  await after(30_000)
  expect(cluster.entries.has(keys.record('vyos01'))).toBe(true)
  expect(session.publisher.publishing).toBe('yes')
})

test('a second host with the id of a first publishes nothing and says so, and joins when the first is gone', async () => {
  const cluster = new MemoryCluster()
  const first = hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(1000)
  const second = hostIn(cluster, { id: 'ubuntu', instance: 'other', boot: 'other', address: '10.0.2.2' })
  await after(120_000)
  expect(second.session.publisher.publishing).toBe('taken')
  expect(second.last().problems).toMatchObject([{ code: 'duplicate-node' }])
  expect(first.last().problems).toEqual([])
  expect(cluster.entries.get(keys.record('ubuntu'))?.value.toString()).toContain('10.0.2.1')
  first.store.fallSilent()
  cluster.endLease(first.session.keeper.state.lease?.id ?? '')
  await after(60_000)
  expect(second.session.publisher.publishing).toBe('yes')
  expect(cluster.entries.get(keys.record('ubuntu'))?.value.toString()).toContain('10.0.2.2')
})

test('of two clones with one instance the one that is there stays, and the other says so after a while', async () => {
  const cluster = new MemoryCluster()
  const first = hostIn(cluster, { id: 'ubuntu', instance: 'same', boot: 'one', address: '10.0.2.1' })
  await after(1000)
  const second = hostIn(cluster, { id: 'ubuntu', instance: 'same', boot: 'two', address: '10.0.2.2' })
  await after(60_000)
  expect(second.last().problems).toEqual([])
  await after(60_000)
  expect([first, second].map(({ session }) => session.publisher.publishing)).toEqual(['yes', 'taken'])
  expect(second.last().problems).toMatchObject([{ code: 'duplicate-node' }])
})

test('a rebooted host waits for the record of before to go with its lease, and is missed by nobody', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  const before = hostIn(cluster, { id: 'ubuntu', instance: 'same', boot: 'one', address: '10.0.2.1' })
  await after(1000)
  const lease = before.session.keeper.state.lease?.id ?? ''
  before.store.fallSilent()
  await before.session.close()
  const rebooted = hostIn(cluster, { id: 'ubuntu', instance: 'same', boot: 'two', address: '10.0.2.1' })
  await after(30_000)
  expect(rebooted.session.publisher.publishing).toBe('not yet')
  expect(rebooted.last().problems).toEqual([])
  cluster.endLease(lease)
  await after(1000)
  expect(rebooted.session.publisher.publishing).toBe('yes')
  expect(vyos01.taken.every(({ links }) => (links['vxlan0']?.remotes ?? []).length <= 1)).toBe(true)
  expect(vyos01.members()).toEqual(['ubuntu'])
})

test('what the agent has not done counts as not applied, and is told', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254', receipt: { missing: { vxlan0: 1 } } })
  hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(5000)
  const { nodes } = await makeReport(vyos01.session)
  expect(nodes.find(({ isSelf }) => isSelf)?.says?.applied).toBe(0)
  await after(20_000)
  expect(vyos01.last().problems).toMatchObject([
    { code: 'missing-entry', message: expect.stringContaining('vxlan0 lacks 1 entry') },
  ])
})

test('a store that is older than what was handed over last freezes removals, and so does a restart while frozen', async () => {
  for (const [revision, mode] of [
    [1_000_000, 'live'],
    [1, 'frozen'],
  ] as const) {
    const cluster = new MemoryCluster()
    const remotes = [{ dst: '10.0.2.1', node: 'ubuntu', state: 'present' as const }]
    const handover: FleetHandover = {
      ...{ v: 1, fleet: 'lab', node: 'vyos01', revision, mode, since: '2026-12-01T00:00:00.000Z' },
      ...{ members: 2, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
      links: { vxlan0: { vni: 42, remotes } },
    }
    const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254', picture: { handover } })
    await after(400_000)
    expect(vyos01.members()).toEqual(['ubuntu'])
    expect(vyos01.last()).toMatchObject({ mode: 'frozen' })
  }
})

test('is not live before the watches are open', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  vyos01.store.refusesWatches = true
  await after(60_000)
  expect(vyos01.session.follower.hasListed).toBe(true)
  expect(vyos01.last()).toMatchObject({ mode: 'stale' })
  vyos01.store.refusesWatches = false
  await after(60_000)
  expect(vyos01.last()).toMatchObject({ mode: 'live' })
})

test('ends, and closes its store, though the lease cannot be revoked', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  await after(1000)
  const close = vi.spyOn(vyos01.store, 'close')
  vyos01.store.fallSilent()
  await vyos01.session.close({ revokes: true })
  expect(close).toHaveBeenCalled()
})

test('a restart of the process is no news to the others', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  const before = hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(1000)
  const { createRevision } = cluster.entries.get(keys.record('ubuntu')) ?? {}
  await before.session.close()
  const { vtep: _, ...down } = linkOf('10.0.2.1')
  hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1', picture: { links: [{ ...down, state: 'waiting' }] } })
  await after(120_000)
  expect(vyos01.members()).toEqual(['ubuntu'])
  expect(vyos01.taken.some(({ gone }) => gone > 0)).toBe(false)
  expect(cluster.entries.get(keys.record('ubuntu'))?.createRevision).toBe(createRevision)
})

test('a host that leaves is removed at once', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  const ubuntu = hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(1000)
  ubuntu.session.leave()
  await after(1000)
  expect(vyos01.members()).toEqual([])
  await ubuntu.session.close({ revokes: true })
  await after(1000)
  expect(vyos01.last()).toMatchObject({ members: 1, gone: 0 })
})

test('an evicted host is removed at once, publishes nothing, and is taken in again by a grant', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  const ubuntu = hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(1000)
  cluster.apply([{ kind: 'put', key: keys.rosterEntry('ubuntu'), value: writeRosterEntry({ evicted: true }) }])
  await after(20_000)
  expect(vyos01.members()).toEqual([])
  expect(ubuntu.last().problems).toMatchObject([{ code: 'evicted' }])
  expect(cluster.entries.has(keys.record('ubuntu'))).toBe(false)
  expect(ubuntu.members()).toEqual(['vyos01'])
  cluster.apply([{ kind: 'put', key: keys.rosterEntry('ubuntu'), value: writeRosterEntry({}) }])
  await after(20_000)
  expect(vyos01.members()).toEqual(['ubuntu'])
})

test('a claim beyond the roster is ignored by the others, and told', async () => {
  const cluster = new MemoryCluster()
  const limits = writeRosterEntry({ vteps: ['10.9.0.0/16'] })
  cluster.apply([{ kind: 'put', key: keys.rosterEntry('ubuntu'), value: limits }])
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(1000)
  expect(vyos01.members()).toEqual([])
  expect(vyos01.last().problems).toMatchObject([{ code: 'not-on-roster', nodes: ['ubuntu'] }])
})

test('a hostile record costs nobody else anything, and keeps what was known of its host', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  hostIn(cluster, { id: 'vyos02', address: '10.0.2.253' })
  const ubuntu = hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(1000)
  ubuntu.store.fallSilent()
  cluster.apply([{ kind: 'put', key: keys.record('ubuntu'), value: Buffer.from('{"v":1,"vteps":"\u001b[2J"}') }])
  await after(1_000_000)
  expect(vyos01.members()).toEqual(['ubuntu', 'vyos02'])
  expect(vyos01.last().problems).toMatchObject([{ code: 'bad-record', nodes: ['ubuntu'] }])
})

test('says how far it is at most once a second, and when it is up to date', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  await after(1000)
  const written = () =>
    cluster.changes.filter((change) => change.kind === 'put' && change.entry.key === keys.state('vyos01'))
  for (let index = 1; index < 20; index += 1) {
    hostIn(cluster, { id: `n${index}`, address: `10.0.3.${index}` })
    await after(100)
  }
  await after(20_000)
  expect(written().length).toBeLessThan(6)
  const { nodes, findings } = await makeReport(vyos01.session)
  expect(findings).toEqual([])
  expect(nodes).toHaveLength(20)
})

test('a burst of joins becomes few handovers', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  await after(1000)
  const before = vyos01.taken.length
  for (let index = 0; index < 200; index += 1) {
    hostIn(cluster, { id: `n${index}`, address: `10.0.3.${index}` })
  }
  await after(1000)
  expect(vyos01.members()).toHaveLength(200)
  expect(vyos01.taken.length - before).toBeLessThanOrEqual(10)
})

test('an agent that lost what it was given is given it again', async () => {
  const cluster = new MemoryCluster()
  const vyos01 = hostIn(cluster, { id: 'vyos01', address: '10.0.2.254' })
  hostIn(cluster, { id: 'ubuntu', address: '10.0.2.1' })
  await after(1000)
  const before = vyos01.taken.length
  vyos01.session.take({ links: [linkOf('10.0.2.254')] })
  await after(200)
  expect(vyos01.taken.length).toBe(before + 1)
  expect(vyos01.members()).toEqual(['ubuntu'])
})
