/** A link of the kernel's in the desired file's words. */
import type { Link, VxlanAttributes } from '../../rtnetlink/index.ts'
import type { VxlanSpec } from '../desired/schema.ts'
import { vxlanWords } from '../model/vxlan-words.ts'
import type { LinkContext } from './link-context.ts'

/** The vxlan part of a link in the desired file's words. */
export function observedSpec(link: Link, { names }: Pick<LinkContext, 'names'>): Partial<VxlanSpec> {
  const data = (link.attributes.linkinfo?.data ?? {}) as VxlanAttributes
  return Object.fromEntries(vxlanWords.map((word) => [word.key, word.read(data, names)]))
}
