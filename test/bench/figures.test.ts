import { expect, test } from 'vitest'
import { bgpConfiguration } from '../../bench/support/evpn.js'
import { addressOfMember, handoverOf } from '../../bench/support/fleet-record.js'
import { sampleByTurns } from '../../bench/support/fleet-samples.js'
import { cpuSecondsIn } from '../../bench/support/process-cost.js'
import { costTable, latencyTable } from '../../bench/support/report.js'
import { percentile, seeded } from '../../bench/support/timing.js'
import { handoverSchema } from '../../src/agent/fleet/handover-schema.ts'

const upTo = (count: number): number[] => Array.from({ length: count }, (_, each) => count - each)

test('a percentile is a value that was measured, whatever their order', () => {
  expect(percentile(upTo(100), 50)).toBe(50)
  expect(percentile(upTo(100), 99)).toBe(99)
  expect(percentile(upTo(100), 100)).toBe(100)
  expect(percentile(upTo(15), 99)).toBe(15)
  expect(percentile([7], 50)).toBe(7)
  expect(percentile([], 50)).toBeNaN()
})

test('the same seed gives the same numbers, another seed others', () => {
  const take = (random: () => number): number[] => Array.from({ length: 1000 }, random)
  const numbers = take(seeded(1))
  expect(take(seeded(1))).toEqual(numbers)
  expect(take(seeded(2))).not.toEqual(numbers)
  expect(numbers.every((each) => each >= 0 && each < 1)).toBe(true)
})

test('processor time is read behind a name with spaces and parentheses', () => {
  const before = '42 (vxagent (x) y) S 1 2 3 4 5 6 7 8 9 10'
  expect(cpuSecondsIn(`${before} 250 150 0 0 20 0 11 0`)).toBe(4)
})

test('members have addresses of their own, none of them a network address of the real hosts', () => {
  const addresses = Array.from({ length: 0x10000 }, (_, number) => addressOfMember(number))
  expect(new Set(addresses).size).toBe(0x10000)
  expect(addresses.at(-1)).toBe('10.64.255.255')
  expect(addressOfMember(0x10000)).toBe('10.65.0.0')
})

test('a handover is one that the agent takes', () => {
  const result = handoverSchema.safeParse(handoverOf(5000, 3))
  expect(result.error).toBeUndefined()
  expect(result.data?.links['vxlan0']?.remotes.length).toBe(5000)
})

test('ratios stand beside ours, and a job without a peer has none', () => {
  const table = latencyTable([
    { job: 'join', ours: [0.1, 0.2], peer: { name: 'FRR', times: [0.2, 0.8] }, load: 1.25 },
    { job: 'restart', ours: [1.5], load: 0 },
  ])
  expect(table.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['job', 'whose', 'p50', 'p99', 'max', 'ratios', 'times', 'load'],
    ['join', 'vxagent', '0.100 s', '0.200 s', '0.200 s', '0.50 / 0.25 / 0.25', '2', '1.3'],
    ['', 'FRR', '0.200 s', '0.800 s', '0.800 s', '2'],
    ['restart', 'vxagent', '1.500 s', '1.500 s', '1.500 s', '- / - / -', '1', '0.0'],
  ])
})

test('a cost is a share of one core', () => {
  const cost = { state: 'idle', process: 'agent', seconds: 20, cpuSeconds: 0.5, memory: 84.6 }
  expect(costTable([cost]).split('\n')[1]).toMatch(/^idle +agent +20\.000 s +0\.500 s +2\.5 % +85 MB +-$/)
})

test('the reflector hands routes on, a router announces its VNIs', () => {
  const neighbours = ['10.0.0.1', '10.0.0.2']
  const reflector = bgpConfiguration({ address: '10.0.0.9', neighbours, isReflector: true })
  expect(reflector.match(/route-reflector-client/g)?.length).toBe(2)
  expect(reflector).not.toContain('advertise-all-vni')
  const router = bgpConfiguration({ address: '10.0.0.1', neighbours: ['10.0.0.9'], isReflector: false })
  expect(router).toContain('advertise-all-vni')
  expect(router).not.toContain('route-reflector-client')
})

test('sides take turns, and each time runs from its own origin to each kernel', async () => {
  const done: string[] = []
  const side = (name: string, began: bigint) => ({
    dst: name,
    listeners: [1n, 3n].map((seconds) => ({
      ask: async (question: object) => {
        const { do: what } = question as { do: string }
        return what === 'begin' ? true : (began + seconds * 1_000_000_000n).toString()
      },
      signal: () => {},
      stop: async () => {},
      dismiss: async () => {},
      cpuSeconds: () => 0,
    })),
    before: async () => done.push(`before ${name}`),
    join: async () => {
      done.push(`join ${name}`)
      return began.toString()
    },
    leave: async () => {
      done.push(`leave ${name}`)
      return began.toString()
    },
    after: async () => done.push(`after ${name}`),
  })
  const sides = [side('ours', 2n ** 60n), side('theirs', 5n)]
  expect(await sampleByTurns(sides, { samples: 1, random: () => 0 })).toEqual([
    { join: [1, 3], leave: [1, 3] },
    { join: [1, 3], leave: [1, 3] },
  ])
  expect(done).toEqual(
    ['ours', 'theirs'].flatMap((name) => ['before', 'join', 'leave', 'after'].map((w) => `${w} ${name}`)),
  )
})
