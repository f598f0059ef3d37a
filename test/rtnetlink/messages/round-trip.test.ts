/** Whatever goes into a message comes out of it, and whatever bytes come in give a value or a DecodeError. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../../src/rtnetlink/errors.ts'
import { address } from '../../../src/rtnetlink/messages/address.ts'
import { bridge, bridgePort } from '../../../src/rtnetlink/messages/bridge.ts'
import { bridgeLink } from '../../../src/rtnetlink/messages/bridge-link.ts'
import { decodeRouteMessage } from '../../../src/rtnetlink/messages/index.ts'
import { link, linkInfo } from '../../../src/rtnetlink/messages/link.ts'
import { mdb } from '../../../src/rtnetlink/messages/mdb.ts'
import { neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import { nexthop } from '../../../src/rtnetlink/messages/nexthop.ts'
import { route } from '../../../src/rtnetlink/messages/route.ts'
import { trafficControl } from '../../../src/rtnetlink/messages/traffic-control.ts'
import { tunnel } from '../../../src/rtnetlink/messages/tunnel.ts'
import { vxlan } from '../../../src/rtnetlink/messages/vxlan.ts'
import type { Codec } from '../../../src/rtnetlink/wire/codec.ts'
import * as arbitrary from '../../support/arbitrary-messages.ts'
import { decodeAll, encodeAll } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'

/** Calls `decode`, which may refuse the bytes, but in no other way than by a DecodeError. */
function valueOrDecodeError(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
  }
}

const objects: readonly (readonly [string, Codec<unknown>, fc.Arbitrary<unknown>])[] = [
  ['link', link as Codec<unknown>, arbitrary.links],
  ['bridge link', bridgeLink as Codec<unknown>, arbitrary.bridgeLinks],
  ['tunnel', tunnel as Codec<unknown>, arbitrary.tunnels],
  ['address', address as Codec<unknown>, arbitrary.addresses],
  ['neighbour', neighbour as Codec<unknown>, arbitrary.neighbours],
  ['route', route as Codec<unknown>, arbitrary.routes],
  ['mdb', mdb as Codec<unknown>, arbitrary.mdbs],
  ['nexthop', nexthop as Codec<unknown>, arbitrary.nexthops],
  ['traffic control', trafficControl as Codec<unknown>, arbitrary.trafficControls],
]
const tables: readonly (readonly [string, Codec<unknown>, fc.Arbitrary<unknown>])[] = [
  ['vxlan', vxlan as Codec<unknown>, arbitrary.vxlanAttributes],
  ['bridge', bridge as Codec<unknown>, arbitrary.bridgeAttributes],
  ['bridge port', bridgePort as Codec<unknown>, arbitrary.bridgePortAttributes],
]

describe('what is written reads as it was', () => {
  test.each([...objects, ...tables])('%s', (_name, codec, values) => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeAll(codec, value)
        expect(bytes.length % 4).toBe(0)
        expect(decodeAll(codec, bytes)).toEqual(value)
      }),
    )
  })
})

describe('a message cut off anywhere gives a value or a DecodeError', () => {
  test.each(objects)('%s', (_name, codec, values) => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (value, share) => {
        const bytes = encodeAll(codec, value)
        const cut = bytes.subarray(0, Math.floor(bytes.length * share))
        valueOrDecodeError(() => decodeAll(codec, cut))
      }),
    )
  })

  test.each([
    ['link-dump-bridge-port', 16],
    ['fdb-dump-vxlan', 28],
    ['address-dump', 20],
    ['bridge-link-dump', 16],
    ['tunnel-dump', 120],
    ['mdb-dump', 86],
    ['qdisc-dump', 36],
    ['filter-dump', 44],
  ])('%s', (name, type) => {
    const whole = golden(name)
    const end = whole.readUInt32LE(0)
    const reads = Array.from({ length: end - 16 }, (_, length) => {
      let isRead = false
      valueOrDecodeError(() => {
        decodeRouteMessage({ type }, whole, 16, 16 + length)
        isRead = true
      })
      return isRead
    })
    // Some lengths end between two attributes, all others within one.
    expect(reads).toContain(true)
    expect(reads).toContain(false)
  })
})

