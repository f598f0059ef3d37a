import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { findingCodes } from '../../src/fleet/members/finding.ts'

const project = new URL('../..', import.meta.url).pathname
const page = readFileSync(`${project}docs/guides/fleet-troubleshooting.md`, 'utf8')

test('docs/guides/fleet-troubleshooting.md explains each finding once, and no other', () => {
  const explained = Array.from(page.matchAll(/^\| `([a-z-]+)` \| /gm), ([, code]) => code)
  expect(explained.toSorted()).toEqual(Object.keys(findingCodes).toSorted())
})

/** Words of the system and of gRPC, which stand in no file of ours, and a heading. */
const ofOthers = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'Failed to connect', 'Record of this host:'])

describe('the messages that docs/guides/fleet-troubleshooting.md quotes', () => {
  const source = ['fleet', 'cli']
    .flatMap((folder) => {
      const names = readdirSync(`${project}src/${folder}`, { recursive: true, encoding: 'utf8' })
      return names
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(`${project}src/${folder}/${name}`, 'utf8'))
    })
    .join('\n')
  const quoted = ['Stale: why', 'Not published', 'In no fleet'].flatMap((heading) => {
    const [, section = ''] = page.split(`\n## ${heading}\n`)
    const [own = ''] = section.split('\n## ')
    const cells = Array.from(own.matchAll(/^\| ([^|]*) \|/gm), ([, cell = '']) => cell)
    return cells.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, message = '']) => message))
  })

  test.each(quoted.filter((message) => !ofOthers.has(message)))('%s', (message) => {
    // Names and values stand in the place of an ellipsis.
    for (const part of message.split('…').map((text) => text.trim())) {
      expect(source.includes(part), part).toBe(true)
    }
  })
})
