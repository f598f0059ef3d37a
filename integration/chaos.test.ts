/** Changes at random around a running daemon (`npm run chaos`), some seeds for a few seconds each. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { chaos } from '../scripts/chaos/run.ts'
import { slowness } from './support/slowness.ts'

test.each([1, 2, 3])(
  'seed %i: whatever was done to the host, it is as declared in the end, and what is not ours is as it was left',
  async (seed) => {
    const directory = mkdtempSync(join(tmpdir(), 'vxa-chaos-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const { faults, succeeded } = await chaos(
      { seed, seconds: 12, logPath: join(directory, 'operations.log') },
      onTestFinished,
    )
    expect(faults).toEqual([])
    expect(succeeded).toBeGreaterThan(50)
  },
  600_000 * slowness,
)
