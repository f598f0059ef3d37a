import { expect, test } from 'vitest'
import { desiredStateJsonSchema } from '../../src/agent/desired/schema.ts'
import { desiredStatePage } from '../support/desired-state-page.ts'

test('docs/desired-state.md says what the schema says', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: JSON Schema as the library gives it, untyped.
  const schema = desiredStateJsonSchema() as any
  const { properties } = schema.properties.vxlans.additionalProperties
  await expect(desiredStatePage(properties)).toMatchFileSnapshot('../../docs/desired-state.md')
})
