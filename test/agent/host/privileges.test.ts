import { expect, test } from 'vitest'
import { requireVxlan } from '../../../src/agent/host/privileges.ts'
import { StartupError } from '../../../src/agent/host/startup-error.ts'
import { RtnetlinkClient } from '../../../src/rtnetlink/index.ts'
import { FakeKernel } from '../../support/fake-kernel.ts'
import type { Errno } from '../../support/fake-refusal.ts'

test('a kernel with vxlan is asked for one that cannot be, and nothing is made', async () => {
  const kernel = new FakeKernel()
  const client = new RtnetlinkClient(kernel.open())
  await expect(requireVxlan(client)).resolves.toBeUndefined()
  expect(kernel.namespace.links).toEqual([])
  client.close()
})

test.each<{ code: Errno; is: 'missing' | 'there' | 'unknown' }>([
  { code: 'EOPNOTSUPP', is: 'missing' },
  { code: 'ERANGE', is: 'there' },
  { code: 'EINVAL', is: 'there' },
  { code: 'EPERM', is: 'unknown' },
])('$code means that vxlan is $is', async ({ code, is }) => {
  const kernel = new FakeKernel()
  kernel.meddle = () => ({ kind: 'refuse', code })
  const client = new RtnetlinkClient(kernel.open())
  const asked = requireVxlan(client)
  switch (is) {
    case 'there':
      await expect(asked).resolves.toBeUndefined()
      break
    case 'missing':
      await expect(asked).rejects.toThrow(StartupError)
      break
    default:
      await expect(asked).rejects.toMatchObject({ code })
  }
  client.close()
})
