/**
 * Hostile and broken desired-state files before a daemon: it says which file is wrong and why, goes on to answer and to repair, and stays
 * small. `npm run hostile` measures all of them, and `validate` as well.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { cases, jsonOfEntries } from './support/hostile/cases.ts'
import { Target, underValidate } from './support/hostile/measure.ts'
import { namespace } from './support/namespace.ts'
import { slowness } from './support/slowness.ts'
import { installVxagent } from './support/vxagent.ts'

/** MB of resident memory that no file may make a process exceed. */
const mostMegabytes = 400
/** Characters of all that is said: 100 errors of one file, or 1000 of many. */
const longestAnswer = 600_000

describe('a daemon', () => {
  const undo: (() => unknown)[] = []
  let target: Target

  beforeAll(async () => {
    target = await Target.start((each) => undo.push(each))
  })
  afterAll(async () => {
    for (const each of undo.toReversed()) {
      await each()
    }
  })

  /** Those that take seconds of processor time, of which one of a kind is left; the others are for `validate`, or `npm run hostile`. */
  const leftOut = [
    '600,000 keys at the top',
    '300,000 unknown keys in a link',
    '300,000 unknown keys in a link, JSON',
    'unknown keys in 100,000 entries',
    'a chain of 100,000 devs',
    'a ring of 15,000 devs, JSON',
    'a chain of 15,000 masters, JSON',
    '300,000 overlapping ranges of VNIs',
    '300,000 bad addresses',
    '100,000 duplicate keys',
    '100,000 files',
    '300,000 times the same address',
    '300,000 aliases of a mapping',
    'merges of merges',
    '300,000 anchors on a node',
    '300,000 tags',
    '300,000 directives',
    '300,000 commas',
    '300,000 lines of nonsense',
    '300,000 tabs',
    'one line of 15 MB, a flow mapping',
    '5,000 broken files',
  ]

  // It would make what a valid file declares.
  test.each(cases.filter(({ name, verdict }) => verdict === 'invalid' && !leftOut.includes(name)))(
    'names the file, answers and repairs: $name',
    async (hostile) => {
      const { issue, status, megabytes } = await target.endure(hostile, 120_000)
      expect(issue?.message).toMatch(hostile.answer)
      expect(issue?.file).toMatch(/desired\.d/)
      expect(status).toMatchObject({ converged: false, desired: { isValid: false, enforcing: 'last valid' } })
      expect(status.objects).toMatchObject([{ name: 'vxlan0', state: 'converged' }])
      expect(JSON.stringify(status).length).toBeLessThan(longestAnswer)
      expect(megabytes).toBeLessThan(mostMegabytes)
    },
    300_000 * slowness,
  )
})

describe('validate', () => {
  // npm run hostile has all of them, and takes minutes.
  const worst = [
    '600,000 keys at the top, JSON',
    '100,000 duplicate keys',
    '300,000 bad addresses',
    'one line of 15 MB, a flow mapping',
    'a sparse file of 10 GB',
  ]
  test.each(cases.filter(({ name }) => worst.includes(name)))(
    'says what is wrong, in little memory and few words: $name',
    async (hostile) => {
      const { answer, code, megabytes, length } = await underValidate(hostile)
      expect({ answer, code }).toEqual({
        answer: expect.stringMatching(hostile.answer),
        code: hostile.verdict === 'valid' ? 0 : 4,
      })
      expect(megabytes).toBeLessThan(mostMegabytes)
      expect(length).toBeLessThan(longestAnswer)
    },
    300_000 * slowness,
  )

  test('takes processor time in proportion to what it is given', async () => {
    const cpuOf = async (count: number, entry: (index: number) => string): Promise<number> => {
      const make = (directory: string) => writeFileSync(join(directory, 'x.json'), jsonOfEntries(count, entry))
      return (await underValidate({ name: `${count}`, answer: /./, verdict: 'invalid', make })).cpuSeconds
    }
    for (const entry of [() => '"10.0.2.3"', () => '{"dst":"10.0.2.3","vnii":1}', (index: number) => `${index}`]) {
      const [small, large] = [await cpuOf(20_000, entry), await cpuOf(200_000, entry)]
      // Ten times as much; a hundred times what grows with the square. The start of the process counts in both.
      expect(large / small).toBeLessThan(30)
    }
  }, 300_000)
})

describe('limits', () => {
  test('of a file are those of --max-file-size and VXAGENT_MAX_FILE_SIZE', async () => {
    const host = await namespace(onTestFinished)
    const comment = `# ${'x'.repeat(1000)}\n`.repeat(1100)
    const installation = installVxagent(host, { 'x.yaml': `${comment}vxlans: {}\n` }, onTestFinished)
    expect(await installation.vxagent('validate')).toMatchObject({ code: 0 })
    const refused = await installation.vxagent('validate', '--max-file-size', '1')
    expect(refused).toMatchObject({ code: 4, stdout: '' })
    expect(refused.stderr).toMatch(/x\.yaml:1:1: error: .* no more than 1048576 are read\n.*larger --max-file-size/)
    expect(await installation.vxagent('validate', '--max-file-size', '0')).toMatchObject({ code: 64 })
  })

  test('of one file do not keep what is wrong with another from being shown', async () => {
    const host = await namespace(onTestFinished)
    const loud = jsonOfEntries(300_000, () => '"10.0.2"')
    const installation = installVxagent(host, { 'a.json': loud, 'b.yaml': 'vxlans: [' }, onTestFinished)
    const { code, stderr } = await installation.vxagent('validate')
    expect(code).toBe(4)
    expect(stderr).toContain('a.json:1:')
    expect(stderr).toContain('error: and 299,900 more errors in this file\n')
    expect(stderr).toMatch(/b\.yaml:1:\d+: error: /)
    expect(stderr).toContain('invalid: 300001 errors\n')
  }, 300_000)
})

test('a large state is read by a thread of its own as it is read without', async () => {
  const host = await namespace(onTestFinished)
  const fdb = Array.from({ length: 8000 }, (_, index) => ({
    mac: `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
    dst: '10.0.2.3',
  }))
  const vxlan = { id: 1, dstport: 4789, local: '10.0.2.1', mtu: 9000, dev: 'eth1', fdb }
  const bridges = { br0: { ports: ['constructor'] } }
  await host.addVeth('eth1', '10.0.2.1/24')
  const files = { 'x.json': JSON.stringify({ vxlans: { constructor: vxlan }, bridges }, undefined, 1) }
  const installation = installVxagent(host, files, onTestFinished)
  // The warning stands at the value.
  const { code, stderr } = await installation.vxagent('validate')
  expect(code).toBe(0)
  expect(stderr).toMatch(/x\.json:7:11: warning: on this host, constructor: /)
}, 300_000)
