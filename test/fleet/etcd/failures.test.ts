import { expect, test } from 'vitest'
import { storeError } from '../../../src/fleet/etcd/failures.ts'

test("leaves out Node's advice to those who start node themselves", () => {
  const details =
    'No connection established. Last error: unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca. Resolution note: '
  const { kind, message } = storeError('list keys', '10.0.2.1:2379', { code: 14, details, message: '' })
  expect(kind).toBe('refused')
  expect(message).toBe(
    'cannot list keys at 10.0.2.1:2379: the certificate of the member was refused here (unable to verify the first certificate); check `ca`, `cert` and `key` of the fleet section, and the clock of this host',
  )
})
