/** Tests of what older kernels do not have. */
import { release } from 'node:os'
import type { TestContext } from 'vitest'
import { isAtLeast } from '../../src/agent/model/kernel-release.ts'

/** Skips the test on a kernel before `major.minor`, and says why. */
export function needsLinux(context: TestContext, major: number, minor: number, why: string): void {
  if (!isAtLeast(release(), major, minor)) {
    context.skip(`before Linux ${major}.${minor} ${why}`)
  }
}
