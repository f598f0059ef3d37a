/** Settings of links under /proc/sys/net. Netlink can read them, yet not write those of IPv6. */
import { writeFileSync } from 'node:fs'
import type { RtnetlinkClient } from '../../rtnetlink/index.ts'

/** Writes one setting of one link, in the network namespace of this process. Throws SysctlError. */
export type WriteSysctl = (link: string, setting: string, value: number) => void

const notWritable = '/proc/sys is not writable here: mount it read-write, or take the key out of sysctl'
const hints: Readonly<Record<string, string>> = {
  ENOENT: 'the link has no IPv6, or the kernel no such setting',
  EROFS: notWritable,
  EACCES: notWritable,
  EPERM: notWritable,
  EINVAL: 'the kernel takes no such value for it (Documentation/networking/ip-sysctl.rst of its sources says which)',
}

/** A setting that could not be written. */
export class SysctlError extends Error {
  override readonly name = 'SysctlError'
  /** The errno's symbol. */
  readonly code: string

  constructor(path: string, value: number, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? cause.message
    const hint = hints[code] ?? `${cause.message}; see journalctl -k for what the kernel logged`
    super(`cannot write ${value} to ${path}: ${code}: ${hint}`, { cause })
    this.code = code
  }
}

/** The same for a link by its ifindex. Rejects with SysctlError, and as the client's `getLink` does. */
export type WriteSysctlByIndex = (index: number, setting: string, value: number) => Promise<void>

/**
 * A path has nothing but the name, so the kernel is asked for it right before. Events do not serve: that of a link just made may come later, or
 * be lost, and a name may have become another link's.
 */
export function sysctlsByIndex(client: Pick<RtnetlinkClient, 'getLink'>, write: WriteSysctl): WriteSysctlByIndex {
  return async (index, setting, value) => {
    const { attributes } = await client.getLink({ index })
    write(attributes.ifname ?? '', setting, value)
  }
}

/** @param setting `ipv4.arp_accept` */
export const writeSysctl: WriteSysctl = (link, setting, value) => {
  const [family, name] = setting.split('.')
  const path = `/proc/sys/net/${family}/conf/${link}/${name}`
  try {
    writeFileSync(path, `${value}\n`, { flag: 'r+' })
  } catch (error) {
    throw new SysctlError(path, value, error as NodeJS.ErrnoException)
  }
}
