import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerTo, headerBytes, type ProbePacket, readPacket, writePacket } from '../../../src/fleet/probe/packet.ts'

const packets = fc
  .record({
    kind: fc.constantFrom('request', 'answer'),
    vni: fc.integer({ min: 0, max: 0xffffff }),
    large: fc.integer({ min: headerBytes, max: 9000 }),
    small: fc.integer({ min: headerBytes, max: 9000 }),
    isRepeated: fc.boolean(),
    number: fc.integer({ min: 0, max: 0xffffffff }),
    nonce: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  })
  .map(({ kind, large, small, nonce, ...rest }): ProbePacket => {
    const [most, least] = [Math.max(large, small), Math.min(large, small)]
    const [length, otherLength] = kind === 'request' ? [most, least] : [least, most]
    return { ...rest, kind: kind as ProbePacket['kind'], length, otherLength, nonce: Buffer.from(nonce) }
  })

test('a packet reads as it was written', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      const bytes = writePacket(packet)
      expect(bytes).toHaveLength(packet.length)
      expect(readPacket(bytes)).toEqual(packet)
    }),
  )
})

test('an answer has the nonce of its request, and never more bytes', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      fc.pre(packet.kind === 'request')
      const answer = answerTo(packet)
      expect(answer.length).toBeLessThanOrEqual(packet.length)
      expect(readPacket(answer)).toMatchObject({ kind: 'answer', nonce: packet.nonce, number: packet.number })
    }),
  )
})

test('whatever comes is read as a packet of its own length, or not at all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), packets, fc.nat(), (noise, packet, at) => {
      expect(readPacket(Buffer.from(noise))).toBeUndefined()
      const damaged = writePacket(packet)
      damaged.set(noise, at % damaged.length > damaged.length - noise.length ? 0 : at % damaged.length)
      const read = readPacket(damaged)
      if (read !== undefined) {
        expect(read.length).toBe(damaged.length)
        expect(read.kind === 'request' ? read.otherLength <= read.length : read.length <= read.otherLength).toBe(true)
      }
      // One that was cut off, or that has more behind it, is none.
      expect(readPacket(writePacket(packet).subarray(0, -1))).toBeUndefined()
      expect(readPacket(Buffer.concat([writePacket(packet), Buffer.alloc(1)]))).toBeUndefined()
    }),
  )
})

test('a request for an answer that is larger than itself is none', () => {
  const request = { kind: 'request', vni: 42, length: 100, otherLength: 100, isRepeated: false, number: 1 } as const
  const nonce = Buffer.alloc(16)
  expect(readPacket(writePacket({ ...request, nonce }))).toBeDefined()
  expect(readPacket(writePacket({ ...request, nonce, otherLength: 101 }))).toBeUndefined()
})
