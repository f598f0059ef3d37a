/** The VTEPs of a nexthop group. */
import { expect, test } from 'vitest'
import { listNexthops, nexthopMembers } from '../../../src/agent/kernel/nexthop-members.ts'
import { KernelError } from '../../../src/rtnetlink/index.ts'
import { nexthopGroup } from '../../support/builders.ts'

const group = nexthopGroup(10, ['10.0.2.2', '10.0.2.3'])

test.each([
  { what: 'of a group', id: 10, members: ['10.0.2.2', '10.0.2.3'] },
  { what: 'of one that is not known', id: 20, members: undefined },
  { what: 'of a nexthop that is none', id: 11, members: undefined },
])('$what', ({ id, members }) => {
  expect(nexthopMembers(id, group)).toEqual(members)
})

test('a member that is gone is left out', () => {
  group.delete(11)
  expect(nexthopMembers(10, group)).toEqual(['10.0.2.3'])
})

test('they are listed by id; a kernel without them has none, and another failure is one', async () => {
  expect(await listNexthops({ listNexthops: async () => [...group.values()] })).toEqual(group)
  const refuse = (error: Error) => listNexthops({ listNexthops: () => Promise.reject(error) })
  expect(await refuse(new KernelError({ operation: 'list nexthops', code: 'EOPNOTSUPP' }))).toBeUndefined()
  await expect(refuse(new Error('closed'))).rejects.toThrow('closed')
})
