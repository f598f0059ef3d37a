/** IFLA_INFO_DATA of a link, as far as it is of the asked kind. */
import type { Link } from '../../rtnetlink/index.ts'

/** What the kernel says of a link of that kind, empty where it says nothing that can be read; undefined for another link. */
export function linkData<Attributes extends object>(link: Link | undefined, kind: string): Attributes | undefined {
  const { kind: present, data } = link?.attributes.linkinfo ?? {}
  if (present !== kind) {
    return undefined
  }
  return (data === undefined || Buffer.isBuffer(data) ? {} : data) as Attributes
}
