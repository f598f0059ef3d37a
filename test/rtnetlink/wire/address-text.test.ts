/** Addresses as text: the forms of inet_ntop(3), and of inet_pton(3) what it takes and what not. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EncodeError } from '../../../src/rtnetlink/errors.ts'
import {
  formatIp,
  formatLinkLayerAddress,
  parseIp,
  parseLinkLayerAddress,
} from '../../../src/rtnetlink/wire/address-text.ts'
import { ipv4 } from '../../support/arbitrary-messages.ts'
import { hex } from '../../support/bytes.ts'

/** Reads the 16 bytes by the URL standard, which has a parser and a serialiser of its own. */
function bytesByUrl(text: string): Buffer {
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::')
  const groups = (part: string): string[] => part.split(':').filter(Boolean)
  const [before, after] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}

const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16))

/** IPv6 text in all forms: with and without `::`, with an IPv4 address at the end, upper case. Some of it is no address. */
const anyIpv6Text = fc
  .tuple(fc.array(group, { maxLength: 8 }), fc.option(fc.array(group, { maxLength: 7 })), fc.option(ipv4), fc.boolean())
  .map(([head, rest, last, isUpperCase]) => {
    const tail = [...(rest ?? []), ...(last === null ? [] : [last])].join(':')
    const text = rest === null ? [...head, tail].filter(Boolean).join(':') : `${head.join(':')}::${tail}`
    return isUpperCase ? text.toUpperCase() : text
  })
  .filter((text) => text.includes(':'))

describe('IP addresses', () => {
  test('of 16 bytes are read as the URL standard reads them, or refused where it refuses them', () => {
    let read = 0
    fc.assert(
      fc.property(anyIpv6Text, (text) => {
        let expected: Buffer | undefined
        try {
          expected = bytesByUrl(text)
        } catch {
          expect(() => parseIp(text)).toThrow(EncodeError)
        }
        if (expected !== undefined) {
          expect(Buffer.from(parseIp(text))).toEqual(expected)
          read += 1
        }
      }),
      { numRuns: 1000 },
    )
    expect(read).toBeGreaterThan(100)
  })

  test('of 16 bytes are written as the URL standard writes them, the longest run of zeros shortened', () => {
    const some = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 0xffff }))
    fc.assert(
      fc.property(fc.array(some, { minLength: 7, maxLength: 7 }), (rest) => {
        // A first group that is not zero: below it lie the forms with an IPv4 address in them.
        const text = [0x2001, ...rest].map((value) => value.toString(16)).join(':')
        expect(formatIp(bytesByUrl(text), 0, 16)).toBe(new URL(`http://[${text}]`).hostname.slice(1, -1))
      }),
    )
  })

  test.each([
    ['10.0.2.254', '0a0002fe'],
    ['0.0.0.0', '00000000'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
    ['2001:0:0:1::1', '20010000000000010000000000000001'],
    ['::ffff:10.0.2.254', '00000000000000000000ffff0a0002fe'],
  ])('%s', (text, bytes) => {
    expect(formatIp(hex(bytes), 0, hex(bytes).length)).toBe(text)
    expect(Buffer.from(parseIp(text))).toEqual(hex(bytes))
  })

  test('an IPv4-compatible address is not taken for an IPv4-mapped one', () => {
    expect(Buffer.from(parseIp('::10.0.2.254'))).toEqual(hex('000000000000000000000000 0a0002fe'))
    expect(Buffer.from(parseIp('::ffff:10.0.2.254'))).toEqual(hex('00000000000000000000ffff 0a0002fe'))
  })

  test.each([
    '',
    'localhost',
    '10.1',
    '10.0.2',
    '10.0.2.256',
    '010.0.2.1',
    '0x0a.0.2.1',
    '167772161',
    ' 10.0.2.1',
    '10.0.2.1/24',
    '::ffff:010.0.2.1',
    '::ffff:10.0.2',
    'fe80::1%eth1',
    '[::1]',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    ':1',
  ])('%o is none', (text) => {
    expect(() => parseIp(text)).toThrow(new EncodeError(`${JSON.stringify(text)} is no IP address`))
  })

  test('more different ones than are kept at hand are all written and read right', () => {
    const bytes = Buffer.alloc(4)
    for (let number = 0; number < 10_000; number += 1) {
      bytes.writeUInt32BE(0x0a00_0000 + number * 977)
      const text = Array.from(bytes).join('.')
      expect(formatIp(bytes, 0, 4)).toBe(text)
      expect(Buffer.from(parseIp(text))).toEqual(bytes)
    }
  })

  test('those with their first bit set are not taken for others', () => {
    expect(formatIp(hex('ef010101'), 0, 4)).toBe('239.1.1.1')
    expect(formatIp(hex('6f010101'), 0, 4)).toBe('111.1.1.1')
    expect(formatIp(hex('ef010101'), 0, 4)).toBe('239.1.1.1')
  })

  test('are read from their place among other bytes', () => {
    expect(formatIp(hex('ffff0a0002feffff'), 2, 6)).toBe('10.0.2.254')
  })
})

describe('link-layer addresses', () => {
  test.each([
    ['02:00:00:00:00:fe', '0200000000fe'],
    ['ab:cd:ef:01:23:45', 'abcdef012345'],
    ['0a:00:00:01', '0a000001'],
    ['00:01:02:03:04:05:06:07', '0001020304050607'],
    ['0f', '0f'],
    ['', ''],
  ])('%s', (text, bytes) => {
    expect(formatLinkLayerAddress(hex(bytes), 0, hex(bytes).length)).toBe(text)
    expect(Buffer.from(parseLinkLayerAddress(text))).toEqual(hex(bytes))
  })

  test('are read in upper case, too', () => {
    expect(Buffer.from(parseLinkLayerAddress('02:00:00:00:AB:FE'))).toEqual(hex('02000000abfe'))
  })

  test('are read from their place among other bytes', () => {
    expect(formatLinkLayerAddress(hex('ffff 0200000000fe ffff'), 2, 8)).toBe('02:00:00:00:00:fe')
  })

  test.each([
    '2:0:0:0:0:fe',
    '02-00-00-00-00-fe',
    '0200.0000.00fe',
    '02:00:00:00:00:zz',
    '02:00:00:00:00:',
    ':02',
    '020',
    '02:00:00:00:00:0',
    '02:00:00:00:00:0\x10',
    '02:00:00:00:00:0٣',
    '02:00:00:00:00:fg',
    '02:00:00:00:00:gf',
    '02:00:00-00:00:fe',
    '020:00:00:00:00:f',
  ])('%o is none', (text) => {
    expect(() => parseLinkLayerAddress(text)).toThrow(
      `${JSON.stringify(text)} is no link-layer address: expected hex bytes with colons between them`,
    )
  })
})
