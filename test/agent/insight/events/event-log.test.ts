/** The log: bounded, numbered, read at each reader's own pace. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { type EventDraft, EventLog } from '../../../../src/agent/insight/events/event-log.ts'

function learned(mac: string): EventDraft {
  return { kind: 'learned', dev: 'vxlan0', mac, vtep: '10.0.2.254' }
}

function filled(count: number, capacity: number): EventLog {
  const log = new EventLog({ capacity, now: () => 1_700_000_000_000 })
  for (let number = 0; number < count; number += 1) {
    log.append(learned(`${number}`))
  }
  return log
}

test('an event has an id of its own, a time and a sentence', () => {
  const [event] = filled(1, 10).read(0, 10).events
  expect(event).toEqual({
    id: `${(1_700_000_000_000).toString(36)}-0`,
    at: '2023-11-14T22:13:20.000Z',
    kind: 'learned',
    message: '0 learned on vxlan0 behind 10.0.2.254',
    dev: 'vxlan0',
    mac: '0',
    vtep: '10.0.2.254',
  })
})

test('whatever was appended, a reader gets each event once, in order, and is told how many it missed', () => {
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.integer({ min: 1, max: 20 }),
      fc.nat(70),
      fc.integer({ min: 1, max: 30 }),
      (count, capacity, from, limit) => {
        const log = filled(count, capacity)
        const start = Math.min(from, count)
        const { events, next, missed } = log.read(start, limit)
        expect(start + missed + events.length).toBe(next)
        expect(events.map(({ mac }) => Number(mac))).toEqual(events.map((_, at) => start + missed + at))
        expect(missed).toBe(Math.max(0, count - capacity - start))
        expect(log.size).toBe(Math.min(count, capacity))
      },
    ),
  )
})

test('a reader goes on behind the event that it saw last; one of another run is not known', () => {
  const log = filled(5, 3)
  const ids = log.read(0, 10).events.map(({ id }) => id)
  expect(ids.map((id) => log.after(id))).toEqual([3, 4, 5])
  expect(log.after(`${log.run}-0`)).toBe(1)
  expect([`${log.run}-5`, 'other-1', '', `${log.run}-x`, `${log.run}-1e3`].map((id) => log.after(id))).toEqual(
    new Array(5).fill(undefined),
  )
})

test('what an earlier run left keeps its ids, and comes before what is new', () => {
  const earlier = filled(4, 10).read(0, 10).events
  const log = new EventLog({ capacity: 3, now: () => 1_800_000_000_000 })
  log.recall(earlier)
  log.append(learned('new'))
  const { events } = log.read(0, 10)
  expect(events.map(({ id }) => id)).toEqual([earlier[2]?.id, earlier[3]?.id, `${log.run}-3`])
  expect(log.after(earlier[3]?.id ?? '')).toBe(3)
})

test('the last few that are meant are found from the end', () => {
  const log = filled(20, 10)
  const isEven = ({ mac }: EventDraft): boolean => Number(mac) % 2 === 0
  expect(
    log
      .read(log.numberOfRecent(isEven, 2), 10)
      .events.filter(isEven)
      .map(({ mac }) => mac),
  ).toEqual(['16', '18'])
  expect(log.numberOfRecent(isEven, 0)).toBe(20)
  expect(log.numberOfRecent(isEven, 99)).toBe(10)
  expect([...log.newestFirst(isEven)].map(({ mac }) => mac)).toEqual(['18', '16', '14', '12', '10'])
})

test('followers are told once of a burst, and no more when they have left', () => {
  vi.useFakeTimers()
  try {
    const log = new EventLog()
    const told = vi.fn()
    const leave = log.follow(told)
    log.append(learned('a'))
    log.append(learned('b'))
    expect(told).not.toHaveBeenCalled()
    vi.runAllTimers()
    expect(told).toHaveBeenCalledTimes(1)
    leave()
    log.append(learned('c'))
    vi.runAllTimers()
    expect(told).toHaveBeenCalledTimes(1)
  } finally {
    vi.useRealTimers()
  }
})

test('an event is made once for all its readers, and not at all for those who did not ask for it', () => {
  const log = new EventLog({ capacity: 3 })
  for (const dev of ['vxlan0', 'vxlan1', 'vxlan0']) {
    log.append({ kind: 'link-up', dev })
  }
  const reading = log.read(0, 10, ({ dev }) => dev === 'vxlan1')
  expect(reading).toMatchObject({ first: 0, next: 3, missed: 0, events: [{ dev: 'vxlan1' }] })
  expect(log.read(0, 10).events[1]).toBe(reading.events[0])
  log.append({ kind: 'link-up', dev: 'vxlan2' })
  log.append({ kind: 'link-up', dev: 'vxlan3' })
  expect(log.read(0, 10).events.map(({ dev }) => dev)).toEqual(['vxlan0', 'vxlan2', 'vxlan3'])
})
