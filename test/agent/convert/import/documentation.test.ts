import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { headingOf } from '../../../../src/agent/convert/import/heading.ts'
import { importOverlay, type Tool } from '../../../../src/agent/convert/import/import-overlay.ts'
import { formatNote } from '../../../../src/agent/convert/import/source.ts'
import { loadDesired } from '../../../../src/agent/desired/load.ts'
import { writeYaml } from '../../../../src/agent/desired/write-yaml.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'
import { importTexts } from './support.ts'

const page = readFileSync(new URL('../../../../docs/guides/import.md', import.meta.url), 'utf8')
const tools: readonly Tool[] = ['vyos', 'netplan', 'networkd', 'ifupdown', 'iproute2']

/** The fenced blocks behind the mark `tested: TOOL`: files, which have a name, then the output and the notes. */
function exampleOf(tool: Tool) {
  const [, rest = ''] = page.split(`<!-- tested: ${tool} -->\n`)
  const blocks = [...rest.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, , file, text = '']) => ({
    file,
    text,
  }))
  const count = blocks.findIndex(({ file }) => file === undefined)
  const sources = blocks.slice(0, count).map(({ file, text }) => ({ file: String(file), text }))
  return { sources, yaml: blocks[count]?.text, notes: blocks[count + 1]?.text }
}

test.each(tools)('the example of %s is what import prints', (tool) => {
  const { sources, yaml, notes } = exampleOf(tool)
  const imported = importOverlay(tool, sources)
  expect(writeYaml(imported.state, headingOf(tool, sources))).toBe(yaml)
  expect(imported.notes.map((note) => `${formatNote(note)}\n`).join('')).toBe(notes)
})

test.each(tools)('the example of %s is a valid desired state', async (tool) => {
  const file = join(temporaryDirectory(), 'overlay.yaml')
  writeFileSync(file, String(exampleOf(tool).yaml))
  expect(Object.keys((await loadDesired([file])).state.vxlans)).toEqual(['vxlan0'])
})

/** The words in the first column of the tables under the heading of a tool, a list a row. */
function documented(tool: string): { heading: string; rows: string[][] }[] {
  const [, section = ''] = page.split(new RegExp(`^## ${tool}$`, 'm'))
  const [own = ''] = section.split(/^## /m)
  const tables = [...own.matchAll(/^\| ([^|]+) \| key \|\n\|---\|---\|\n((?:\|.*\n)+)/gm)]
  return tables.map(([, heading = '', body = '']) => ({
    heading,
    rows: body
      .trimEnd()
      .split('\n')
      .map((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)),
  }))
}

/** What an import says it does not know. */
function unknownIn(tool: Tool, files: Parameters<typeof importTexts>[1]): string[] {
  return importTexts(tool, files).leftOut.filter((line) => line.includes('does not know'))
}

test('every setting of VyOS in the tables is known', () => {
  const tables = documented('VyOS')
  expect(tables.map(({ rows }) => rows.flat().length)).toEqual([23, 20, 20])
  for (const { heading, rows } of tables) {
    const kind = heading.includes('vxlan') ? 'vxlan vxlan1' : 'bridge br1'
    for (const setting of rows.flat().filter((word) => word !== 'member interface NAME')) {
      const command = `set interfaces ${kind} ${setting.replace('VLAN', '10').replace('NAME', 'eth1')} 1`
      expect(unknownIn('vyos', command), command).toEqual([])
    }
  }
})

test('every key of netplan in the tables is known', () => {
  const [tunnel = [], both = [], bridge = []] = documented('netplan').map(({ rows }) => rows)
  expect([tunnel, both, bridge].map((rows) => rows.flat().length)).toEqual([19, 11, 13])
  for (const key of [...tunnel, ...both].flat()) {
    expect(unknownIn('netplan', `network: {tunnels: {t: {mode: vxlan, ${key}: 1}}}`), key).toEqual([])
  }
  const [[interfaces] = [], ...parameters] = bridge
  for (const key of [interfaces, ...both.flat()]) {
    expect(unknownIn('netplan', `network: {bridges: {b: {${key}: 1}}}`), key).toEqual([])
  }
  for (const key of parameters.flatMap(([, ...keys]) => keys)) {
    expect(unknownIn('netplan', `network: {bridges: {b: {parameters: {${key}: 1}}}}`), key).toEqual([])
  }
})

test('every assignment of networkd in the tables is known', () => {
  const [netdev = [], network = []] = documented('networkd').map(({ rows }) => rows)
  expect([netdev, network].map((rows) => rows.flat().length)).toEqual([68, 75])
  const head = (kind: string) => `[NetDev]\nName=x0\nKind=${kind}\n`
  for (const [section, ...keys] of netdev) {
    const kind = section === '[Bridge]' ? 'bridge' : 'vxlan'
    for (const key of keys.filter((word) => word !== 'Name' && word !== 'Kind')) {
      expect(unknownIn('networkd', `${head(kind)}${section}\n${key}=1\n`), key).toEqual([])
    }
  }
  for (const [section, ...keys] of network) {
    for (const key of keys) {
      const files = {
        'x0.netdev': head('vxlan'),
        'x0.network': `[Match]\nName=x0\n[Network]\nBridge=br0\n${section}\n${key}=1\n`,
      }
      expect(unknownIn('networkd', files), key).toEqual([])
    }
  }
})

test('every option of ifupdown in the tables is known', () => {
  const [vxlan = [], link = [], bridge = [], port = []] = documented('ifupdown').map(({ rows }) => rows.flat())
  expect([vxlan, link, bridge, port].map((rows) => rows.length)).toEqual([23, 12, 15, 11])
  const head = 'iface b\n  bridge-ports v eth1\n  bridge-vlan-aware yes\niface v\n  vxlan-id 1\n'
  for (const option of [...vxlan, ...link, ...port]) {
    expect(unknownIn('ifupdown', `${head}  ${option} 1\n`), option).toEqual([])
  }
  for (const option of [...link, ...bridge]) {
    expect(unknownIn('ifupdown', `iface b\n  bridge-stp on\n  ${option} 1\n`), option).toEqual([])
  }
  for (const option of port) {
    expect(unknownIn('ifupdown', `${head}iface eth1\n  ${option} 1\n`), option).toEqual([])
  }
})
