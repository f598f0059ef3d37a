/** The kinds of values that keys of the desired state have. Each checks, explains what it wants, and gives one canonical form. */
import * as z from 'zod'
import { type IpAddress, parseIpAddress } from '../facts/ip-text.ts'
import { zeroMac } from '../facts/zero-mac.ts'
import { interfaceNameFault } from './interface-name.ts'
import type { IssueCode } from './issue.ts'

/** A reason to refuse a text: what it must be (the rest of "dev of vxlan0 must …") and what to write instead. */
export interface RefusedValue {
  readonly code: IssueCode
  readonly must: string
  readonly suggestion?: string
}

/** A whole number from `low` to `high`. `unit` follows the range in messages. */
export function wholeNumber(low: number, high: number, unit = '') {
  const error = `be a whole number from ${low} to ${high}${unit}`
  // Minus zero is turned into zero: JSON has but one, and the state must survive being saved.
  return z
    .number({ error })
    .int({ error })
    .min(low, { error })
    .max(high, { error })
    .overwrite((value) => value + 0)
}

/** Seconds until a learned entry is forgotten: a u32 of which the kernel takes 0 for "not stated". Source: vxlan_dev_configure, drivers/net/vxlan/vxlan_core.c. */
export function ageingSeconds() {
  const high = 0xffffffff
  const error = `be a whole number from 1 to ${high} seconds`
  const params = { code: 'ageing-zero', suggestion: `${high} seconds, 136 years, is the longest; 300 is the default` }
  return z
    .number({ error })
    .refine((value) => value !== 0, {
      error: 'not be 0: the kernel turns 0 into its default of 300 seconds, not into "never"',
      params,
      abort: true,
    })
    .int({ error })
    .min(1, { error })
    .max(high, { error })
}

/** `true` or `false`. */
export function flag() {
  return z.boolean({ error: 'be true or false' })
}

/** Text that `read` turns into its canonical form or refuses; `wanted` describes it where something else than text is found. */
export function text(wanted: string, read: (value: string) => string | RefusedValue) {
  return z.string({ error: wanted }).check((context) => {
    const result = read(context.value)
    if (typeof result === 'string') {
      context.value = result
      return
    }
    const { must, ...params } = result
    context.issues.push({ code: 'custom', message: must, params, input: context.value, continue: false })
  })
}

/** The name of a network interface; an alternative one may be longer. */
export function interfaceName({ mostBytes = 15 } = {}) {
  return text('be the name of an interface', (value) => {
    const fault = interfaceNameFault(value, mostBytes)
    return fault === undefined ? value : { code: 'bad-name', must: fault }
  }).meta({ minLength: 1, maxLength: mostBytes, pattern: '^[^\\s/:%]+$' })
}

/** A number, or a range of them as text, `20-30`. A range of one is written as the number. */
export function numberRange(what: string, low: number, high: number) {
  const wanted = `be ${what}`
  const range = text(wanted, (value) => {
    const [, first, last] = /^(\d{1,8})(?:\s*-\s*(\d{1,8}))?$/.exec(value.trim()) ?? []
    if (first === undefined) {
      return { code: 'bad-range', must: wanted }
    }
    const [from, to] = [Number(first), Number(last ?? first)]
    if (from < low || to > high) {
      return { code: 'out-of-range', must: `${wanted}: from ${low} to ${high}` }
    }
    return from <= to
      ? `${from}-${to}`
      : { code: 'bad-range', must: 'have the lower number first', suggestion: `${to}-${from}` }
  }).meta({ pattern: '^\\d+-\\d+$' })
  return z.union([wholeNumber(low, high), range], { error: wanted }).overwrite((value) => {
    const [from, to] = String(value).split('-')
    return to === undefined || from === to ? Number(from) : value
  })
}

/** First and last number of a canonical range. */
export function rangeBounds(range: number | string): readonly [first: number, last: number] {
  const [first = '', last = first] = String(range).split('-')
  return [Number(first), Number(last)]
}

/** Which bits of a VXLAN header are let pass: 64 bits as `0x` and 16 hex digits. */
export function reservedBits() {
  const wanted = 'be 0x and 1 to 16 hex digits, in quotes, such as "0xf7ffffff000000ff"'
  return text(wanted, (value) => {
    const [, digits] = /^0x([0-9a-f]{1,16})$/i.exec(value) ?? []
    return digits === undefined ? { code: 'bad-bits', must: wanted } : `0x${digits.toLowerCase().padStart(16, '0')}`
  }).meta({ pattern: '^0x[0-9a-fA-F]{1,16}$' })
}

const ipFormats = { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }

/** A multicast group. */
export function multicastAddress() {
  const wanted = 'be a multicast address, from 224.0.0.0/4 or ff00::/8'
  return ipAddress(wanted, (address) =>
    address.kind === 'multicast'
      ? undefined
      : { code: 'not-multicast', must: wanted, ...(isHost(address) && { suggestion: `remote: ${address.text}` }) },
  )
}

