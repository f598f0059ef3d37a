import { fstatSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isJournal } from '../../src/cli/journal.ts'

test('the journal is standard output when systemd says that it is this very stream', () => {
  const { dev, ino } = fstatSync(1)
  expect(isJournal({ JOURNAL_STREAM: `${dev}:${ino}` })).toBe(true)
  expect(isJournal({ JOURNAL_STREAM: `${dev}:${ino + 1}` })).toBe(false)
  expect(isJournal({})).toBe(false)
})
