/** The buffer that messages are written into. */
import { expect, test } from 'vitest'
import { align, Writer } from '../../../src/rtnetlink/wire/writer.ts'
import { hex } from '../../support/bytes.ts'

test('what is written stands in its order, also after the buffer had to grow', () => {
  const writer = new Writer(4)
  writer.append(hex('0102'))
  const { bytes, at } = writer.reserve(2)
  bytes.writeUInt16BE(0x0304, at)
  writer.append(Buffer.alloc(100, 0xee))
  expect(writer.length).toBe(104)
  expect(writer.finish()).toEqual(Buffer.concat([hex('01020304'), Buffer.alloc(100, 0xee)]))
})

test('reserved bytes are zero, also where something has been written and forgotten', () => {
  const writer = new Writer()
  writer.append(Buffer.alloc(300, 0xee))
  writer.clear()
  expect(writer.length).toBe(0)
  writer.reserve(300)
  expect(writer.finish()).toEqual(Buffer.alloc(300))
})

test('what is finished is a copy', () => {
  const writer = new Writer()
  writer.append(hex('01'))
  const finished = writer.finish()
  writer.clear()
  writer.append(hex('02'))
  expect(finished).toEqual(hex('01'))
})

test.each([
  [0, 0],
  [1, 4],
  [4, 4],
  [5, 8],
  [65_535, 65_536],
])('%i bytes end on the boundary %i', (length, boundary) => {
  expect(align(length)).toBe(boundary)
})
