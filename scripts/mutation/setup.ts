/** vitest's setup where `npm run mutation` records what a test file reaches: writes it down when the file is done. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, expect } from 'vitest'
import { recordVariable } from './order.ts'
import { recordName } from './reached.ts'

/** Taken before a test replaces the clock or the file system. */
const startMs = performance.now()
const now = performance.now.bind(performance)
const write = writeFileSync

afterAll(() => {
  const path = relative('.', expect.getState().testPath ?? '')
  const reached = (globalThis as Record<string, unknown>)[recordName] as Set<string> | undefined
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16)
  const content = { path, ms: Math.round(now() - startMs), reached: [...(reached ?? [])] }
  write(join(process.env[recordVariable] ?? '', name), JSON.stringify(content))
})
