import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { addressOf } from '../../../../src/agent/publish/api/peer.ts'
import { kindOf } from '../../../../src/agent/publish/api/places.ts'

test.each([
  { remoteAddress: '192.0.2.7', name: '192.0.2.7' },
  { remoteAddress: '::ffff:192.0.2.7', name: '192.0.2.7' },
  { remoteAddress: '2001:db8:1:2:3:4:5:6', name: '2001:db8:1:2::/64' },
  { remoteAddress: '2001:db8::6', name: '2001:db8:0:0::/64' },
  { remoteAddress: '::1', name: '0:0:0:0::/64' },
  { remoteAddress: 'fe80::1%eth1', name: 'fe80:0:0:0::/64' },
  { remoteAddress: undefined, name: 'an unknown address' },
])('$remoteAddress is counted as $name, and has no privileges', ({ remoteAddress, name }) => {
  expect(addressOf({ remoteAddress } as Socket)).toEqual({ name, isPrivileged: false })
})

test.each([
  { name: 'uid 1000', kind: 'user' },
  { name: 'an unknown user', kind: 'user' },
  { name: '192.0.2.7', kind: 'address' },
  { name: '2001:db8:1:2::/64', kind: 'address' },
])('$name is one $kind', ({ name, kind }) => {
  expect(kindOf({ name, isPrivileged: false })).toBe(kind)
})
