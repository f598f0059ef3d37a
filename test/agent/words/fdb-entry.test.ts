import { expect, test } from 'vitest'
import { wantedFdb } from '../../../src/agent/words/fdb-entry.ts'

test('as JSON each entry is what the file states, so that a plan grows with their number alone', () => {
  const fdb = Array.from({ length: 200 }, (_, index) => ({
    mac: `02:00:00:00:00:${index.toString(16).padStart(2, '0')}`,
    dst: '192.0.2.3',
  }))
  const entries = [
    ...wantedFdb({ id: 10, fdb }, ['vxlans', 'va'], { nameOf: () => undefined, indexOf: () => 0 }).values(),
  ]
  expect(JSON.parse(JSON.stringify(entries[0]))).toEqual({ key: '02:00:00:00:00:00', ...fdb[0] })
  expect(JSON.stringify(entries).length).toBeLessThan(200 * 100)
})
