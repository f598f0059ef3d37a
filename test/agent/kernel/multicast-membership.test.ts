/** /proc/net/igmp and igmp6 as the kernel prints them. */
import { expect, test } from 'vitest'
import { parseMemberships } from '../../../src/agent/kernel/multicast-membership.ts'

/** `cat /proc/net/igmp`, Linux 6.18: eth1 has joined 239.1.1.1. */
const igmp = `Idx	Device    : Count Querier	Group    Users Timer	Reporter
1	lo        :     1      V3
				010000E0     1 0:00000000		0
2	eth1      :     2      V3
				010101EF     1 0:00000000		0
				010000E0     1 0:00000000		0
`
const igmp6 = `2    eth1            ff0200000000000000000001ff2fb090     1 00000004 0
2    eth1            ff050000000000000000000000000042     1 00000004 0
2    eth1            ff020000000000000000000000000001     1 0000000C 0
`

test('each device has its groups, of both families, as they are written elsewhere', () => {
  const groups = parseMemberships(igmp, igmp6)
  expect([...(groups.get('lo') ?? [])]).toEqual(['224.0.0.1'])
  expect([...(groups.get('eth1') ?? [])]).toEqual([
    '239.1.1.1',
    '224.0.0.1',
    'ff02::1:ff2f:b090',
    'ff05::42',
    'ff02::1',
  ])
  expect(groups.get('vxlan0')).toBeUndefined()
})

test('a kernel without one of the families, or lines that are none, do no harm', () => {
  expect(parseMemberships('', '').size).toBe(0)
  expect(parseMemberships('nonsense\n\t\tzz\n', '1 x y\n').size).toBe(0)
})
