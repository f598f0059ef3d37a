import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DecodeError } from '../../../src/rtnetlink/errors.ts'
import { decodeAck } from '../../../src/rtnetlink/wire/ack.ts'
import { encodeMessage, forEachMessage, type MessageHeader } from '../../../src/rtnetlink/wire/message.ts'
import { golden } from '../../support/golden.ts'

function headersOf(datagram: Buffer): MessageHeader[] {
  const headers: MessageHeader[] = []
  forEachMessage(datagram, (header) => headers.push(header))
  return headers
}

test('several messages ride in one datagram, each on a four-byte boundary', () => {
  const one = encodeMessage({ type: 16, flags: 1, sequence: 7 }, (writer) => writer.append(Buffer.from('abc')))
  const padded = Buffer.concat([one, Buffer.alloc(1)])
  const two = encodeMessage({ type: 17, flags: 5, sequence: 8 }, () => {})
  expect(headersOf(Buffer.concat([padded, two]))).toEqual([
    { length: 19, type: 16, flags: 1, sequence: 7, portId: 0 },
    { length: 16, type: 17, flags: 5, sequence: 8, portId: 0 },
  ])
})

test.each([
  ['shorter than its header', 15],
  ['longer than the datagram', 17],
])('a message that says it is %s is refused', (_what, length) => {
  const message = encodeMessage({ type: 16, flags: 0, sequence: 1 }, () => {})
  message.writeUInt32LE(length, 0)
  expect(() => headersOf(message)).toThrow(DecodeError)
})

test('any datagram gives messages or a DecodeError, and comes to an end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        headersOf(Buffer.from(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }),
  )
})

function ackOf(name: string): ReturnType<typeof decodeAck> {
  let ack: ReturnType<typeof decodeAck> | undefined
  const bytes = golden(name)
  forEachMessage(bytes, (header, start, end) => {
    ack = decodeAck(header, bytes, start, end)
  })
  return ack as ReturnType<typeof decodeAck>
}

test('an acknowledgement is error 0', () => {
  expect(ackOf('ack-success')).toEqual({ errno: 0 })
})

test("a refusal has the kernel's sentence, behind the request that it repeats", () => {
  expect(ackOf('ack-error')).toEqual({ errno: 17, message: 'A VXLAN device with the specified VNI already exists' })
})

test('a refusal points at the attribute that it means', () => {
  expect(ackOf('ack-error-offset')).toEqual({ errno: 22, message: 'Invalid source port range', offset: 64 })
})

test('the end of a dump without an error', () => {
  expect(ackOf('dump-done')).toEqual({ errno: 0 })
})

test('any payload gives an ack or a DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(0, 0x100, 0x200, 0x300), (payload, flags) => {
      const bytes = Buffer.from(payload)
      try {
        decodeAck({ length: 0, type: 2, flags, sequence: 0, portId: 0 }, bytes, 0, bytes.length)
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }),
    { numRuns: 2000 },
  )
})
