import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const root = join(import.meta.dirname, '../..')
const [, diff = ''] =
  /<!-- tested: test\/docs\/contributing.test.ts -->\n```diff\n(.*?)^```$/ms.exec(
    readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'),
  ) ?? []

interface Hunk {
  readonly file: string
  readonly before: string
  readonly after: string
}

/** The hunks of a unified diff without line numbers. */
function hunksOf(text: string): Hunk[] {
  return [...text.matchAll(/^--- .*\n\+\+\+ b\/(.*)\n@@\n((?:[ +-].*\n)+?)(?=---|$(?![\s\S]))/gm)].map(
    ([, file = '', body = '']) => {
      const lines = body.split('\n').slice(0, -1)
      const without = (sign: string): string =>
        lines
          .filter((line) => !line.startsWith(sign))
          .map((line) => `${line.slice(1)}\n`)
          .join('')
      return { file, before: without('+'), after: without('-') }
    },
  )
}

/** A copy of what type checker and tests read, with the hunks applied. */
function changedCopy(hunks: readonly Hunk[]): string {
  const copy = temporaryDirectory()
  const files = readdirSync(root).filter((name) => /^(tsconfig.*|package|vitest\.config)\.(json|ts)$/.test(name))
  for (const name of [...files, 'src', 'test', 'integration', 'bench', 'scripts']) {
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const { file, before, after } of hunks) {
    const parts = readFileSync(join(copy, file), 'utf8').split(before)
    expect(parts, `${file} has the lines around the change once`).toHaveLength(2)
    writeFileSync(join(copy, file), parts.join(after))
  }
  return copy
}

const hunks = hunksOf(diff)

test('the example adds one row to the protocol, one to the schema, and a golden row', () => {
  expect(hunks.map(({ file }) => file)).toEqual([
    'src/rtnetlink/messages/vxlan.ts',
    'src/agent/desired/schema/vxlan.ts',
    'test/rtnetlink/messages/vxlan.test.ts',
  ])
})

/** Two processes, one of them over the whole project: minutes on a machine that is busy. */
const patience = 900_000

test(
  'a copy with the attribute of the example has no error of types, and passes the golden test and that of the words of a vxlan',
  () => {
    const copy = changedCopy(hunks)
    const run = (...words: string[]): { status: number | null; output: string } => {
      const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: copy, encoding: 'utf8' })
      return { status, output: stdout + stderr }
    }
    expect(run('node_modules/typescript/bin/tsc', '--noEmit')).toEqual({ status: 0, output: '' })

    const tests = ['test/rtnetlink/messages/vxlan.test.ts', 'test/agent/words/vxlan-words.test.ts']
    const { status, output } = run(
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      'unit',
      '--reporter=verbose',
      ...tests,
    )
    expect(status, output).toBe(0)
    expect(output).toMatch(/hopdelay/)
  },
  patience,
)
