import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { narrowComments } from '../../../scripts/man/narrow.ts'

const long = 'word '.repeat(20).trim()

test('comments that follow each other are one paragraph, at their depth', () => {
  expect(narrowComments(`# ${long}\n# more\nvxlans:\n  # a\n  # b\n  x: 1 # ${long}\n  # c\n# d\n`)).toBe(
    [
      `# ${'word '.repeat(13).trim()}`,
      `# ${'word '.repeat(7)}more`,
      'vxlans:',
      '  # a b',
      `  x: 1 # ${long}`,
      '  # c',
      '# d',
      '',
    ].join('\n'),
  )
})

test('a word that is too long has a line for itself', () => {
  const word = 'x'.repeat(100)
  expect(narrowComments(`# a ${word} b`)).toBe(`# a\n# ${word}\n# b`)
  expect(narrowComments(`# ${word} b`)).toBe(`# ${word}\n# b`)
})

test.each(readdirSync('examples').filter((name) => name.endsWith('.yaml')))('%s says the same as before', (name) => {
  const text = readFileSync(`examples/${name}`, 'utf8')
  expect(parse(narrowComments(text))).toEqual(parse(text))
})
