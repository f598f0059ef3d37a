/** Text from the network cannot hide or turn what stands around it. */
import { expect, test } from 'vitest'
import { pageHeaders } from '../../../../src/agent/publish/web/assets.ts'
import { safeText } from '../../../../src/agent/publish/web/client/safe-text.ts'

test.each([
  ['vxlan0', 'vxlan0'],
  ['\u001b[31m', String.raw`\u{1b}[31m`],
  ['a\u202eb\u2066', String.raw`a\u{202e}b\u{2066}`],
  ['\u2028\u0000', String.raw`\u{2028}\u{0}`],
  ['a\u200bb\ufeff', String.raw`a\u{200b}b\u{feff}`],
  ['two\nlines', String.raw`two\nlines`],
  ['<img src=x>', '<img src=x>'],
  ['日本', '日本'],
])('%j', (text, safe) => {
  expect(safeText(text)).toBe(safe)
})

test('what is too long is cut', () => {
  expect(safeText('x'.repeat(10_000))).toHaveLength(2001)
})

test('the policy lets nothing be loaded but what is its own, and no inline script or style', () => {
  const policy = pageHeaders['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
  expect(policy).toContain("frame-ancestors 'none'")
})
