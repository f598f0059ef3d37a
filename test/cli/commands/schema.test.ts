import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { fakeIo } from '../support.ts'

test('the schema describes a desired-state file', async () => {
  const io = fakeIo()
  expect(await run(['schema'], io)).toBe(0)
  expect(JSON.parse(io.stdout.text)).toMatchObject({ type: 'object', properties: { vxlans: {} } })
})
