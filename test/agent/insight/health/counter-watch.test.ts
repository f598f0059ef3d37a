/** Counters over time: what grows, and who hears nothing. */
import { describe, expect, test } from 'vitest'
import { growthLastsMs, silentMs } from '../../../../src/agent/insight/health/counter-watch.ts'
import { sample, stats, watched } from './support.ts'

/** A protocol counter at seconds. */
const counted = (...values: readonly (readonly [seconds: number, value: number])[]) =>
  values.map(([seconds, value]) => sample(seconds, { protocol: new Map([['udpNoPorts', value]]) }))

describe('growth', () => {
  test.each<{
    what: string
    values: readonly (readonly [number, number])[]
    least?: number
    growth: object | undefined
  }>([
    { what: 'what was there before is none', values: [[0, 100]], growth: undefined },
    {
      what: 'a counter that stands still has none',
      values: [
        [0, 100],
        [5, 100],
      ],
      growth: undefined,
    },
    {
      what: 'it began after the look before',
      values: [
        [0, 1],
        [5, 1],
        [65, 7],
      ],
      growth: { count: 6, sinceMs: 5000 },
    },
    {
      what: 'it adds up while it goes on',
      values: [
        [0, 0],
        [5, 3],
        [50, 4],
      ],
      growth: { count: 4, sinceMs: 0 },
    },
    {
      what: 'it lasts for a minute',
      values: [
        [0, 0],
        [5, 3],
        [65, 3],
      ],
      growth: { count: 3, sinceMs: 0 },
    },
    {
      what: 'it is over after a minute',
      values: [
        [0, 0],
        [5, 3],
        [66, 3],
      ],
      growth: undefined,
    },
    {
      what: 'it begins again after a pause',
      values: [
        [0, 0],
        [5, 3],
        [70, 3],
        [75, 4],
      ],
      growth: { count: 1, sinceMs: 70_000 },
    },
    {
      what: 'a counter that goes back begins again',
      values: [
        [0, 50],
        [5, 60],
        [10, 2],
      ],
      growth: undefined,
    },
    {
      what: 'it goes on from there',
      values: [
        [0, 50],
        [5, 2],
        [10, 5],
      ],
      growth: { count: 3, sinceMs: 5000 },
    },
    {
      what: 'a few are not enough',
      values: [
        [0, 0],
        [5, 4],
      ],
      least: 5,
      growth: undefined,
    },
    {
      what: 'a few now and then never add up to many',
      values: [
        [0, 0],
        [50, 2],
        [100, 4],
        [150, 6],
        [200, 8],
      ],
      least: 5,
      growth: undefined,
    },
    {
      what: 'many within a minute are enough',
      values: [
        [0, 0],
        [20, 2],
        [40, 5],
      ],
      least: 5,
      growth: { count: 5, sinceMs: 0 },
    },
    {
      what: 'and stay so while it goes on slowly',
      values: [
        [0, 0],
        [5, 5],
        [50, 6],
        [100, 7],
      ],
      least: 5,
      growth: { count: 7, sinceMs: 0 },
    },
  ])('$what', ({ values, least, growth }) => {
    expect(watched(counted(...values)).growth('udpNoPorts', least)).toEqual(growth)
  })

  test('the counters of a link are its own, and forgotten with it', () => {
    const at = (seconds: number, rxErrors: number) => sample(seconds, { links: new Map([[2, stats({ rxErrors })]]) })
    const watch = watched([at(0, 0), at(5, 9)])
    expect(watch.loss(2, 'rxErrors')).toEqual({ count: 9, sinceMs: 0 })
    expect(watch.loss(2, 'txErrors')).toBeUndefined()
    expect(watch.loss(3, 'rxErrors')).toBeUndefined()
    watch.note(sample(6))
    watch.note(at(7, 20))
    expect(watch.loss(2, 'rxErrors')).toBeUndefined()
  })
})