/** The address of a remote VTEP, or a multicast group of VTEPs. */
export function vtepAddress() {
  const wanted = 'be the address of a VTEP or a multicast group'
  return ipAddress(wanted, (address) =>
    isHost(address) || address.kind === 'multicast' ? undefined : { code: 'not-unicast', must: wanted },
  )
}

/** The broadcast address of an IPv4 subnet. */
export function broadcastAddress() {
  const wanted = 'be an IPv4 address, such as 10.0.1.255'
  return ipAddress(wanted, (address) => (address.family === 'IPv4' ? undefined : { code: 'bad-ip', must: wanted }))
}

/** The label of an IPv4 address: IFNAMSIZ bytes with the final NUL. */
export function labelText() {
  return text('be text', (value) => {
    const bytes = Buffer.byteLength(value)
    if (bytes < 1 || bytes > 15) {
      return { code: 'bad-label', must: `have 1 to 15 bytes; this has ${bytes}` }
    }
    return /[\0\p{Surrogate}]/u.test(value) ? { code: 'bad-label', must: 'have no NUL and be valid Unicode' } : value
  }).meta({ minLength: 1, maxLength: 15 })
}

/** The address of one host. `multicastKey` is the key that a multicast address would belong to. */
export function unicastAddress(multicastKey?: string) {
  const wanted = 'be the unicast address of one host'
  return ipAddress(wanted, (address) => {
    const belongsElsewhere = address.kind === 'multicast' && multicastKey !== undefined
    return isHost(address)
      ? undefined
      : {
          code: 'not-unicast',
          must: wanted,
          ...(belongsElsewhere && { suggestion: `${multicastKey}: ${address.text}` }),
        }
  })
}

function ipAddress(wanted: string, refuse: (address: IpAddress) => RefusedValue | undefined) {
  return text(wanted, (value) => {
    const address = parseIpAddress(value)
    if (typeof address === 'string') {
      return { code: 'bad-ip', must: `be ${address}` }
    }
    return refuse(address) ?? address.text
  }).meta(ipFormats)
}

function isHost(address: IpAddress): boolean {
  return address.kind === 'unicast' || address.kind === 'loopback'
}

/** An interface address with its prefix length, such as 10.0.1.1/24. */
export function interfaceAddress() {
  const wanted = 'be an address with its prefix length, such as 10.0.1.1/24 or 2001:db8:1::1/64'
  return text(wanted, (value) => {
    const [host = '', prefix, ...rest] = value.split('/')
    const address = parseIpAddress(host)
    if (typeof address === 'string') {
      return { code: 'bad-ip', must: `be ${address}, then "/" and a prefix length` }
    }
    const bits = address.family === 'IPv4' ? 32 : 128
    if (prefix === undefined) {
      return { code: 'bad-prefix', must: wanted, suggestion: `${address.text}/${address.family === 'IPv4' ? 24 : 64}` }
    }
    if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > bits) {
      return { code: 'bad-prefix', must: `end in "/" and a prefix length from 0 to ${bits}` }
    }
    // The kernel refuses ::1 on any link but lo, and takes 127.0.0.1.
    if (!isHost(address) || (address.kind === 'loopback' && address.family === 'IPv6')) {
      return { code: 'not-unicast', must: 'be a unicast address that a link can have' }
    }
    return `${address.text}/${prefix}`
  }).meta({ pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$' })
}

/** An Ethernet address, as six lower-case bytes with colons between them; unicast unless said otherwise. */
export function macAddress({ takesGroups = false, takesZeros = false } = {}) {
  const wanted = 'be an Ethernet address: six bytes in hex, such as 02:00:00:00:00:01'
  return text(wanted, (value) => {
    if (!/^[0-9a-f]{2}([:-])[0-9a-f]{2}(\1[0-9a-f]{2}){4}$/i.test(value)) {
      const digits = value.toLowerCase().replace(/[^0-9a-f]/g, '')
      const suggestion = digits.length === 12 ? (digits.match(/../g) ?? []).join(':') : undefined
      return { code: 'bad-mac', must: wanted, ...(suggestion !== undefined && { suggestion }) }
    }
    const mac = value.toLowerCase().replaceAll('-', ':')
    if (mac === zeroMac && !takesZeros) {
      return { code: 'bad-mac', must: 'not be all zeros' }
    }
    // The lowest bit of the first byte marks a group address; the kernel answers EADDRNOTAVAIL.
    return takesGroups || Number.parseInt(mac.slice(0, 2), 16) % 2 === 0
      ? mac
      : { code: 'bad-mac', must: 'be a unicast address: its first byte must be even' }
  }).meta({ pattern: '^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$' })
}

/** Free text that the kernel keeps with the link: IFALIASZ in linux/if.h is 256, with the final NUL. */
export function linkAlias() {
  return text('be text', (value) => {
    const bytes = Buffer.byteLength(value)
    if (bytes > 255) {
      return { code: 'bad-alias', must: `have at most 255 bytes; this has ${bytes}` }
    }
    // Half of a surrogate pair has no UTF-8 form: what is read back would differ for ever.
    return /[\0\p{Surrogate}]/u.test(value) ? { code: 'bad-alias', must: 'have no NUL and be valid Unicode' } : value
  }).meta({ maxLength: 255 })
}
