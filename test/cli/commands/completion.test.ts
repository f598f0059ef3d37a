import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { fakeIo } from '../support.ts'

test('the completion script calls vxagent', async () => {
  const io = fakeIo()
  expect(await run(['completion'], io)).toBe(0)
  expect(io.stdout.text).toContain('vxagent --get-yargs-completions')
})