describe('silence', () => {
  /** Packets of link 5 at seconds. */
  const traffic = (...values: readonly (readonly [seconds: number, rx: number, tx: number])[]) =>
    values.map(([seconds, rxPackets, txPackets]) =>
      sample(seconds, { links: new Map([[5, stats({ rxPackets, txPackets })]]) }),
    )
  const least = 20

  test.each<{ what: string; values: readonly (readonly [number, number, number])[]; silence: object | undefined }>([
    {
      what: 'an idle link',
      values: [
        [0, 9, 9],
        [60, 9, 9],
      ],
      silence: undefined,
    },
    {
      what: 'a link that sends a little',
      values: [
        [0, 9, 9],
        [30, 9, 20],
        [60, 9, 28],
      ],
      silence: undefined,
    },
    {
      what: 'one that sends a little for hours',
      values: Array.from({ length: 100 }, (_, at) => [at * 30, 9, at * 5] as const),
      silence: undefined,
    },
    {
      what: 'what it had sent before it was watched',
      values: [
        [0, 0, 5000],
        [31, 0, 5001],
      ],
      silence: undefined,
    },
    {
      what: 'too short a time',
      values: [
        [0, 9, 0],
        [29, 9, 100],
      ],
      silence: undefined,
    },
    {
      what: 'many packets and no answer',
      values: [
        [0, 9, 0],
        [15, 9, 20],
        [30, 9, 40],
      ],
      silence: { sent: 40, heardMs: 0, watchedMs: 30_000 },
    },
    {
      what: 'never an answer',
      values: [
        [0, 0, 0],
        [30, 0, 20],
      ],
      silence: { sent: 20, heardMs: undefined, watchedMs: 30_000 },
    },
    {
      what: 'it goes on when the link sends no more',
      values: [
        [0, 9, 0],
        [30, 9, 20],
        [600, 9, 20],
      ],
      silence: { sent: 20, heardMs: 0, watchedMs: 600_000 },
    },
    {
      what: 'it ends with the first answer',
      values: [
        [0, 9, 0],
        [30, 9, 20],
        [35, 10, 40],
      ],
      silence: undefined,
    },
    {
      what: 'it begins anew after an answer',
      values: [
        [0, 9, 0],
        [20, 10, 20],
        [51, 10, 50],
      ],
      silence: { sent: 30, heardMs: 20_000, watchedMs: 31_000 },
    },
    {
      what: 'counters that went back are those of another link',
      values: [
        [0, 9, 1000],
        [30, 0, 30],
        [40, 0, 35],
      ],
      silence: undefined,
    },
  ])('$what', ({ values, silence }) => {
    expect(watched(traffic(...values)).silence(5, { least })).toEqual(silence)
  })

  test('a VNI is watched apart from its link', () => {
    const at = (seconds: number, txPackets: number) =>
      sample(seconds, {
        links: new Map([[5, stats({ rxPackets: seconds, txPackets })]]),
        vnis: new Map([
          [
            5,
            new Map([
              [7, { rxPackets: 1, txPackets }],
              [8, { rxPackets: 1, txPackets: 0 }],
            ]),
          ],
        ]),
      })
    const watch = watched([at(0, 0), at(30, 50)])
    expect(watch.silence(5, { least })).toBeUndefined()
    expect(watch.silence(5, { vni: 8, least })).toBeUndefined()
    expect(watch.silence(5, { vni: 7, least })).toEqual({ sent: 50, heardMs: 0, watchedMs: 30_000 })
  })

  test('with one look a link that never heard anything counts at once, and one that did does not', () => {
    const [never] = traffic([0, 0, 20])
    expect(watched([never as never], true).silence(5, { least })).toEqual({
      sent: 20,
      heardMs: undefined,
      watchedMs: 0,
    })
    expect(watched(traffic([0, 0, 19]), true).silence(5, { least })).toBeUndefined()
    expect(watched(traffic([0, 1, 500]), true).silence(5, { least })).toBeUndefined()
    expect(watched(traffic([0, 0, 500])).silence(5, { least })).toBeUndefined()
  })
})

test('it says for how long it has watched', () => {
  expect(watched([]).watchedMs).toBe(0)
  expect(watched([sample(10)]).watchedMs).toBe(0)
  expect(watched([sample(10), sample(12), sample(17)]).watchedMs).toBe(7000)
  expect([growthLastsMs, silentMs]).toEqual([60_000, 30_000])
})
