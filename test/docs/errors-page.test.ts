import { expect, test } from 'vitest'
import { refusals } from '../../src/agent/reconcile/apply/refusals/refusals.ts'
import { errorsPage } from '../support/errors-page.ts'

test('docs/reference/errors.md says what the table of refusals says', async () => {
  await expect(errorsPage(refusals)).toMatchFileSnapshot('../../docs/reference/errors.md')
})
