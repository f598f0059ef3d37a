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
