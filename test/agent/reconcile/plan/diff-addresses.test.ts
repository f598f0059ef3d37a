import { expect, test } from 'vitest'
import { actionSign, describeAction } from '../../../../src/agent/reconcile/plan/describe-action.ts'
import { diffAddresses } from '../../../../src/agent/reconcile/plan/diff-addresses.ts'
import type { OwnedLink } from '../../../../src/agent/record/owned.ts'
import { type Address, constants } from '../../../../src/rtnetlink/index.ts'
import { address, desiredVxlan, mac, vxlan } from '../../../support/builders.ts'

const vxlan0 = vxlan(5, 'vxlan0', { id: 42 })
const record: OwnedLink = { kind: 'vxlan', id: 42, mac, ifindex: 5, stated: ['id'] }
const recordOfAddresses: OwnedLink = { ...record, stated: ['id', 'addresses'] }

/** An address as another than user space would have put it there. */
function made(text: string, flags: number, proto?: number): Address {
  const plain = address(5, text)
  return {
    ...plain,
    flags: flags & 0xff,
    attributes: { ...plain.attributes, flags, ...(proto !== undefined && { proto }) },
  }
}

const { IFA_F_PERMANENT, IFA_F_STABLE_PRIVACY, IFAPROT_KERNEL_LL } = constants
/** fe80::/64 of the MAC 02:00:00:00:00:01. */
const eui64 = 'fe80::ff:fe00:1/64'

test.each<{ name: string; wanted?: string[]; present: Address[]; record?: OwnedLink; plan: string[] }>([
  {
    name: 'is empty when converged, whatever the order',
    wanted: ['10.0.1.1/24', '10.0.2.1/24'],
    present: [address(5, '10.0.2.1/24'), address(5, '10.0.1.1/24')],
    plan: [],
  },
  {
    name: 'adds what is missing in the order declared',
    wanted: ['10.0.2.1/24', '10.0.1.1/24'],
    present: [],
    plan: ['+ 10.0.2.1/24', '+ 10.0.1.1/24'],
  },
  {
    name: 'adds before it removes',
    wanted: ['10.0.2.1/24'],
    present: [address(5, '10.0.1.1/24')],
    plan: ['+ 10.0.2.1/24', '- 10.0.1.1/24'],
  },
  {
    name: 'adds first within a subnet, too: the kernel is told to keep the new one when the old one goes',
    wanted: ['10.0.1.2/24'],
    present: [address(5, '10.0.1.1/24')],
    plan: ['+ 10.0.1.2/24', '- 10.0.1.1/24'],
  },
  {
    name: 'adds first where the prefix lengths make two subnets',
    wanted: ['10.0.1.1/25'],
    present: [address(5, '10.0.1.1/24')],
    plan: ['+ 10.0.1.1/25', '- 10.0.1.1/24'],
  },
  {
    name: 'removes first what is the same IPv6 address to the kernel',
    wanted: ['2001:db8::1/56'],
    present: [address(5, '2001:db8::1/64')],
    plan: ['- 2001:db8::1/64', '+ 2001:db8::1/56'],
  },
  {
    name: 'adds first where IPv6 addresses only share a prefix',
    wanted: ['2001:db8::2/64'],
    present: [address(5, '2001:db8::1/64')],
    plan: ['+ 2001:db8::2/64', '- 2001:db8::1/64'],
  },
  { name: 'leaves all alone when no list is stated and none was', present: [address(5, '10.0.1.1/24')], plan: [] },
  {
    name: 'takes an empty list for none at all',
    wanted: [],
    present: [address(5, '10.0.1.1/24')],
    plan: ['- 10.0.1.1/24'],
  },
  {
    name: 'removes all when the list is stated no more',
    record: recordOfAddresses,
    present: [address(5, '10.0.1.1/24')],
    plan: ['- 10.0.1.1/24'],
  },
  {
    name: 'leaves the link-local address that the kernel says it made',
    wanted: [],
    present: [made('fe80::1234/64', IFA_F_PERMANENT, IFAPROT_KERNEL_LL)],
    plan: [],
  },
  {
    name: 'leaves the link-local address of the MAC, where an old kernel does not say',
    wanted: [],
    present: [made(eui64, IFA_F_PERMANENT)],
    plan: [],
  },
  {
    name: 'leaves the link-local address of the MAC that the link had before, where an old kernel does not say',
    wanted: [],
    present: [made('fe80::99ff:fe00:99/64', IFA_F_PERMANENT)],
    plan: [],
  },
  {
    name: 'leaves a stable-privacy link-local address',
    wanted: [],
    present: [made('fe80::1234/64', IFA_F_PERMANENT | IFA_F_STABLE_PRIVACY)],
    plan: [],
  },
  { name: 'leaves an address that has a lifetime', wanted: [], present: [made('2001:db8::5/64', 0)], plan: [] },
  {
    name: 'removes a link-local address that someone added',
    wanted: [],
    present: [made('fe80::1/64', IFA_F_PERMANENT)],
    plan: ['- fe80::1/64'],
  },
  {
    name: 'removes the address of the MAC with a prefix that the kernel does not give',
    wanted: [],
    present: [made(eui64.replace('/64', '/10'), IFA_F_PERMANENT)],
    plan: [`- ${eui64.replace('/64', '/10')}`],
  },
])('$name', ({ wanted, present, record: of = record, plan }) => {
  const spec = { id: 42, ...(wanted !== undefined && { addresses: wanted }) }
  const { actions } = diffAddresses(desiredVxlan('vxlan0', spec), of, vxlan0, present)
  const lines = actions.map((action) => describeAction(action).replace(/address (\S+) .*/, `${actionSign(action)} $1`))
  expect(lines).toEqual(plan)
  expect(actions.every(({ link, reason }) => link === 'vxlan0' && reason !== '')).toBe(true)
})
