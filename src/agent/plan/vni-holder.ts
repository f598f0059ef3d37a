/** Who holds a VNI already. */
import { kernelDstport, type VxlanSpec } from '../desired/schema.ts'
import { vniOf } from '../model/owned.ts'
import { underlayFamily } from '../model/vxlan-words.ts'
import type { Obstacle } from './action.ts'
import type { LinkContext } from './link-context.ts'
import { observedSpec } from './observed-spec.ts'

/** The kernel allows a VNI once for each port, family and namespace, so a link that is not ours may be in the way. */
export function foreignVniHolder(name: string, spec: VxlanSpec, context: LinkContext): Obstacle | undefined {
  for (const [holder, link] of context.byName) {
    if (holder !== name && vniOf(link) === spec.id && context.madeAs(link) === undefined) {
      const other = observedSpec(link, context)
      const port = spec.dstport ?? kernelDstport
      if (other.dstport === port && underlayFamily(other) === underlayFamily(spec)) {
        const reason = `link ${holder}, which vxagent did not create, holds VNI ${spec.id} on port ${port}; delete ${holder}, or choose another id or dstport`
        return { link: name, kind: 'conflict', reason }
      }
    }
  }
  return undefined
}
