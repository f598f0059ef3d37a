/** What performing an action needs of the world. */
import { KernelError, type RtnetlinkClient } from '../../../rtnetlink/index.ts'
import type { KernelRelease } from '../../host/kernel-release.ts'
import type { WriteSysctlByIndex } from '../../host/sysctls.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import type { Memberships } from '../../kernel/multicast-membership.ts'

export interface Kernel {
  readonly client: RtnetlinkClient
  readonly names: LinkNames
  /** Of the running kernel. */
  readonly release: KernelRelease
  readonly writeSysctl: WriteSysctlByIndex
  readonly readMemberships: () => Memberships
}

/** Resolves also where the kernel refuses with one of these codes: what was asked for is so already. */
export async function tolerate(request: Promise<void>, ...codes: readonly string[]): Promise<void> {
  try {
    await request
  } catch (error) {
    if (!(error instanceof KernelError && codes.includes(error.code))) {
      throw error
    }
  }
}

/** What went wrong; undefined: nothing. */
export async function errorOf(request: Promise<unknown>): Promise<Error | undefined> {
  try {
    await request
    return undefined
  } catch (error) {
    return error as Error
  }
}
