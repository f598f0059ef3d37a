/** What the kernel says of a bridge itself. */
import type { BridgeAttributes, Link } from '../../rtnetlink/index.ts'

/** What the kernel says of a bridge; undefined for another link. */
export function bridgeData(link: Link | undefined): BridgeAttributes | undefined {
  const linkinfo = link?.attributes.linkinfo
  const data = linkinfo?.data
  return linkinfo?.kind === 'bridge'
    ? data === undefined || Buffer.isBuffer(data)
      ? {}
      : (data as BridgeAttributes)
    : undefined
}
