/** What the build leaves out of the bundle: the text of each module stays in the memory of every process that loads it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const dist = new URL('../dist/', import.meta.url).pathname

test('of the languages of zod only English is in it', () => {
  const inputs = JSON.parse(readFileSync(join(dist, 'inputs.json'), 'utf8')) as string[]
  const languages = inputs.filter((input) => /zod\/v4\/locales\/(?!index\.js)/.test(input))
  expect(languages).toEqual(['node_modules/zod/v4/locales/en.js'])
})

test('chunks have no comments beside licences', () => {
  const chunks = readdirSync(join(dist, 'cli/chunks')).filter((name) => name.endsWith('.js'))
  const withComments = chunks.filter((name) =>
    /^\/\/ (?:src|node_modules)\//m.test(readFileSync(join(dist, 'cli/chunks', name), 'utf8')),
  )
  expect(chunks.length).toBeGreaterThan(0)
  expect(withComments).toEqual([])
})
