import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/guides/operations.md'), 'utf8')
/** Without the line breaks of its sentences. */
const prose = page.replace(/\s+/g, ' ')

/** All that vxagent may say, as it stands in the sources. */
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
  .join('\n')

test('why the service does not start is quoted as it is said', () => {
  const [, section = ''] = /^### The service does not start\n(.*?)^### /ms.exec(page) ?? []
  const quoted = [...section.matchAll(/^\| `(.+?)` \|/gm)].map(([, words = '']) => words)
  expect(quoted.length).toBeGreaterThan(4)
  const unknown = quoted.filter((words) => !sources.includes(words))
  // Its beginning and its words come from the table of options.
  expect(unknown).toEqual(['the environment variable VXAGENT_WATCH must be one of yes, no'])
})

test.each([
  'There are no tunnels: no vxlan link has a remote.',
  'there is no route',
  'the daemon is not running (no such socket)',
  'the netlink socket for requests',
  ' has not answered for ',
  'not well: ',
  'what vxagent made went with an earlier boot',
])('says %s', (words) => {
  expect([prose.includes(words), sources.includes(words)]).toEqual([true, true])
})
