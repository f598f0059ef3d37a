import { expect, test } from 'vitest'
import { oneOf, resyncInterval, wholeNumber } from '../../src/cli/options.ts'
import { readIp, readMac } from '../../src/cli/read-address.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

test.each([
  ['1', 1],
  ['60', 60],
  ['007', 7],
])('%s is a whole number', (text, number) => {
  expect(wholeNumber(1, 60)(text, '--x')).toBe(number)
})

test.each(['', '0', '61', '-1', '1.5', '1e1', '0x10', ' 5', 'NaN', '٥', '9'.repeat(400)])(
  '%j is no whole number from 1 to 60',
  (text) => {
    expect(() => wholeNumber(1, 60)(text, '--x')).toThrow(UsageError)
  },
)

test('a resync interval fits a timer of Node', () => {
  expect(resyncInterval.read('2147483', '--x') * 1000).toBeLessThan(2 ** 31)
  expect(() => resyncInterval.read('2147484', '--x')).toThrow(UsageError)
})

test('a word is one of those allowed, exactly', () => {
  expect(oneOf(['warn', 'info'])('info', '--x')).toBe('info')
  expect(() => oneOf(['warn', 'info'])('INFO', '--x')).toThrow('--x must be one of warn, info, not "INFO"')
})

test.each([
  ['10.0.2.254', '10.0.2.254'],
  ['2001:DB8:0:0::FE', '2001:db8::fe'],
  ['ff05:0:0:0:0:0:0:100', 'ff05::100'],
])('the address %s is read as the kernel is shown: %s', (text, canonical) => {
  expect(readIp(text, '--dst')).toBe(canonical)
})

test.each(['', '10.0.2', '010.0.0.1', '10.0.2.1/24', 'fe80::1%eth0', 'eth1'])('%j is no IP address', (text) => {
  expect(() => readIp(text, '--dst')).toThrow(UsageError)
})

test.each([
  ['02:00:00:00:00:FE', '02:00:00:00:00:fe'],
  ['2:0:0:0:0:a', '02:00:00:00:00:0a'],
])('the MAC address %s is read as %s', (text, canonical) => {
  expect(readMac(text, '--mac')).toBe(canonical)
})

test.each(['', '02:00:00:00:00', '02:00:00:00:00:fe:00', '02-00-00-00-00-fe', '0200.0000.00fe', '02:00:00:00:00:fg'])(
  '%j is no MAC address',
  (text) => {
    expect(() => readMac(text, '--mac')).toThrow(UsageError)
  },
)