describe('any bytes give a value or a DecodeError', () => {
  const every: readonly (readonly [string, Codec<unknown>])[] = [
    ...[...objects, ...tables].map(([name, codec]) => [name, codec] as const),
    ['link info', linkInfo as Codec<unknown>],
  ]

  test.each(every)('%s: bytes at random', (_name, codec) => {
    fc.assert(
      fc.property(arbitrary.bytesUpTo(120), (bytes) => valueOrDecodeError(() => decodeAll(codec, bytes))),
      { numRuns: 500 },
    )
  })

  test.each(every)('%s: attributes at random', (_name, codec) => {
    fc.assert(
      fc.property(arbitrary.attributeRuns, (run) => valueOrDecodeError(() => decodeAll(codec, run))),
      { numRuns: 500 },
    )
  })

  test('message types and structs and attributes at random', () => {
    const types = fc.oneof(fc.constantFrom(16, 17, 20, 21, 28, 29, 120, 121), fc.integer({ min: 0, max: 0xffff }))
    const headers = fc.constantFrom(8, 12, 16).chain((size) => fc.uint8Array({ minLength: size, maxLength: size }))
    let read = 0
    fc.assert(
      fc.property(types, headers, arbitrary.attributeRuns, (type, header, run) => {
        const bytes = Buffer.concat([header, run])
        valueOrDecodeError(() => {
          decodeRouteMessage({ type }, bytes, 0, bytes.length)
          read += 1
        })
      }),
      { numRuns: 2000 },
    )
    expect(read).toBeGreaterThan(200)
  })

  test('a real link with any one byte changed', () => {
    const whole = golden('link-dump-bridge-port')
    const end = whole.readUInt32LE(0)
    fc.assert(
      fc.property(fc.integer({ min: 16, max: end - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = Buffer.from(whole)
        changed[at] = byte
        valueOrDecodeError(() => decodeRouteMessage({ type: 16 }, changed, 16, end))
      }),
      { numRuns: 1000 },
    )
  })

  test('what does not concern a message does not change how it reads: it may lie anywhere in a datagram', () => {
    fc.assert(
      fc.property(arbitrary.links, arbitrary.bytesUpTo(16), arbitrary.bytesUpTo(16), (value, before, after) => {
        const bytes = encodeAll(link, value)
        const datagram = Buffer.concat([before, bytes, after])
        expect(link.decode(datagram, before.length, before.length + bytes.length)).toEqual(value)
      }),
      { numRuns: 50 },
    )
  })
})

test('a value keeps no bytes of the receive buffer, which is used again', () => {
  fc.assert(
    fc.property(arbitrary.links, (value) => {
      const bytes = encodeAll(link, value)
      const read = decodeAll(link, bytes)
      bytes.fill(0xff)
      expect(read).toEqual(value)
    }),
    { numRuns: 50 },
  )
})

test('an attribute is found by the offset at which it was written', () => {
  fc.assert(
    fc.property(arbitrary.vxlanAttributes, (data) => {
      const request = { attributes: { linkinfo: { kind: 'vxlan', data } } }
      const bytes = encodeAll(link, request)
      // struct ifinfomsg, IFLA_LINKINFO, IFLA_INFO_KIND with its payload of 8, IFLA_INFO_DATA: then the first of the vxlan's.
      const first = 16 + 4 + 12 + 4
      for (let at = first; at < bytes.length; at += (bytes.readUInt16LE(at) + 3) & ~3) {
        const path = link.pathAt(bytes, 0, bytes.length, at)
        const number = bytes.readUInt16LE(at + 2) & 0x3fff
        const name = number > 100 ? `attribute ${number}` : expect.stringMatching(/^IFLA_VXLAN_/)
        expect(path).toEqual(['IFLA_LINKINFO', 'IFLA_INFO_DATA', name])
      }
    }),
  )
})
