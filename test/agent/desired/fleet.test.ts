import { describe, expect, test } from 'vitest'
import { hashOf } from '../../../src/agent/desired/canonical.ts'
import { loadDesired } from '../../../src/agent/desired/load.ts'
import { locatorIn, placesOf } from '../../../src/agent/desired/places.ts'
import { codeAndPlace, desiredDirectory, issuesOf } from './support.ts'

const section = 'fleet:\n  name: prod\n  endpoints: ["https://10.9.0.1:2379"]\n'
const link = 'vxlans:\n  vxlan0: {id: 42, dstport: 4789, dev: eth1, remotes: fleet}\n'

describe('the section of the fleet', () => {
  test('may stand in another file than the links that use it, and is a part of the state', async () => {
    const { state, warnings } = await loadDesired([desiredDirectory({ 'a.yaml': link, 'b.yaml': section })])
    expect(warnings).toEqual([])
    expect(state.fleet).toEqual({ name: 'prod', endpoints: ['https://10.9.0.1:2379'] })
    expect(state.vxlans['vxlan0']?.remotes).toEqual(['fleet'])
    expect(hashOf(state)).not.toBe(hashOf({ vxlans: state.vxlans, bridges: {} }))
  })

  test('may be alone', async () => {
    const { state } = await loadDesired([desiredDirectory({ 'a.yaml': section })])
    expect(state).toEqual({ vxlans: {}, bridges: {}, fleet: { name: 'prod', endpoints: ['https://10.9.0.1:2379'] } })
  })

  test('stands in one file only', async () => {
    const issues = await issuesOf(desiredDirectory({ 'a.yaml': section, 'b.yaml': `\n${section}` }))
    expect(issues.map(codeAndPlace)).toEqual(['name-twice b.yaml:2:1'])
    expect(issues[0]?.message).toMatch(/a\.yaml:1$/)
  })

  test('is missed only where every file could be read', async () => {
    const issues = await issuesOf(desiredDirectory({ 'a.yaml': link, 'b.yaml': 'fleet: {name: ' }))
    expect(issues.map(({ code }) => code)).toEqual(['syntax'])
  })

  test('is there for the links even where it has faults of its own', async () => {
    const issues = await issuesOf(desiredDirectory({ 'a.yaml': `${link}fleet: {name: "a/b", lease: 5}\n` }))
    expect(issues.map(codeAndPlace)).toEqual([
      'missing-key a.yaml:3:1',
      'bad-type a.yaml:3:15',
      'out-of-range a.yaml:3:29',
    ])
  })

  test.each([
    ['endpoint: ["https://a"]', 'endpoints'],
    ['trusted-ca-file: /x', 'ca'],
    ['lease: "60"', 'drop the quotes: lease: 60'],
    ['insecure: yes', 'insecure: true'],
  ])('%s: suggests %s', async (line, suggestion) => {
    const issues = await issuesOf(desiredDirectory({ 'a.yaml': `fleet:\n  name: prod\n  ${line}\n` }))
    expect(issues.map((issue) => issue.suggestion)).toContain(suggestion)
  })

  test.each(['etcd', 'Cluster'])('is what a section %s was meant to be', async (word) => {
    const [issue] = await issuesOf(desiredDirectory({ 'a.yaml': `${word}: {}\n` }))
    expect(issue?.suggestion).toBe('fleet')
  })

  test('has its places, also without the texts', async () => {
    const path = desiredDirectory({ 'a.yaml': link, 'b.yaml': section })
    const { state, locate } = await loadDesired([path])
    const places = placesOf(state, { locate, entries: () => new Uint32Array([3, 15]) })
    for (const find of [locate, locatorIn(places)]) {
      expect(find(['fleet'])).toMatchObject({ file: `${path}/b.yaml`, line: 1, column: 1 })
      expect(find(['fleet', 'name'])).toMatchObject({ file: `${path}/b.yaml`, line: 2, column: 9 })
      expect(find(['vxlans', 'vxlan0', 'id'])).toMatchObject({ file: `${path}/a.yaml`, line: 2, column: 16 })
    }
  })
})

test('a word that is nearly fleet is told so', async () => {
  const issues = await issuesOf(desiredDirectory({ 'a.yaml': section + link.replace('fleet}', 'fleeet}') }))
  expect(issues.map((issue) => issue.suggestion)).toContain('remotes: fleet')
})
