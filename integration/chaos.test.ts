/** Changes at random around a running daemon (`npm run chaos`), some seeds for a few seconds each. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { chaos } from '../scripts/chaos/run.ts'
import { needsLinux } from './support/needs-linux.ts'
import { slowness } from './support/slowness.ts'

test.for([1, 2, 3])(
  'seed %i: whatever was done to the host, it is as declared in the end, and what is not ours is as it was left',
  { timeout: 600_000 * slowness },
  async (seed, context) => {
    const why =
      'the kernel blocks for ever once the dev of a link that is up was changed by hand, which these changes do'
    needsLinux(context, 6, 1, why)
    const directory = mkdtempSync(join(tmpdir(), 'vxa-chaos-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const { faults, succeeded } = await chaos(
      { seed, seconds: 12, logPath: join(directory, 'operations.log') },
      onTestFinished,
    )
    expect(faults).toEqual([])
    expect(succeeded).toBeGreaterThan(50)
  },
)
