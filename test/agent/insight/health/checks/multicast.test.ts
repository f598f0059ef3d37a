/** Multicast on the underlay: what is missing, and what is not. */
import { describe, expect, test } from 'vitest'
import { membership, membershipLimit, querier } from '../../../../../src/agent/insight/health/checks/multicast.ts'
import { observed, vxlan } from '../../../../support/builders.ts'
import { eth1, facts, found, looked, remote, sample, watched } from '../support.ts'

const withGroup = observed([eth1, vxlan(5, 'vxlan0', { id: 42, link: 2, group: '239.1.1.1' })])
const group = remote('239.1.1.1', { isGroup: true })
const joined = (...addresses: string[]) => new Map([['eth1', new Set(addresses)]])

test.each([
  { what: 'joined', groups: [group], memberships: joined('239.1.1.1'), findings: [] },
  { what: 'not joined', groups: [group], memberships: joined('224.0.0.1'), findings: ['fault 239.1.1.1 eth1: vxlan0'] },
  {
    what: 'joined elsewhere',
    groups: [group],
    memberships: new Map([['eth2', new Set(['239.1.1.1'])]]),
    findings: ['fault 239.1.1.1 eth1: vxlan0'],
  },
  { what: 'no group', groups: [], memberships: joined(), findings: [] },
  {
    what: 'the group of an entry, which the kernel does not join',
    groups: [remote('239.9.9.9', { isGroup: true, query: { dst: '239.9.9.9', oif: 2 } })],
    memberships: joined('239.1.1.1'),
    findings: ['warning 239.9.9.9 eth1 entry: vxlan0'],
  },
])('membership: $what', ({ groups, memberships, findings }) => {
  expect(found(membership, facts({ observed: withGroup, groups, memberships }))).toEqual(findings)
})

test('the group of a VNI is the link’s own', () => {
  const tables = observed([eth1, vxlan(5, 'vxlan0', { link: 2, collectMetadata: true })])
  tables.vnis.set(5, new Map([[7, '239.7.7.7']]))
  const groups = [remote('239.7.7.7', { isGroup: true, vni: 7 })]
  expect(found(membership, facts({ observed: tables, groups }))).toEqual(['fault 239.7.7.7 eth1: vxlan0'])
})

describe('querier', () => {
  const long = watched([sample(0), sample(250)])
  const short = watched([sample(0), sample(249)])

  test.each([
    { what: 'heard', heard: true, counters: long, result: [] },
    { what: 'not heard for twice the interval', heard: false, counters: long, result: ['warning eth1: vxlan0'] },
    { what: 'not heard yet', heard: false, counters: short, result: [] },
  ])('$what', ({ heard, counters, result }) => {
    expect(found(querier, facts({ groups: [group], queriers: new Map([['eth1', heard]]), counters }))).toEqual(result)
  })

  test('says why it does not look', () => {
    const unknown = facts({ groups: [group], queriers: new Map([['eth1', undefined]]), counters: long })
    expect(looked(querier, unknown)).toMatchObject({
      at: 'eth1',
      whyNot: expect.stringContaining('no trace of IGMP queries'),
    })
    const early = facts({ groups: [group], queriers: new Map([['eth1', false]]), counters: short })
    expect(looked(querier, early)).toMatchObject({ at: 'eth1', whyNot: expect.stringContaining('none has been heard') })
    expect(looked(querier, facts())).toEqual({ found: [], at: '' })
  })
})

describe('membership-limit', () => {
  const groups = (count: number, more: object = {}) =>
    Array.from({ length: count }, (_, at) => remote(`239.1.1.${at}`, { isGroup: true, ...more }))
  const two = observed([eth1, vxlan(5, 'vxlan0', { link: 2, port: 4789 }), vxlan(6, 'vxlan1', { link: 2, port: 8472 })])

  test.each([
    { what: 'there is room', all: groups(19), findings: [] },
    { what: 'the socket is full', all: groups(20), findings: ['warning UDP port 4789: '] },
    { what: 'the same group of many links counts once', all: [...groups(19), ...groups(19)], findings: [] },
    {
      what: 'IPv6 has no such limit',
      all: groups(30).map((each, at) => ({ ...each, address: `ff05::${at}` })),
      findings: [],
    },
    {
      what: 'two full sockets are two findings',
      all: [...groups(20), ...groups(25, { index: 6, ifname: 'vxlan1' })],
      findings: ['warning UDP port 4789: ', 'warning UDP port 8472: '],
    },
    {
      what: 'half in one socket, half in another',
      all: [...groups(15), ...groups(15, { ifname: 'vxlan1' })],
      findings: [],
    },
  ])('$what', ({ all, findings }) => {
    expect(found(membershipLimit, facts({ observed: two, groups: all }))).toEqual(findings)
  })

  test('says that it cannot read the limit', () => {
    const { mostMemberships: _, ...rest } = facts({ groups: groups(50) })
    expect(looked(membershipLimit, { ...rest, mostMemberships: undefined })).toMatchObject({
      found: [],
      whyNot: 'it cannot be read here',
    })
  })
})
