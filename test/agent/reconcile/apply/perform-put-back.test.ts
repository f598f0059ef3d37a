import { expect, test } from 'vitest'
import type { Kernel } from '../../../../src/agent/reconcile/apply/kernel.ts'
import { NotPutBack, putBack } from '../../../../src/agent/reconcile/apply/perform-put-back.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { KernelError } from '../../../../src/rtnetlink/index.ts'

test('an option of a guest that the kernel refuses keeps no other from being set', async () => {
  const sent: object[] = []
  const changeLink = async ({ attributes }: { attributes: { linkinfo?: { slaveData?: object } } }) => {
    const { slaveData } = attributes.linkinfo ?? {}
    if (slaveData !== undefined && 'hairpin' in slaveData) {
      throw new KernelError({ code: 'EINVAL', operation: 'change link 3' } as never)
    }
    sent.push(slaveData ?? attributes)
  }
  const changes = (['hairpin', 'isolated'] as const).map((attribute) => ({ attribute, from: false, to: true }))
  const options = [{ kind: 'changePort', link: 'tap0', reason: '', changes }] as never as Action[]
  const guests = [{ name: 'tap0', ifindex: 3, options }]
  const kernel = { client: { changeLink } } as never as Kernel
  const what = { object: 'guests' as const, guests }
  const done = putBack(kernel, 9, { kind: 'putBack', link: 'br0', from: 7, what, reason: '' })
  await expect(done).rejects.toThrow(NotPutBack)
  expect(sent).toEqual([{ master: 9 }, { isolated: true }])
})
