import { expect, test } from 'vitest'
import type { Issue } from '../../../src/agent/desired/issue.ts'
import { countIssues, issueLines } from '../../../src/cli/views/issues.ts'

const error: Issue = {
  severity: 'error',
  code: 'unknown-key',
  file: 'a.yaml',
  line: 6,
  column: 5,
  path: 'vxlans.vxlan0.tll',
  text: 'tll',
  message: 'unknown key "tll"\x1b[2J',
  suggestion: 'ttl',
}
const warning: Issue = { ...error, severity: 'warning' }

test('an issue starts with its place, for editors to jump to; its details are indented', () => {
  expect(issueLines([error])).toEqual([
    'a.yaml:6:5: error: unknown key "tll"\\u{1b}[2J\n    found: tll\n    suggestion: ttl\n',
  ])
})

test.each([
  { issues: [], text: '' },
  { issues: [error], text: '1 error' },
  { issues: [warning, warning], text: '2 warnings' },
  { issues: [error, warning, error], text: '2 errors, 1 warning' },
])('the issues count: $text', ({ issues, text }) => {
  expect(countIssues(issues)).toBe(text)
})
