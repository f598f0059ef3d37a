/** Numbers and names of the tables, against lists written down apart from them; and that whatever goes in comes back. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../../src/rtnetlink/errors.ts'
import { address } from '../../../src/rtnetlink/messages/address.ts'
import { bridge } from '../../../src/rtnetlink/messages/bridge.ts'
import { decodeRouteMessage } from '../../../src/rtnetlink/messages/index.ts'
import { link } from '../../../src/rtnetlink/messages/link.ts'
import { neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import { type VxlanAttributes, vxlan } from '../../../src/rtnetlink/messages/vxlan.ts'
import { decodeAll, encodeAll } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'

/** IFLA_VXLAN_*, in the header's order from 1, Linux 6.18, and a payload of the right size for each. */
const vxlanNames =
  'ID GROUP LINK LOCAL TTL TOS LEARNING AGEING LIMIT PORT_RANGE PROXY RSC L2MISS L3MISS PORT GROUP6 LOCAL6 UDP_CSUM UDP_ZERO_CSUM6_TX UDP_ZERO_CSUM6_RX REMCSUM_TX REMCSUM_RX GBP REMCSUM_NOPARTIAL COLLECT_METADATA LABEL GPE TTL_INHERIT DF VNIFILTER LOCALBYPASS LABEL_POLICY RESERVED_BITS MC_ROUTE'.split(
    ' ',
  )

test('IFLA_VXLAN_* are numbered as in linux/if_link.h', () => {
  const seen = vxlanNames.map((_, index) => {
    const bytes = Buffer.from([4, 0, index + 1, 0])
    return vxlan.pathAt(bytes, 0, bytes.length, 0)?.[0]
  })
  expect(seen).toEqual(vxlanNames.map((name) => `IFLA_VXLAN_${name}`))
})

const address4 = fc.ipV4()
const address6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => ipv6Text(bytes))
const number = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most })
const bytes8 = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes))

function ipv6Text(bytes: Uint8Array): string {
  // Through the codec itself, so that the text has its one form.
  return decodeAll(vxlan, Buffer.concat([Buffer.from([20, 0, 16, 0]), bytes])).group6 as string
}

const anyVxlan: fc.Arbitrary<VxlanAttributes> = fc.record(
  {
    id: number(0xffffff),
    group: address4,
    link: number(0xffffffff),
    local: address4,
    ttl: number(255),
    tos: number(255),
    learning: fc.boolean(),
    ageing: number(0xffffffff),
    limit: number(0xffffffff),
    portRange: fc.record({ low: number(65535), high: number(65535) }),
    proxy: fc.boolean(),
    rsc: fc.boolean(),
    l2miss: fc.boolean(),
    l3miss: fc.boolean(),
    port: number(65535),
    group6: address6,
    local6: address6,
    udpCsum: fc.boolean(),
    udpZeroCsum6Tx: fc.boolean(),
    udpZeroCsum6Rx: fc.boolean(),
    remcsumTx: fc.boolean(),
    remcsumRx: fc.boolean(),
    // A false flag is told by its absence.
    gbp: fc.constant(true),
    remcsumNopartial: fc.constant(true),
    collectMetadata: fc.boolean(),
    label: number(0xfffff),
    gpe: fc.constant(true),
    ttlInherit: fc.constant(true),
    df: number(2),
    vnifilter: fc.boolean(),
    localbypass: number(1),
    labelPolicy: number(1),
    reservedBits: bytes8,
    mcRoute: number(1),
  },
  { requiredKeys: [] },
)

test('every vxlan comes back from its bytes as it went in', () => {
  fc.assert(
    fc.property(anyVxlan, (data) => {
      const value = { attributes: { ifname: 'vxlan0', linkinfo: { kind: 'vxlan', data } } }
      expect(decodeAll(link, encodeAll(link, value)).attributes).toEqual(value.attributes)
    }),
  )
})

describe('any bytes give a value or a DecodeError', () => {
  test.each([
    ['link', link],
    ['address', address],
    ['neighbour', neighbour],
    ['vxlan', vxlan],
    ['bridge', bridge],
  ] as const)('%s', (_name, codec) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const buffer = Buffer.from(bytes)
        try {
          codec.decode(buffer, 0, buffer.length)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['link-dump-bridge-port', 16],
    ['fdb-dump-vxlan', 28],
    ['address-dump', 20],
  ])('%s cut off anywhere', (name, type) => {
    const whole = golden(name)
    for (let end = 16; end < whole.length; end += 1) {
      try {
        decodeRouteMessage({ type }, whole, 16, end)
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }
  })

  test('a real link with any one byte changed', () => {
    const whole = golden('link-dump-bridge-port')
    fc.assert(
      fc.property(fc.integer({ min: 16, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = Buffer.from(whole)
        changed[at] = byte
        try {
          decodeRouteMessage({ type: 16 }, changed, 16, changed.length)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

test('a message type that the library does not know is no message', () => {
  expect(decodeRouteMessage({ type: 24 }, Buffer.alloc(64), 0, 64)).toBeUndefined()
})
