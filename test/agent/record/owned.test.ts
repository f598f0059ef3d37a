import { expect, test } from 'vitest'
import { isOurs, type OwnedLink, recordedVni } from '../../../src/agent/record/owned.ts'
import type { Link } from '../../../src/rtnetlink/index.ts'
import { device, mac, vxlan } from '../../support/builders.ts'

const confirmed: OwnedLink = { kind: 'vxlan' as const, id: 42, mac, ifindex: 5, stated: [] }
const unconfirmed: OwnedLink = { kind: 'vxlan' as const, id: 42, mac, stated: [] }
const otherMac = '02:00:00:00:00:99'

test.each<{ name: string; record: OwnedLink; link: Link; ours: boolean }>([
  { name: 'the ifindex recorded', record: confirmed, link: vxlan(5, 'vxlan0', { id: 42 }), ours: true },
  {
    name: 'the ifindex recorded, after others changed its name and MAC',
    record: confirmed,
    link: vxlan(5, 'renamed', { id: 42 }, { address: otherMac }),
    ours: true,
  },
  {
    name: 'another ifindex, though MAC and VNI are alike',
    record: confirmed,
    link: vxlan(6, 'vxlan0', { id: 42 }),
    ours: false,
  },
  {
    name: 'the MAC recorded, while no ifindex is',
    record: unconfirmed,
    link: vxlan(6, 'vxlan0', { id: 42 }),
    ours: true,
  },
  {
    name: 'another MAC, while no ifindex is recorded',
    record: unconfirmed,
    link: vxlan(6, 'vxlan0', { id: 42 }, { address: otherMac }),
    ours: false,
  },
  { name: 'another VNI', record: confirmed, link: vxlan(5, 'vxlan0', { id: 43 }), ours: false },
  { name: 'another kind', record: confirmed, link: device(5, 'vxlan0'), ours: false },
])('a link with $name is ours: $ours', ({ record, link, ours }) => {
  expect(isOurs(record, link)).toBe(ours)
})

test('only a vxlan has a VNI', () => {
  expect(recordedVni(vxlan(5, 'vxlan0', { id: 42 }))).toBe(42)
  expect(recordedVni(device(2, 'eth1'))).toBeUndefined()
})
