import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** What the table of one run is, whose outcomes are these lines. */
function table(...lines: readonly object[]): { status: number | null; stdout: string } {
  const directory = temporaryDirectory()
  const all = [{ about: 'Linux 6.1' }, ...lines]
  writeFileSync(join(directory, 'outcomes'), all.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return spawnSync(process.execPath, ['scripts/outcomes-table.js', directory], { encoding: 'utf8' })
}

const whole = [{ start: 0 }, { end: 'passed' }]

test('a file that is left out has its row, with the reason below', () => {
  const { status, stdout } = table(
    { file: 'a.test.ts', state: 'left out', name: 'the whole file', reason: 'no FRR' },
    ...whole,
  )
  expect(stdout).toContain('| a.test.ts | left out |')
  expect(stdout).toContain('- a.test.ts is left out: no FRR (Linux 6.1)')
  expect(status).toBe(0)
})

test('passed and skipped tests are counted, and skipped ones give their reason', () => {
  const passed = { file: 'a.test.ts', name: 'one', state: 'passed', reason: '' }
  const skipped = { file: 'a.test.ts', name: 'two', state: 'skipped', reason: 'before Linux 6.2' }
  const { status, stdout } = table(passed, skipped, ...whole)
  expect(stdout).toContain('| a.test.ts | 1 passed, 1 skipped |')
  expect(stdout).toContain('- a.test.ts, “two”: before Linux 6.2 (Linux 6.1)')
  expect(status).toBe(0)
})

test.each([
  {
    name: 'a failed test',
    lines: [{ file: 'a.test.ts', name: 'one', state: 'failed', reason: 'no' }, ...whole],
    says: '**failed**: no',
  },
  { name: 'a run without its end', lines: [{ start: 0 }], says: '**not run**' },
  { name: 'a run that never started', lines: [], says: '**not run**' },
  {
    name: 'a run without its end after some tests',
    lines: [{ start: 0 }, { file: 'a.test.ts', name: 'one', state: 'passed', reason: '' }],
    says: '**cut off**',
  },
  {
    name: 'a kernel that stopped within a file',
    lines: [{ boot: '2026' }, { start: 0 }, { file: 'a.test.ts', name: 'one', state: 'passed', reason: '' }],
    says: '| a.test.ts | 1 passed, **cut off** |',
  },
  {
    name: 'a kernel that stopped between two runs of vitest',
    lines: [{ boot: '2026' }, ...whole, { file: 'a.test.ts', name: 'one', state: 'passed', reason: '' }],
    says: '**cut off**',
  },
])('$name is a failure', ({ lines, says }) => {
  const { status, stdout } = table(...lines)
  expect(stdout).toContain(says)
  expect(status).toBe(1)
})

test('what was kept of earlier boots counts as run, and what ran with other tools names them', () => {
  const [page, first, second] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()]
  const one = { file: 'integration/story.test.ts', name: 'one', state: 'passed', reason: '' }
  const lines = (tools: string) => [{ about: 'Linux 6.1', tools }, one, { done: one.file }]
  const text = (each: readonly object[]) => each.map((line) => `${JSON.stringify(line)}\n`).join('')
  writeFileSync(join(first, 'outcomes'), text(lines('Node.js v20')))
  writeFileSync(join(second, 'outcomes'), text(lines('Node.js v24')))
  const path = join(page, 'page.md')
  writeFileSync(path, '<!-- kernels -->\nold\n<!-- end of kernels -->\n')
  const args = ['scripts/outcomes-table.js', '--page', path, '--section', 'kernels', first, second]
  const { status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const written = readFileSync(path, 'utf8')
  expect(written).toContain(', with Node.js v20; Node.js v24.')
  expect(written).toContain('| integration/story.test.ts | 1 passed | 1 passed |')
  expect(written).not.toContain('cut off')
  // The other files of the page were not run.
  expect(written).toContain('| integration/repair.test.ts | not run | not run |')
  expect(status).toBe(1)
})
