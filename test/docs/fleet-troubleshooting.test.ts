import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findingCodes } from '../../src/fleet/members/finding.ts'

const page = readFileSync(new URL('../../docs/guides/fleet-troubleshooting.md', import.meta.url), 'utf8')

test('docs/guides/fleet-troubleshooting.md explains each finding once, and no other', () => {
  const explained = Array.from(page.matchAll(/^\| `([a-z-]+)` \| /gm), ([, code]) => code)
  expect(explained.toSorted()).toEqual(Object.keys(findingCodes).toSorted())
})
