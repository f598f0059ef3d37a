/** Whether this process may, and this kernel can, do what the agent does: asked before anything is begun. */
import { readFileSync } from 'node:fs'
import { KernelError, type RtnetlinkClient } from '../../rtnetlink/index.ts'
import { StartupError } from './startup-error.ts'

const CAP_NET_ADMIN = 12n

/** Throws StartupError when the process lacks CAP_NET_ADMIN. */
export function requireNetAdmin(): void {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  if (effective !== undefined && ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 0n) {
    const who = process.getuid?.() === 0 ? 'root here lacks' : `user id ${process.getuid?.()} lacks`
    throw new StartupError(
      `${who} CAP_NET_ADMIN, without which the kernel changes no links; run it with sudo, or as a service that has AmbientCapabilities=CAP_NET_ADMIN`,
    )
  }
}

/**
 * Throws StartupError when the kernel has no vxlan. Asks for a vxlan with a VNI that cannot be: a kernel that knows the kind
 * says so (and loads its module, where it is one), and makes nothing in either case.
 */
export async function requireVxlan(client: RtnetlinkClient): Promise<void> {
  try {
    await client.createLink({
      attributes: { ifname: 'vxagent-probe', linkinfo: { kind: 'vxlan', data: { id: 0x1000000 } } },
    })
  } catch (error) {
    if (error instanceof KernelError && error.code === 'EOPNOTSUPP') {
      throw new StartupError(
        'this kernel has no vxlan (CONFIG_VXLAN); install the package with its modules (linux-modules-extra on Ubuntu), or run modprobe vxlan to see why it does not load',
        { cause: error },
      )
    }
    if (!(error instanceof KernelError && (error.code === 'ERANGE' || error.code === 'EINVAL'))) {
      throw error
    }
  }
}
