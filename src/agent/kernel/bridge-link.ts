/** What the kernel says of a bridge itself. */
import type { BridgeAttributes, Link } from '../../rtnetlink/index.ts'
import { linkData } from './link-data.ts'

/** What the kernel says of a bridge; undefined for another link. */
export function bridgeData(link: Link | undefined): BridgeAttributes | undefined {
  return linkData<BridgeAttributes>(link, 'bridge')
}
