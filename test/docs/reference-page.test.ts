import { expect, test } from 'vitest'
import { sections } from '../../scripts/reference/sections.ts'
import { referencePage } from '../support/reference-page.ts'

test('docs/reference/desired-state.md says what the schema says', async () => {
  await expect(referencePage(sections())).toMatchFileSnapshot('../../docs/reference/desired-state.md')
})
