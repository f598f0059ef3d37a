/** Which addresses this host has. */
import { expect, test } from 'vitest'
import { hasAddress, hostAddresses, ownAddresses } from '../../../src/agent/kernel/own-addresses.ts'
import { address, observed } from '../../support/builders.ts'

const tables = observed([], [address(2, '10.0.2.1/24'), address(3, 'fd00::1/64'), address(3, 'fe80::1/64')])

test.each([
  ['10.0.2.1', true],
  ['10.0.2.2', false],
  ['fd00::1', true],
  ['fe80::1', true],
  [undefined, false],
])('%s: %s', (wanted, isThere) => {
  expect(hasAddress(tables, wanted)).toBe(isThere)
})

test('all, and those that no other host has', () => {
  expect([...ownAddresses(tables)]).toEqual(['10.0.2.1', 'fd00::1', 'fe80::1'])
  expect([...hostAddresses(tables)]).toEqual(['10.0.2.1', 'fd00::1'])
})
