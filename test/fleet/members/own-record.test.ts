import { expect, test } from 'vitest'
import type { FleetLink } from '../../../src/agent/answers/fleet.ts'
import { OwnRecord } from '../../../src/fleet/members/own-record.ts'
import { vtepOf } from '../../support/fleet-members.ts'

const identity = { id: 'vyos01', instance: 'i', boot: 'b', agent: '0.1.0' }
const graceMs = 300_000

function ownRecord(advertise: readonly string[] = []): OwnRecord {
  return new OwnRecord({ identity, advertise, graceMs })
}

function linkOf(given: Partial<FleetLink> = {}): FleetLink {
  return {
    name: 'vxlan0',
    vni: 42,
    asksForRemotes: true,
    asksForMacs: false,
    state: 'converged',
    vtep: {
      address: '10.0.2.1',
      dstport: 4789,
      mtu: 1450,
      underlayMtu: 1500,
      mac: '02:00:00:00:00:01',
      learning: true,
      gbp: false,
      gpe: false,
      addresses: ['10.0.1.1/24'],
    },
    missing: [],
    missingCount: 0,
    unexplained: [],
    ...given,
  }
}

/** The link as it is while the kernel has none that is up. */
function downLink(): FleetLink {
  const { vtep: _, ...down } = linkOf({ state: 'waiting' })
  return down
}

test('publishes a VTEP as the kernel has it', () => {
  expect(ownRecord().update([linkOf()], 0)).toEqual({
    v: 1,
    ...identity,
    vteps: [vtepOf({ addresses: ['10.0.1.1/24'] })],
  })
})

test('publishes the advertised address of the family of the VTEP', () => {
  const { vteps } = ownRecord(['203.0.113.7', '2001:db8::7']).update([linkOf()], 0)
  expect(vteps[0]).toMatchObject({ local: '10.0.2.1', advertise: '203.0.113.7' })
})

test('publishes the address of its page where a file states one', () => {
  const page = 'https://vyos01.example:8443/'
  expect(new OwnRecord({ identity, advertise: [], graceMs, page }).update([], 0)).toMatchObject({ page })
  expect(ownRecord().update([], 0)).not.toHaveProperty('page')
})

test('publishes nothing at first of a link that has not converged', () => {
  expect(ownRecord().update([linkOf({ state: 'failing' })], 0).vteps).toEqual([])
})

test('goes on to publish a link that fails later, as the kernel has it', () => {
  const record = ownRecord()
  record.update([linkOf()], 0)
  expect(record.update([linkOf({ state: 'failing' })], 1).vteps).toHaveLength(1)
})

test('says which kinds of question the host answers, and nothing where it answers none', () => {
  expect(ownRecord().update([linkOf()], 0)).not.toHaveProperty('answers')
  const answering = new OwnRecord({ identity, advertise: [], graceMs, answers: ['whereis'] })
  expect(answering.update([linkOf()], 0).answers).toEqual(['whereis'])
})

test('keeps a VTEP that the kernel lacks for the grace', () => {
  const record = ownRecord()
  record.update([linkOf()], 0)
  expect(record.update([downLink()], 1000).vteps).toHaveLength(1)
  expect(record.withdrawalInMs(1000)).toBe(graceMs - 1000)
  expect(record.update([downLink()], graceMs).vteps).toEqual([])
})

test('withdraws a VTEP at once that no file wants any more', () => {
  const record = ownRecord()
  record.update([linkOf()], 0)
  expect(record.update([], 1).vteps).toEqual([])
})

test('withdraws a VTEP at once whose VNI is another now', () => {
  const record = ownRecord()
  record.update([linkOf()], 0)
  expect(record.update([{ ...downLink(), vni: 43 }], 1).vteps).toEqual([])
})

test('keeps what an earlier run of this host had published until the kernel has it again', () => {
  const record = ownRecord()
  record.remember({ vteps: [vtepOf()] }, 0)
  expect(record.update([downLink()], 1).vteps).toEqual([vtepOf()])
})
