import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keysOf, ownMacPrefix, placeOfMacs, vniOfMacPrefix } from '../../../src/fleet/records/keys.ts'
import { readMacs, writeMacs } from '../../../src/fleet/records/mac-record.ts'
import { UnreadableValue } from '../../../src/fleet/records/values.ts'

const mac = '02:00:00:00:00:aa'
const read = (macs: unknown): unknown => readMacs(Buffer.from(JSON.stringify({ v: 1, macs })))

test('lines are read as they were written', () => {
  const lines = [
    { mac, sequence: 3, ips: ['10.0.1.1', '2001:db8::1'] },
    { mac: '02:00:00:00:00:ab', sequence: 0, ips: [] },
  ]
  expect(readMacs(writeMacs(lines))).toEqual(lines)
})

test('what is no line of ours is refused, with all of its chunk', () => {
  for (const line of [
    '',
    mac,
    `${mac} -1`,
    `${mac} 4294967296`,
    `${mac} 1e3`,
    'ff:ff:ff:ff:ff:ff 0',
    '01:00:5e:00:00:01 0',
    '00:00:00:00:00:00 0',
    '02:00:00:00:00:AA 0',
    `${mac} 0 10.0.1.300`,
    `${mac} 0 239.1.1.1`,
    `${mac} 0 ${Array.from({ length: 17 }, (_, index) => `10.0.1.${index}`).join(' ')}`,
    7,
    null,
  ]) {
    expect(() => read([`${mac} 0`, line])).toThrow(UnreadableValue)
  }
  expect(() => read(Array.from({ length: 101 }, () => `${mac} 0`))).toThrow(UnreadableValue)
})

test('arbitrary bytes give lines or the reason, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        try {
          readMacs(Buffer.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableValue)
        }
      },
    ),
  )
})

test('keys say whose they are, and no others do', () => {
  const keys = keysOf('lab')
  const prefix = keys.macs(42)
  expect(placeOfMacs(prefix, keys.macChunk(42, 'a', '7.1'))).toEqual({ node: 'a', chunk: '7.1' })
  for (const key of [
    `${prefix}a`,
    `${prefix}a/b/0`,
    `${prefix}../0`,
    `${prefix}a/x`,
    `${prefix}a/1234567`,
    `${keys.macs(4)}a/0`,
  ]) {
    expect(placeOfMacs(prefix, key)).toBeUndefined()
  }
  expect(vniOfMacPrefix('lab', 'a', ownMacPrefix('lab', 'a', 42))).toBe(42)
  expect(vniOfMacPrefix('lab', 'a', ownMacPrefix('lab', 'ab', 42))).toBeUndefined()
})
