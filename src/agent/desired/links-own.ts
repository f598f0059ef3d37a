/** Stated forwarding entries that say no more than the `group` or `remote` of their link. */
import { zeroMac } from '../facts/zero-mac.ts'
import type { FdbSpec } from './schema/forwarding.ts'
import { dstportOf, type VxlanSpec } from './schema.ts'

/**
 * Whether a stated entry is the one that the kernel makes for `group` or `remote` of its link. Users list all VTEPs in `remotes`, that of
 * `remote` included; they mean one entry. The kernel would take one without `via` beside that of the link's `dev`, and send every flood
 * twice (6.18).
 */
export function isLinksOwn(
  entry: FdbSpec,
  spec: Pick<VxlanSpec, 'id' | 'group' | 'remote' | 'dev' | 'dstport' | 'gpe'>,
): boolean {
  const { mac, dst, port, vni, src_vni: srcVni = 0, via, nhid, state = 'permanent', ...marks } = entry
  return (
    mac === zeroMac &&
    dst !== undefined &&
    dst === (spec.group ?? spec.remote) &&
    (port === undefined || port === dstportOf(spec)) &&
    (vni === undefined || vni === (spec.id ?? 0)) &&
    srcVni === 0 &&
    (via === undefined || via === spec.dev) &&
    nhid === undefined &&
    state === 'permanent' &&
    !Object.values(marks).includes(true)
  )
}
