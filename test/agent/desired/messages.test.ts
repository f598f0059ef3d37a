import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatIssue, type Issue } from '../../../src/agent/desired/issue.ts'
import { desiredDirectory, issuesOf } from './support.ts'

const issue: Issue = {
  severity: 'error',
  code: 'out-of-range',
  file: 'a.yaml',
  line: 3,
  column: 10,
  path: 'vxlans.vxlan0.ttl',
  text: '300',
  message: 'ttl of vxlan0 is too large',
}

test('an issue starts as editors expect it, and shows source and suggestion beneath', () => {
  expect(formatIssue({ ...issue, suggestion: 'at most 255' })).toBe(
    'a.yaml:3:10: error: ttl of vxlan0 is too large\n    found: 300\n    suggestion: at most 255',
  )
  expect(formatIssue({ ...issue, severity: 'warning', text: '' })).toBe(
    'a.yaml:3:10: warning: ttl of vxlan0 is too large',
  )
})

/** What is suggested for a key of a link that is otherwise right. */
test.each([
  ['vni: 5', 'id'],
  ['link: eth1', 'dev'],
  ['source-interface: eth1', 'dev'],
  ['port: 4789', 'dstport'],
  ['ageing_time: 5', 'ageing'],
  ['source-address: 10.0.0.1', 'local'],
  ['address: 10.0.0.1/8', 'addresses'],
  ['mtu-bytes: 1400', 'mtu'],
  ['MacLearning: true', 'learning'],
  ['vxlan-svcnodeip: 239.1.1.1', 'remote'],
  ['TTL: 5', 'ttl'],
  ['lerning: true', 'learning'],
  ['nolearning: true', 'learning: false'],
  ['noid: 4', undefined],
  ['colour: red', undefined],
  ['ttl: "16"', 'drop the quotes: ttl: 16'],
  ['ttl: Inherit', 'ttl: inherit'],
  ['df: unsett', 'df: unset'],
  ['learning: off', 'learning: false'],
  ['ttl: off', undefined],
  ['learning: 1', 'learning: true'],
  ['alias: 42', 'put it in quotes: alias: "42"'],
  ['srcport: 5000-6000', 'srcport: [5000, 6000]'],
  ['addresses: 10.0.1.1/24', 'addresses: [10.0.1.1/24]'],
  ['addresses: [10.0.1.1]', '10.0.1.1/24'],
  ['group: 10.0.0.1', 'remote: 10.0.0.1'],
  ['remote: 239.1.1.1', 'group: 239.1.1.1'],
  ['mac: 0200.0000.0001', '02:00:00:00:00:01'],
])('%s: suggests %s', async (line, suggestion) => {
  const directory = desiredDirectory({
    'a.yaml': `vxlans:\n  vxlan0:\n    id: 1\n    dstport: 4789\n    dev: e\n    ${line}\n`,
  })
  const [found, ...others] = await issuesOf(directory)
  expect(others).toEqual([])
  expect(found?.suggestion).toBe(suggestion)
})

test('an issue names the key, quotes the source, and never lets a control character through', async () => {
  const directory = desiredDirectory({ 'a.yaml': 'vxlans:\n  "eth\\e[0m.1": {id: 1, dstport: 1, dev: "a\u202e/b"}\n' })
  const issues = await issuesOf(directory)
  expect(issues.map(({ path, text }) => ({ path, text }))).toEqual([
    { path: 'vxlans."eth\\u001b[0m.1"', text: '"eth\\e[0m.1"' },
    { path: 'vxlans."eth\\u001b[0m.1".dev', text: '"a\\u{202e}/b"' },
  ])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for
  expect(issues.map(formatIssue).join('')).not.toMatch(/[\u0000-\u0009\u001b\u202e]/)
})

test('a clash names both places', async () => {
  const directory = desiredDirectory({
    'a.yaml': 'vxlans:\n  a: {id: 1, dstport: 1, mac: 02:00:00:00:00:01, addresses: [10.0.0.1/8], remcsumrx: true}\n',
    'b.yaml':
      '\nvxlans:\n  b: {id: 1, dstport: 1, mac: 02:00:00:00:00:01, addresses: [10.0.0.1/8]}\n  a: {id: 3, dstport: 3}\n',
  })
  const messages = (await issuesOf(directory)).map(({ message }) => message)
  expect(messages).toHaveLength(5)
  for (const message of messages) {
    expect(message).toContain(`${join(directory, 'a.yaml')}:2`)
  }
})

test('a key that stands twice names both places', async () => {
  const directory = desiredDirectory({ 'a.yaml': 'vxlans:\n  a: {id: 1, dstport: 1}\n  a: {id: 1}\n' })
  const [issue] = await issuesOf(directory)
  expect(issue?.message).toBe(`"a" stands here a second time; the first is at ${join(directory, 'a.yaml')}:2`)
})

test('a circle names the links in it, and not one that leads into it', async () => {
  const directory = desiredDirectory({
    'a.yaml':
      'vxlans:\n  a: {id: 1, dstport: 1, dev: b}\n  b: {id: 2, dstport: 1, dev: c}\n  c: {id: 3, dstport: 1, dev: b}\n',
  })
  const [issue] = await issuesOf(directory)
  expect(issue?.message).toBe('dev leads in a circle: b over c over b')
})
