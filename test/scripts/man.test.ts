import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary-directory.ts'

function written(args: readonly string[], env: Record<string, string> = {}): Record<string, string> {
  const directory = join(temporaryDirectory(), 'a', 'man')
  execFileSync(process.execPath, ['scripts/man.js', directory, ...args], { env: { PATH: process.env['PATH'], ...env } })
  return Object.fromEntries(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]))
}

test('the pages are written, the same each time', () => {
  const pages = written([], { SOURCE_DATE_EPOCH: '1795392000' })
  expect(Object.keys(pages).sort()).toEqual(['vxagent-desired.5', 'vxagent.1'])
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(pages['vxagent.1']).toMatch(`.TH "VXAGENT" "1" "2026-11-23" "vxagent ${version}" "vxagent manual"\n`)
  expect(written(['2026-11-23'], { SOURCE_DATE_EPOCH: '0' })).toEqual(pages)
  // Nothing is left of the bundle.
  expect(existsSync('build') ? readdirSync('build').filter((name) => name.startsWith('man-')) : []).toEqual([])
})

test('without a directory, or with what is no date, it says how it is called', () => {
  for (const args of [[], ['x', 'tomorrow']]) {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/man.js', ...args], { encoding: 'utf8' })
    expect(status).toBe(64)
    expect(stderr).toBe('usage: node scripts/man.js DIR [DATE]\n')
  }
})
