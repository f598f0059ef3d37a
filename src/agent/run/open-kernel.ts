/** The kernel of this host, as each piece of work opens it: a socket for requests, its tables, its release. */
import { RtnetlinkClient, type UndecodableMessage } from '../../rtnetlink/index.ts'
import { type KernelRelease, readKernelRelease } from '../host/kernel-release.ts'
import { Observer } from '../kernel/observer.ts'

export interface OpenKernel {
  readonly client: RtnetlinkClient
  /** Does not follow yet. */
  readonly observer: Observer
  readonly release: KernelRelease
  close(): void
}

/** Opens it. Throws SystemCallError. */
export function openKernel(
  options: { readonly onUndecodable?: (message: UndecodableMessage) => void } = {},
): OpenKernel {
  const release = readKernelRelease()
  const client = new RtnetlinkClient(undefined, { ...options, nameOfLink: (index) => observer.names.nameOf(index) })
  const observer: Observer = new Observer(client, release)
  return {
    client,
    observer,
    release,
    close() {
      observer.close()
      client.close()
    },
  }
}

/** Calls `use` with the kernel as it is now, and closes it. Rejects as the client does. */
export async function withKernelAsItIs<T>(use: (kernel: OpenKernel) => T | Promise<T>): Promise<T> {
  const kernel = openKernel()
  try {
    kernel.observer.follow()
    await kernel.observer.resync({ fdb: true })
    return await use(kernel)
  } finally {
    kernel.close()
  }
}
