import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadDesired } from '../../src/agent/desired/load.ts'
import { mostPushedFiles } from '../../src/agent/fleet/pushed-files.ts'
import { longestPushedText } from '../../src/agent/fleet/pushed-schema.ts'
import { fleet } from '../../src/cli/commands/fleet/group.ts'
import { mostHistory } from '../../src/fleet/records/push-record.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const page = readFileSync(new URL('../../docs/guides/fleet-push.md', import.meta.url), 'utf8')
const blocks = Array.from(page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm), ([, language, text = '']) => ({
  language,
  text,
}))
const lines = blocks.flatMap(({ language, text }) => (language === 'sh' ? text.trim().split('\n') : []))

test.each(lines)('there is such a command: %s', (line) => {
  const [program, group, word, ...rest] = line.split(' ')
  expect([program, group]).toEqual(['vxagent', 'fleet'])
  const command = fleet.commands.find(({ name }) => name === `fleet ${word}`)
  const known = command?.options.map(({ name }) => `--${name}`) ?? []
  expect(known).toEqual(expect.arrayContaining(rest.filter((each) => each.startsWith('--'))))
})

test('the section of the guide is valid', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'a.yaml'), blocks.find(({ language }) => language === 'yaml')?.text ?? '')
  expect((await loadDesired([directory])).state.fleet?.config).toBe('accept')
})

test('the limits are those of the code', () => {
  expect(page).toContain(
    `A file has ${longestPushedText / 1024} KiB of text at most; a host takes ${mostPushedFiles} files; ${mostHistory} revisions of a file are kept.`,
  )
})
