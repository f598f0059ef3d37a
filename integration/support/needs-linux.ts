/** Tests of what not every kernel has. */
import type { TestContext } from 'vitest'
import { isAtLeast, readKernelRelease } from '../../src/agent/host/kernel-release.ts'
import { finish } from './command.ts'

/** Skips the test on a kernel before `major.minor`, and says why. */
export function needsLinux(context: TestContext, major: number, minor: number, why: string): void {
  if (!isAtLeast(readKernelRelease(), major, minor)) {
    context.skip(`before Linux ${major}.${minor} ${why}`)
  }
}

/** Skips the test on a kernel whose bridges know no VLANs, and says so. */
export async function needsBridgeVlans(context: TestContext): Promise<void> {
  if (!(await canFilterVlans())) {
    context.skip('this kernel has no bridge VLAN filtering (CONFIG_BRIDGE_VLAN_FILTERING)')
  }
}

/** Whether the kernel has VLANs for bridges. */
export async function canFilterVlans(): Promise<boolean> {
  const bridge = ['ip', 'link', 'add', 'br0', 'type', 'bridge', 'vlan_filtering', '1']
  return (await finish('unshare', ['-n', ...bridge])).code === 0
}
