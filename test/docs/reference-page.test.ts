import { expect, test } from 'vitest'
import { desiredStateJsonSchema } from '../../src/agent/desired/schema.ts'
import { referencePage } from '../support/reference-page.ts'

test('docs/reference.md says what the schema says', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: JSON Schema as the library gives it, untyped.
  const schema = desiredStateJsonSchema() as any
  const { vxlans, bridges } = schema.properties
  const page = referencePage(vxlans.additionalProperties.properties, bridges.additionalProperties.properties)
  await expect(page).toMatchFileSnapshot('../../docs/reference.md')
})
