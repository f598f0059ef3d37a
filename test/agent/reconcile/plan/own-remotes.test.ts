import { expect, test } from 'vitest'
import { diff } from '../../../../src/agent/reconcile/plan/diff.ts'
import { nothingOwned } from '../../../../src/agent/record/owned.ts'
import { address, desired, device, observed, release } from '../../../support/builders.ts'

/** What a host with eth1 and 10.0.2.1 would put into the forwarding table, and what it says of it. */
function planned(spec: object): { destinations: (string | undefined)[]; notices: string[] } {
  const wanted = desired({ vxlan0: { id: 42, ...spec } as never })
  const tables = observed([device(2, 'eth1')], [address(2, '10.0.2.1/24')])
  const { actions, notices } = diff(wanted, tables, nothingOwned, { release })
  const entries = actions.flatMap((action) => (action.kind === 'addEntries' ? action.entries : []))
  return {
    destinations: entries.map((entry) => ('request' in entry ? entry.request.attributes?.dst : undefined)),
    notices: notices.map(({ message }) => message),
  }
}

test('one list of remotes serves all hosts: each leaves itself out, and says so', () => {
  expect(planned({ remotes: ['10.0.2.1', '10.0.2.2', '10.0.2.3'] })).toEqual({
    destinations: ['10.0.2.2', '10.0.2.3'],
    notices: ['10.0.2.1 of remotes is an address of this host, and is left out'],
  })
})

test('where no remote is left, frames for all go to nobody, which is said', () => {
  expect(planned({ remotes: ['10.0.2.1'] })).toMatchObject({
    destinations: [],
    notices: [expect.anything(), expect.stringContaining('no remotes are left')],
  })
})

test('what is the link’s own remote too is not left out', () => {
  expect(planned({ remote: '10.0.2.1', remotes: ['10.0.2.1', '10.0.2.2'] })).toEqual({
    destinations: ['10.0.2.2'],
    notices: ['its remote 10.0.2.1 is an address of this host: what it sends there comes back to it'],
  })
})

test('with localbypass off, a program on this host may be meant', () => {
  expect(planned({ remotes: ['10.0.2.1', '10.0.2.2'], localbypass: false })).toEqual({
    destinations: ['10.0.2.1', '10.0.2.2'],
    notices: [],
  })
})

test('entries that lead to this host are a warning, and are made all the same', () => {
  const entry = (last: string, dst: string) => ({ mac: `02:00:00:00:00:${last}`, dst })
  const fdb = [entry('0a', '10.0.2.1'), entry('0b', '10.0.2.2')]
  expect(planned({ fdb })).toEqual({
    destinations: ['10.0.2.1', '10.0.2.2'],
    notices: [
      'the entry for 02:00:00:00:00:0a of fdb leads to 10.0.2.1, an address of this host: what it sends there comes back to it',
    ],
  })
  expect(planned({ fdb: [...fdb, entry('0c', '10.0.2.1')] }).notices).toEqual([
    '2 entries of fdb lead to 10.0.2.1, an address of this host: what it sends there comes back to it',
  ])
  expect(planned({ fdb, localbypass: false }).notices).toEqual([])
  expect(planned({ fdb: [entry('0b', '10.0.2.2')] }).notices).toEqual([])
})

test('a remote that is this host is a warning', () => {
  expect(planned({ remote: '10.0.2.1' }).notices).toEqual([
    'its remote 10.0.2.1 is an address of this host: what it sends there comes back to it',
  ])
  expect(planned({ remote: '10.0.2.2' }).notices).toEqual([])
})
