/** Routes: struct rtmsg, RTA_*, and the bytes of iproute2 and the kernel. */
import { expect, test } from 'vitest'
import { RTM_GETROUTE, RTM_NEWROUTE, RTN_UNICAST } from '../../../src/rtnetlink/messages/constants.ts'
import { type Route, route } from '../../../src/rtnetlink/messages/route.ts'
import { messageHeader } from '../../../src/rtnetlink/wire/message.ts'
import { decodeAll, encodeAll } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'
import { goldenValue } from '../../support/golden-message.ts'

test('what is asked for has the bytes of iproute2, its flag for the table apart', () => {
  const bytes = golden('route-get')
  expect(messageHeader.decode(bytes, 0, 16).type).toBe(RTM_GETROUTE)
  const asked = { dstLen: 32, flags: 0x1000, attributes: { dst: '192.0.2.9', oif: 3 } }
  const theirs = bytes.subarray(16)
  expect(decodeAll(route, theirs)).toMatchObject({ family: 2, ...asked })
  expect(encodeAll(route, decodeAll(route, theirs))).toEqual(theirs)
})

test('the way by a gateway, with the MTU of its route', () => {
  expect(messageHeader.decode(golden('route-get-answer'), 0, 16).type).toBe(RTM_NEWROUTE)
  const { type, attributes } = goldenValue<Route>('route-get-answer')
  expect(type).toBe(RTN_UNICAST)
  expect(attributes).toMatchObject({
    dst: '192.0.2.9',
    oif: 3,
    prefsrc: '10.0.2.1',
    gateway: '10.0.2.254',
    metrics: { mtu: 1400 },
  })
})

test('an IPv6 gateway of an IPv4 destination, read and written', () => {
  const value = goldenValue<Route>('route-get-via-ipv6')
  expect(value.attributes).toMatchObject({ dst: '198.51.100.9', oif: 3, via: 'fe80::1' })
  expect(value.attributes.gateway).toBeUndefined()
  expect(decodeAll(route, encodeAll(route, value))).toEqual(value)
})
