/** How often the kernel is asked for what an inspector tells. */
import { expect, test, vi } from 'vitest'
import { EventLog } from '../../src/agent/events/event-log.ts'
import { FirstSeen } from '../../src/agent/events/first-seen.ts'
import { Inspector } from '../../src/agent/inspector.ts'
import { emptyObserved } from '../../src/agent/model/observed.ts'
import { KernelError, type Neighbour, type RtnetlinkClient } from '../../src/rtnetlink/index.ts'
import { observed, vxlan } from '../support/builders.ts'
import { fdbEntry, tables } from './metrics/support.ts'

const vxlan0 = vxlan(5, 'vxlan0', { id: 42, port: 4789 })

/** A kernel that counts dumps of forwarding entries, each of which takes `dumpMs`. */
function inspected({ isWatching = true, dumpMs = 100 } = {}) {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout'], now: 1_000_000 })
  const kernel = { dumps: 0, entries: [] as Neighbour[], isBroken: false }
  const client = {
    async listFdb() {
      kernel.dumps += 1
      await new Promise((resolve) => {
        setTimeout(resolve, dumpMs)
      })
      if (kernel.isBroken) {
        throw new Error('no answer')
      }
      return kernel.entries
    },
    listNeighbours: async () => [],
    listLinks: async () => [],
    listRules: async () => [],
    getRoute: async () => {
      throw new KernelError({ operation: 'look up', code: 'ENETUNREACH' })
    },
  } as unknown as RtnetlinkClient
  const history = { log: new EventLog(), firstSeen: new FirstSeen() }
  const source = { observed: isWatching ? observed([vxlan0]) : emptyObserved() }
  const inspector = new Inspector({ client, tables: source, release: '6.18.0', ...(isWatching && { history }) })
  /** The remotes that the answer tells of, once the kernel has had its time. */
  const remotes = async (): Promise<string[]> => {
    const answer = inspector.tunnels()
    answer.catch(() => {})
    await vi.advanceTimersByTimeAsync(dumpMs)
    return (await answer).tunnels.map(({ remote }) => remote)
  }
  return { kernel, inspector, remotes, source }
}

const to = (dst: string, updated = 0): Neighbour =>
  fdbEntry(5, { lladdr: '02:00:00:00:00:fe', dst, cacheinfo: { confirmed: 0, used: updated, updated, refcnt: 0 } })

test('those who ask while an answer is made, and for ten times as long, share it', async () => {
  const { kernel, inspector, remotes } = inspected()
  kernel.entries = [to('10.0.2.1')]
  const others = Array.from({ length: 50 }, () => inspector.tunnels())
  expect(await remotes()).toEqual(['10.0.2.1'])
  expect(new Set(await Promise.all(others)).size).toBe(1)
  kernel.entries = [to('10.0.2.2')]
  await vi.advanceTimersByTimeAsync(890)
  expect(await remotes()).toEqual(['10.0.2.1'])
  expect(kernel.dumps).toBe(1)
  await vi.advanceTimersByTimeAsync(20)
  expect(await remotes()).toEqual(['10.0.2.2'])
  expect(kernel.dumps).toBe(2)
})

test('a dump that failed is no answer for those who ask later', async () => {
  const { kernel, remotes } = inspected()
  kernel.isBroken = true
  await expect(remotes()).rejects.toThrow('no answer')
  kernel.isBroken = false
  kernel.entries = [to('10.0.2.1')]
  expect(await remotes()).toEqual(['10.0.2.1'])
})

test('ages count from when the dump began', async () => {
  const { kernel, inspector } = inspected()
  kernel.entries = [to('10.0.2.1', 300)]
  const asked = inspector.tunnels()
  await vi.advanceTimersByTimeAsync(100)
  expect((await asked).tunnels[0]?.lastSeen).toBe(new Date(1_000_000 - 3000).toISOString())
})

test('without a daemon the entries are those that were dumped just before', async () => {
  const { kernel, source, remotes } = inspected({ isWatching: false })
  source.observed = tables([vxlan0], [to('10.0.2.1')])
  expect(await remotes()).toEqual(['10.0.2.1'])
  expect(kernel.dumps).toBe(0)
})
