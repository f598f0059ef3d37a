import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkPushed } from '../../../src/agent/desired/check-pushed.ts'
import { InvalidDesiredState, type Issue } from '../../../src/agent/desired/issue.ts'
import { type LoadedDesired, loadDesired } from '../../../src/agent/desired/load.ts'

const fleet = 'prod'

function load(local: object, pushed: string, name = 'tenants.yaml', of = fleet): Promise<LoadedDesired> {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-pushed-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'local.json'), JSON.stringify(local))
  return loadDesired([directory], undefined, undefined, undefined, [{ fleet: of, name, text: pushed }])
}

async function issuesOf(loading: Promise<LoadedDesired>): Promise<readonly Issue[]> {
  try {
    await loading
  } catch (error) {
    if (error instanceof InvalidDesiredState) {
      return error.issues
    }
    throw error
  }
  return []
}

const section = (more: object = {}): object => ({
  fleet: { name: fleet, endpoints: ['https://10.9.0.1:2379'], ...more },
})
const link = 'vxlans:\n  vxlan7:\n    id: 7\n    local: 10.0.0.1\n    dstport: 4789\n'

test('a host that accepts pushed files has one as one more file, with its place', async () => {
  const loaded = await load(section({ config: 'accept' }), link)
  expect(Object.keys(loaded.state.vxlans)).toEqual(['vxlan7'])
  expect(loaded.files.at(-1)).toBe('fleet:tenants.yaml')
  expect(loaded.locate(['vxlans', 'vxlan7', 'id'])).toEqual({ file: 'fleet:tenants.yaml', line: 3, column: 9 })
})

test.each([
  ['refuses them', section({ config: 'refuse' }), fleet],
  ['does not say that it accepts them', section(), fleet],
  ['is in another fleet', section({ config: 'accept' }), 'lab'],
  ['is in no fleet', { vxlans: {} }, fleet],
])('a host that %s has it not', async (_what, local, of) => {
  const loaded = await load(local, link, 'tenants.yaml', of)
  expect(loaded.state.vxlans).toEqual({})
  expect(loaded.files).toHaveLength(1)
})

test('a host that refuses pushed files is not stopped by one that is invalid', async () => {
  expect(await issuesOf(load(section(), '{'))).toEqual([])
})

test('a clash with a local file is an error that names both places', async () => {
  const local = { ...section({ config: 'accept' }), vxlans: { vxlan7: { id: 8, local: '10.0.0.1', dstport: 4789 } } }
  const [issue] = await issuesOf(load(local, link))
  expect(issue).toMatchObject({ code: 'name-twice', file: 'fleet:tenants.yaml', line: 2, column: 3 })
  expect(issue?.message).toMatch(/local\.json:1/)
})

test('a pushed file has no fleet section, so that it can open a host to nobody', async () => {
  const text = 'fleet: {name: prod, endpoints: ["http://127.0.0.1:1"], config: accept, insecure: true}'
  const [issue] = await issuesOf(load(section({ config: 'accept' }), text))
  expect(issue).toMatchObject({ code: 'fleet-in-pushed', file: 'fleet:tenants.yaml', line: 1, column: 1 })
  expect(await issuesOf(load({ vxlans: {} }, text))).toEqual([])
})

test('JSON is read as JSON by the name of the file', async () => {
  const loaded = await load(
    section({ config: 'accept' }),
    '{"vxlans": {"vxlan7": {"id": 7, "local": "10.0.0.1", "dstport": 4789}}}',
    'a.json',
  )
  expect(loaded.state.vxlans['vxlan7']?.id).toBe(7)
})

test('large pushed files are known again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-pushed-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'local.json'), JSON.stringify(section({ config: 'accept' })))
  const pushed = (id: number) => [
    { fleet, name: 'f', text: `vxlans: {v: {id: ${id}, local: 10.0.0.1, dstport: 4789}}` },
  ]
  const first = await loadDesired([directory], undefined, undefined, undefined, pushed(1))
  const second = await loadDesired([directory], undefined, undefined, first, pushed(2))
  expect([first, second].map(({ state }) => state.vxlans['v']?.id)).toEqual([1, 2])
})

test('before a push a file is checked by itself, and may ask the fleet', () => {
  const file = 'tenants.yaml'
  checkPushed({ file, text: 'vxlans: {v: {id: 1, local: 10.0.0.1, dstport: 4789, remotes: fleet}}' })
  expect(() => checkPushed({ file, text: 'vxlans: {v: {id: x}}' })).toThrow(InvalidDesiredState)
  expect(() => checkPushed({ file, text: 'fleet: {name: a, endpoints: ["https://a:1"]}' })).toThrow(InvalidDesiredState)
})
