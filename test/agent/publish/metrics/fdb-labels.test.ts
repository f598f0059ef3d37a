import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeviceCensus, StateCounts } from '../../../../src/agent/publish/metrics/fdb-census.ts'
import {
  FdbLabels,
  type LabelledCensus,
  mostDevices,
  mostPairs,
} from '../../../../src/agent/publish/metrics/fdb-labels.ts'

/** So many learned entries to each VTEP. */
function census(device: string, byVtep: Readonly<Record<string, number>>): Pick<DeviceCensus, 'device' | 'byVtep'> {
  const counts = Object.entries(byVtep).map(([vtep, learned]): [string, StateCounts] => [vtep, [0, learned, 0, 0, 0]])
  return { device, byVtep: new Map(counts) }
}

const range = (length: number): number[] => Array.from({ length }, (_, number) => number)
const manyVteps = (count: number, size: (number: number) => number): Record<string, number> =>
  Object.fromEntries(range(count).map((number) => [`10.0.${number >> 8}.${number & 255}`, size(number)]))
const shown = ({ rows }: LabelledCensus, device: string, vtep: string): number | undefined =>
  rows.find((row) => row.device === device && row.vtep === vtep)?.counts[1]

test('few are shown as they are', () => {
  const { rows, labelOf } = new FdbLabels().label([census('vxlan0', { '10.0.2.9': 3, '': 1 }), census('vxlan1', {})])
  expect(rows.map(({ device, vtep }) => `${device} ${vtep}`)).toEqual(['vxlan0 10.0.2.9', 'vxlan0 '])
  expect([labelOf('vxlan0'), labelOf('vxlan1')]).toEqual(['vxlan0', 'vxlan1'])
})

describe('bounds', () => {
  test('of many VTEPs the largest are shown, the others together', () => {
    const labelled = new FdbLabels().label([
      census(
        'vxlan0',
        manyVteps(mostPairs + 10, (number) => number + 1),
      ),
    ])
    expect(labelled.rows).toHaveLength(mostPairs + 1)
    // 1 + 2 + ... + 10.
    expect(shown(labelled, 'vxlan0', 'other')).toBe(55)
    expect(shown(labelled, 'vxlan0', '10.0.0.10')).toBe(11)
  })

  test('of many devices too, and of those left out no VTEP is told', () => {
    const devices = range(mostDevices + 2).map((number) => census(`vxlan${number}`, { '10.0.2.9': number + 1 }))
    const labelled = new FdbLabels().label(devices)
    expect(labelled.rows).toHaveLength(mostDevices + 1)
    expect(shown(labelled, 'other', 'other')).toBe(3)
    expect(labelled.labelOf('vxlan1')).toBe('other')
    expect(labelled.labelOf('vxlan2')).toBe('vxlan2')
  })

  test('one that is shown stays when others grow a little past it', () => {
    const labels = new FdbLabels()
    labels.label([
      census(
        'vxlan0',
        manyVteps(mostPairs + 1, (number) => (number === 0 ? 9 : 10)),
      ),
    ])
    const again = labels.label([
      census(
        'vxlan0',
        manyVteps(mostPairs + 1, (number) => (number === 0 ? 15 : 10)),
      ),
    ])
    expect(shown(again, 'vxlan0', '10.0.0.0')).toBeUndefined()
    const grown = labels.label([
      census(
        'vxlan0',
        manyVteps(mostPairs + 1, (number) => (number === 0 ? 21 : 10)),
      ),
    ])
    expect(shown(grown, 'vxlan0', '10.0.0.0')).toBe(21)
  })

  test('whatever the tables, there are no more labels than allowed, and no entry is lost', () => {
    const vteps = fc.integer({ min: 0, max: 30 }).map((count) => manyVteps(count, (number) => (number * 7) % 5))
    fc.assert(
      fc.property(fc.array(vteps, { maxLength: 150 }), (devices) => {
        const all = devices.map((byVtep, number) => census(`vxlan${number}`, byVtep))
        const { rows } = new FdbLabels().label(all)
        expect(rows.length).toBeLessThanOrEqual(mostPairs + mostDevices + 1)
        const entries = devices.flatMap((byVtep) => Object.values(byVtep)).reduce((sum, count) => sum + count, 0)
        expect(rows.reduce((sum, { counts }) => sum + counts[1], 0)).toBe(entries)
      }),
      { numRuns: 30 },
    )
  })
})
