/** Messages in datagrams: headers, boundaries, padding. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DecodeError } from '../../../src/rtnetlink/errors.ts'
import {
  appendMessage,
  encodeMessage,
  forEachMessage,
  type MessageHeader,
} from '../../../src/rtnetlink/wire/message.ts'
import { Writer } from '../../../src/rtnetlink/wire/writer.ts'
import { bytesUpTo } from '../../support/arbitrary-messages.ts'
import { hex } from '../../support/bytes.ts'

interface Visited {
  readonly header: MessageHeader
  readonly payload: Buffer
}

function visit(datagram: Buffer): Visited[] {
  const visited: Visited[] = []
  forEachMessage(datagram, (header, start, end) => visited.push({ header, payload: datagram.subarray(start, end) }))
  return visited
}

function padded(message: Buffer): Buffer {
  return Buffer.concat([message, Buffer.alloc(-message.length & 3)])
}

test('a message is struct nlmsghdr, whose length counts itself, and the payload', () => {
  const message = encodeMessage({ type: 0x0102, flags: 0x0304, sequence: 0x05060708 }, (writer) =>
    writer.append(hex('aabbcc')),
  )
  expect(message).toEqual(hex('13000000 0201 0403 08070605 00000000 aabbcc'))
})

test('several messages ride in one datagram, each on a four-byte boundary', () => {
  const one = encodeMessage({ type: 16, flags: 1, sequence: 7 }, (writer) => writer.append(Buffer.from('abc')))
  const two = encodeMessage({ type: 17, flags: 5, sequence: 8 }, () => {})
  expect(visit(Buffer.concat([padded(one), two]))).toEqual([
    { header: { length: 19, type: 16, flags: 1, sequence: 7, portId: 0 }, payload: Buffer.from('abc') },
    { header: { length: 16, type: 17, flags: 5, sequence: 8, portId: 0 }, payload: Buffer.alloc(0) },
  ])
})

test('messages are written one after the other into a datagram, each on a four-byte boundary', () => {
  const writer = new Writer()
  appendMessage(writer, { type: 16, flags: 1, sequence: 7 }, (into) => into.append(Buffer.from('abc')))
  appendMessage(writer, { type: 17, flags: 5, sequence: 8 }, () => {})
  const datagram = writer.finish()
  expect(datagram).toHaveLength(20 + 16)
  expect(visit(datagram)).toEqual([
    { header: { length: 19, type: 16, flags: 1, sequence: 7, portId: 0 }, payload: Buffer.from('abc') },
    { header: { length: 16, type: 17, flags: 5, sequence: 8, portId: 0 }, payload: Buffer.alloc(0) },
  ])
})

test('the last message of a datagram needs no padding', () => {
  const message = encodeMessage({ type: 16, flags: 0, sequence: 1 }, (writer) => writer.append(Buffer.from('abc')))
  expect(visit(message)).toHaveLength(1)
})

test.each([
  ['shorter than its header', 15],
  ['longer than the datagram', 17],
  ['of no length, which would never end', 0],
  ['as long as a u32 can say', 0xffff_ffff],
])('a message that says it is %s is refused', (_what, length) => {
  const message = encodeMessage({ type: 16, flags: 0, sequence: 1 }, () => {})
  message.writeUInt32LE(length, 0)
  expect(() => visit(message)).toThrow(new DecodeError(['nlmsg_len'], '16 to 16 bytes', `${length}`))
})

test('messages before one that is refused have been visited', () => {
  const good = encodeMessage({ type: 16, flags: 0, sequence: 1 }, () => {})
  const types: number[] = []
  expect(() =>
    forEachMessage(Buffer.concat([good, hex('ffffffff 11000000 00000000 00000000')]), ({ type }) => types.push(type)),
  ).toThrow(DecodeError)
  expect(types).toEqual([16])
})

test('what a message is made into stays as it is while the next one is made', () => {
  const first = encodeMessage({ type: 16, flags: 0, sequence: 1 }, (writer) => writer.append(Buffer.alloc(600, 0xee)))
  const copy = Buffer.from(first)
  const second = encodeMessage({ type: 17, flags: 0, sequence: 2 }, (writer) => writer.reserve(700))
  expect(first).toEqual(copy)
  expect(second.subarray(16)).toEqual(Buffer.alloc(700))
})

test('a message that could not be made leaves nothing behind in the next one', () => {
  expect(() =>
    encodeMessage({ type: 16, flags: 0xffff, sequence: 1 }, (writer) => {
      writer.append(Buffer.alloc(64, 0xee))
      throw new Error('half way')
    }),
  ).toThrow('half way')
  const next = encodeMessage({ type: 17, flags: 0, sequence: 2 }, (writer) => writer.reserve(64))
  expect(next).toEqual(Buffer.concat([hex('50000000 1100 0000 02000000 00000000'), Buffer.alloc(64)]))
})

const messages = fc.array(
  fc.record({
    type: fc.integer({ min: 0, max: 0xffff }),
    flags: fc.integer({ min: 0, max: 0xffff }),
    sequence: fc.integer({ min: 0, max: 0xffff_ffff }),
    payload: bytesUpTo(40),
  }),
  { maxLength: 5 },
)

function datagramOf(
  parts: readonly (Pick<MessageHeader, 'type' | 'flags' | 'sequence'> & { payload: Buffer })[],
): Buffer {
  return Buffer.concat(parts.map((part) => padded(encodeMessage(part, (writer) => writer.append(part.payload)))))
}

test('the messages of a datagram are those that were put into it', () => {
  fc.assert(
    fc.property(messages, (parts) => {
      const read = visit(datagramOf(parts)).map(({ header: { type, flags, sequence }, payload }) => ({
        type,
        flags,
        sequence,
        payload,
      }))
      expect(read).toEqual(parts)
    }),
  )
})

test('a datagram cut off anywhere gives its first messages, or these and a DecodeError', () => {
  fc.assert(
    fc.property(messages, fc.nat(), (parts, cut) => {
      const whole = datagramOf(parts)
      const datagram = whole.subarray(0, cut % (whole.length + 1))
      const types: number[] = []
      try {
        forEachMessage(datagram, ({ type }) => types.push(type))
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
      expect(types).toEqual(parts.map(({ type }) => type).slice(0, types.length))
    }),
  )
})

test('any datagram gives messages or a DecodeError, and comes to an end', () => {
  fc.assert(
    fc.property(bytesUpTo(200), (bytes) => {
      try {
        expect(visit(bytes).length).toBeLessThanOrEqual(bytes.length / 16)
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }),
  )
})
