/** NLMSG_ERROR and NLMSG_DONE: how requests and dumps end, as kernels tell it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DecodeError } from '../../../src/rtnetlink/errors.ts'
import { type Ack, decodeAck } from '../../../src/rtnetlink/wire/ack.ts'
import { forEachMessage } from '../../../src/rtnetlink/wire/message.ts'
import { bytesUpTo } from '../../support/arbitrary-messages.ts'
import { hex } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'

const [NLMSG_ERROR, NLMSG_DONE] = [2, 3]
const [NLM_F_CAPPED, NLM_F_ACK_TLVS] = [0x100, 0x200]

function ackOf(datagram: Buffer): Ack {
  const acks: Ack[] = []
  forEachMessage(datagram, (header, start, end) => acks.push(decodeAck(header, datagram, start, end)))
  expect(acks).toHaveLength(1)
  return acks[0] as Ack
}

function decode(type: number, flags: number, payload: Buffer): Ack {
  return decodeAck({ length: 0, type, flags, sequence: 0, portId: 0 }, payload, 0, payload.length)
}

test('an acknowledgement is error 0', () => {
  expect(ackOf(golden('ack-success'))).toEqual({ errno: 0 })
})

test("a refusal has the kernel's sentence, behind the request that it repeats", () => {
  expect(ackOf(golden('ack-error'))).toEqual({
    errno: 17,
    message: 'A VXLAN device with the specified VNI already exists',
  })
})

test('a refusal points at the attribute that it means', () => {
  expect(ackOf(golden('ack-error-offset'))).toEqual({ errno: 22, message: 'Invalid source port range', offset: 64 })
})

test('the end of a dump without an error', () => {
  expect(ackOf(golden('dump-done'))).toEqual({ errno: 0 })
})

const request = hex('12000000 10000500 01000000 00000000')
const words = hex('0a00 0100 776f7264730000 00')

test.each<readonly [what: string, type: number, flags: number, payload: string, ack: Ack]>([
  ['only the header of the request', NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, '', { errno: 17, message: 'words' }],
  ['the whole request, padded', NLMSG_ERROR, NLM_F_ACK_TLVS, '61620000', { errno: 17, message: 'words' }],
  ['the whole request, where the kernel has no extended acks', NLMSG_ERROR, 0, '61620000', { errno: 17 }],
])('a refusal that repeats %s', (_what, type, flags, repeated, ack) => {
  const errno = hex('efffffff')
  expect(decode(type, flags, Buffer.concat([errno, request, hex(repeated), words]))).toEqual(ack)
})

test.each<readonly [what: string, flags: number, payload: string, ack: Ack]>([
  ['an error and its words', NLM_F_ACK_TLVS, 'a1ffffff 0a00 0100 776f7264730000 00', { errno: 95, message: 'words' }],
  ['an error alone', 0, 'a1ffffff', { errno: 95 }],
  ['no payload at all', 0, '', { errno: 0 }],
  ['attributes that are not known', NLM_F_ACK_TLVS, '00000000 0500 0900 01000000', { errno: 0 }],
])('the end of a dump with %s', (_what, flags, payload, ack) => {
  expect(decode(NLMSG_DONE, flags, hex(payload))).toEqual(ack)
})

test('an error message without its number is refused', () => {
  expect(() => decode(NLMSG_ERROR, 0, hex('efff'))).toThrow(new DecodeError([], '4 bytes', '2'))
})

test.each([0, 8, 1000, 0x8000_0000, 0xffff_fffd, 0xffff_ffff])(
  'a repeated request that says it has %i bytes does no harm',
  (length) => {
    const payload = Buffer.concat([hex('efffffff'), request, words])
    payload.writeUInt32LE(length, 4)
    let errno: number | undefined
    try {
      errno = decode(NLMSG_ERROR, NLM_F_ACK_TLVS, payload).errno
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError)
    }
    expect([17, undefined]).toContain(errno)
  },
)

test.each(['ack-success', 'ack-error', 'ack-error-offset', 'dump-done'])('%s cut off anywhere', (name) => {
  const whole = golden(name)
  const [type, flags] = [whole.readUInt16LE(4), whole.readUInt16LE(6)]
  for (let end = 16; end < whole.length; end += 1) {
    try {
      const { errno } = decode(type, flags, whole.subarray(16, end))
      expect(errno).toBe(ackOf(whole).errno)
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError)
    }
  }
})

test('any payload gives an ack or a DecodeError', () => {
  const types = fc.constantFrom(NLMSG_ERROR, NLMSG_DONE)
  const flags = fc.constantFrom(0, NLM_F_CAPPED, NLM_F_ACK_TLVS, NLM_F_CAPPED | NLM_F_ACK_TLVS)
  fc.assert(
    fc.property(types, flags, bytesUpTo(80), (type, flag, payload) => {
      try {
        expect(decode(type, flag, payload).errno).toBeGreaterThanOrEqual(0)
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }),
    { numRuns: 2000 },
  )
})
