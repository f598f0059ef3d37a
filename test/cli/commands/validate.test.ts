import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { fakeIo } from '../support.ts'

/** A directory with these files. */
function directory(files: Record<string, string>): string {
  const path = temporaryDirectory()
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(path, name), text)
  }
  return path
}

const good = 'vxlans:\n  vxlan0: { id: 42, remote: 10.0.2.9, dstport: 4789 }\n'
const doubtful = 'vxlans:\n  vxlan1: { id: 43, remote: 10.0.2.9 }\n'
const bad = 'vxlans:\n  vxlan2: { id: 44, dstport: 4789, tll: 16 }\n'

test('valid files are counted', async () => {
  const path = directory({
    'a.yaml': good,
    'b.yaml': 'vxlans:\n  vxlan1: { id: 43, remote: 10.0.2.9, dstport: 4789 }\n',
  })
  const io = fakeIo()
  expect(await run(['validate', path], io)).toBe(0)
  expect([io.stdout.text, io.stderr.text]).toEqual(['2 files, 2 vxlans: valid\n', ''])
})

test('what lies beside the files and is not read is told', async () => {
  const path = directory({ 'a.yaml': good, 'other.conf': good, '.hidden.yaml': good })
  const io = fakeIo()
  expect(await run(['validate', path], io)).toBe(0)
  expect(io.stdout.text).toBe('1 file, 1 vxlan: valid\n')
  expect(io.stderr.text).toBe(
    'not read: .hidden.yaml, other.conf; names end in .yaml, .yml or .json, and begin with no dot\n',
  )
})

test('a warning does not make files invalid', async () => {
  const io = fakeIo()
  expect(await run(['validate', join(directory({ 'a.yaml': doubtful }), 'a.yaml')], io)).toBe(0)
  expect(io.stdout.text).toBe('1 file, 1 vxlan: valid, 1 warning\n')
  expect(io.stderr.text).toMatch(/^\/.*a\.yaml:2:3: warning: /)
})

test('an error is exit code 4, with its place', async () => {
  const io = fakeIo()
  expect(await run(['validate', directory({ 'a.yaml': bad, 'b.yaml': doubtful })], io)).toBe(4)
  const lines = io.stderr.text.split('\n').filter((line) => !line.startsWith(' '))
  expect(lines.map((line) => line.replace(/^.*(?=[ab]\.yaml)/, '').replace(/(error|warning): .*/, '$1'))).toEqual([
    'a.yaml:2:36: error',
    'b.yaml:2:3: warning',
    'invalid: 1 error, 1 warning',
    'hint: vxagent schema prints what a file may say',
    '',
  ])
  expect(io.stdout.text).toBe('')
})

test('without a path it checks --desired', async () => {
  const io = fakeIo({ VXAGENT_DESIRED: directory({ 'a.yaml': good }) })
  expect(await run(['validate'], io)).toBe(0)
  expect(io.stdout.text).toBe('1 file, 1 vxlan: valid\n')
})

test('--json says the same for scripts', async () => {
  const path = directory({ 'a.yaml': good })
  const io = fakeIo()
  await run(['validate', '--json', path], io)
  expect(JSON.parse(io.stdout.text)).toEqual({
    valid: true,
    issues: [],
    files: [join(path, 'a.yaml')],
    objects: ['vxlan0'],
  })

  const refused = fakeIo()
  expect(await run(['validate', '--json', directory({ 'a.yaml': bad })], refused)).toBe(4)
  expect(JSON.parse(refused.stdout.text)).toMatchObject({ valid: false, issues: [{ code: 'unknown-key', line: 2 }] })
  expect(refused.stderr.text).toBe('')
})

test('a path that does not exist is an issue like another', async () => {
  const io = fakeIo()
  expect(await run(['validate', '/nonexistent.yaml'], io)).toBe(4)
  expect(io.stderr.text).toContain('/nonexistent.yaml:1:1: error: ')
})

test('bridges are counted, too', async () => {
  const path = directory({ 'a.yaml': `${good}bridges: { br0: { ports: [vxlan0] }, br1: {} }\n` })
  const io = fakeIo()
  expect(await run(['validate', path], io)).toBe(0)
  expect(io.stdout.text).toBe('1 file, 1 vxlan, 2 bridges: valid\n')
  const json = fakeIo()
  await run(['validate', '--json', path], json)
  expect(JSON.parse(json.stdout.text).objects).toEqual(['vxlan0', 'br0', 'br1'])
})
