import { describe, expect, test } from 'vitest'
import { readMark } from './rule-cases/case.ts'
import { ruleCases } from './rule-cases/index.ts'
import { codeAndPlace, desiredDirectory, issuesOf } from './support.ts'

describe.each(Object.entries(ruleCases))('%s', (_, cases) => {
  test.each(cases)('reports $name', async ({ code, wrong }) => {
    const { text, line, column } = readMark(wrong)
    const issues = await issuesOf(desiredDirectory({ 'a.yaml': text }))
    expect(issues.map(codeAndPlace)).toEqual([`${code} a.yaml:${line}:${column}`])
    // What to do about it is part of every one.
    expect(issues[0]?.suggestion).toMatch(/\S/)
  })

  test.each(cases)('has nothing to say against the opposite of $name', async ({ right }) => {
    const issues = await issuesOf(desiredDirectory({ 'a.yaml': right }))
    expect(issues.map(codeAndPlace)).toEqual([])
  })
})

const zeros = '"00:00:00:00:00:00"'
const mac = '02:00:00:00:00:fe'

describe('an entry that counts once', () => {
  test.each([
    { name: 'in remotes, for the remote of the link', keys: 'remote: 10.0.2.9, remotes: [10.0.2.8, 10.0.2.9]' },
    {
      name: 'in remotes, for the remote of the link by its dev',
      keys: 'remote: 10.0.2.9, dev: eth1, remotes: [10.0.2.9, {dst: 10.0.2.9, via: eth1, port: 4789, vni: 1}]',
    },
    { name: 'in remotes, for the group of the link', keys: 'group: 239.1.1.1, dev: eth1, remotes: [239.1.1.1]' },
    { name: 'in fdb, for the remote of the link', keys: `remote: 10.0.2.9, fdb: [{mac: ${zeros}, dst: 10.0.2.9}]` },
    {
      name: 'in remotes, for a link-local remote by its dev',
      keys: 'local: "fe80::1", remote: "fe80::9", dev: eth1, remotes: ["fe80::9"]',
    },
  ])('$name: passes without a word', async ({ keys }) => {
    const text = `vxlans:\n  a: {id: 1, dstport: 4789, ${keys}}\n`
    expect(await issuesOf(desiredDirectory({ 'a.yaml': text }))).toEqual([])
  })

  test.each([
    { name: 'twice in remotes', keys: 'remotes: [10.0.2.9, 10.0.2.9]' },
    { name: 'in remotes and in fdb', keys: `remotes: [10.0.2.9], fdb: [{mac: ${zeros}, dst: 10.0.2.9}]` },
    { name: 'twice in fdb', keys: `fdb: [{mac: ${mac}, dst: 10.0.2.9}, {mac: ${mac}, dst: 10.0.2.9}]` },
  ])('$name: is a warning, since another VTEP may have been meant', async ({ keys }) => {
    const text = `vxlans:\n  a: {id: 1, dstport: 4789, ${keys}}\n`
    const issues = await issuesOf(desiredDirectory({ 'a.yaml': text }))
    expect(issues).toMatchObject([{ severity: 'warning', message: expect.stringMatching(/; it counts once$/) }])
  })
})

test('of many links that another program fills one is named, and the others are counted', async () => {
  const links = Array.from({ length: 150 }, (_, n) => `  v${n}: {id: ${n + 1}, dstport: 4789, learning: false}\n`)
  const issues = await issuesOf(desiredDirectory({ 'a.yaml': `vxlans:\n${links.join('')}` }))
  expect(issues).toMatchObject([{ code: 'drops-frames', line: 2, message: expect.stringContaining('149 other links') }])
})
