import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OwnChunks } from '../../../src/fleet/members/own-chunks.ts'
import { type MacLine, mostLines } from '../../../src/fleet/records/mac-record.ts'

function macOf(number: number): string {
  const hex = number.toString(16).padStart(10, '0')
  return `02:${(hex.match(/../g) ?? []).join(':')}`
}

const line = (number: number, sequence = 0): MacLine => ({ mac: macOf(number), sequence, ips: [] })

/** What a reader of the store has. */
class Reader {
  readonly chunks = new Map<string, readonly MacLine[]>()
  written = 0

  take(chunks: OwnChunks): void {
    for (const [name, lines] of chunks.takeChanges()) {
      expect(lines.length).toBeLessThanOrEqual(mostLines)
      this.chunks.set(name, lines)
      this.written += 1
    }
  }

  get lines(): string[] {
    return [...this.chunks.values()]
      .flat()
      .map(({ mac, sequence }) => `${mac} ${sequence}`)
      .sort()
  }
}

test('one change rewrites one chunk, and growth two, however many lines there are', () => {
  const chunks = new OwnChunks()
  const reader = new Reader()
  for (let count = 1; count <= 20_000; count += 1) {
    chunks.put(line(count))
    const before = reader.written
    reader.take(chunks)
    // The chunk itself, that which is split and that which is added, each of two pieces at most.
    expect(reader.written - before).toBeLessThanOrEqual(6)
  }
  expect(reader.written).toBeLessThan(20_000 * 1.2)
  expect(reader.lines).toEqual(Array.from({ length: 20_000 }, (_, index) => `${macOf(index + 1)} 0`).sort())
  expect(reader.chunks.size).toBeLessThan(20_000 / 40)
  chunks.put(line(77, 5))
  const before = reader.written
  reader.take(chunks)
  expect(reader.written - before).toBe(1)
})

test('who reads all chunks has exactly the lines, whatever was put and deleted', () => {
  const operation = fc.record({ number: fc.nat(600), sequence: fc.nat(3), deletes: fc.boolean(), reads: fc.boolean() })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 2_000, size: 'max' }), (operations) => {
      const chunks = new OwnChunks()
      const reader = new Reader()
      const wanted = new Map<string, number>()
      for (const { number, sequence, deletes, reads } of operations) {
        if (deletes) {
          chunks.delete(macOf(number))
          wanted.delete(macOf(number))
        } else {
          chunks.put(line(number, sequence))
          wanted.set(macOf(number), sequence)
        }
        if (reads) {
          reader.take(chunks)
        }
      }
      reader.take(chunks)
      expect(reader.lines).toEqual(Array.from(wanted, ([mac, sequence]) => `${mac} ${sequence}`).sort())
      expect(chunks.size).toBe(wanted.size)
    }),
    { numRuns: 40 },
  )
})

test('it shrinks with its lines, and says that chunks which it no longer needs are empty', () => {
  const chunks = new OwnChunks()
  const reader = new Reader()
  for (let count = 0; count < 1_000; count += 1) {
    chunks.put(line(count))
  }
  reader.take(chunks)
  for (let count = 0; count < 990; count += 1) {
    chunks.delete(macOf(count))
  }
  reader.take(chunks)
  expect([...reader.chunks.values()].filter((lines) => lines.length > 0).length).toBeLessThanOrEqual(2)
  expect(reader.lines).toHaveLength(10)
})

test('what an earlier run has in the store is written over', () => {
  const chunks = new OwnChunks()
  chunks.adopt(['0', '7', '3.1'])
  chunks.put(line(1))
  const changes = chunks.takeChanges()
  expect([...changes.keys()].sort()).toEqual(['0', '3', '3.1', '7'])
  expect(changes.get('7')).toEqual([])
})
