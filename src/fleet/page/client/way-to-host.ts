/** The way to the page of a host (decision 0024). Pure. */
import { whyNoWebAddress } from '../../../agent/facts/web-address.ts'
import type { HostView } from '../view.ts'

/** `own`: the same server has it. `stated`: the record of the host says where it is. `typed`: what to type, since it opens no port by itself. */
export type WayToHost =
  | { readonly kind: 'own' | 'stated'; readonly href: string }
  | { readonly kind: 'typed'; readonly command: string }

/** An address that is not fit to be followed counts for nothing, whoever let it pass. */
export function wayToHost({ node, isSelf, page }: Pick<HostView, 'node' | 'isSelf' | 'page'>): WayToHost {
  if (isSelf) {
    return { kind: 'own', href: '/host' }
  }
  // An id has letters, digits, dots, hyphens and underscores alone: nothing that a shell would take for more than a name.
  return page !== undefined && whyNoWebAddress(page) === undefined
    ? { kind: 'stated', href: page }
    : { kind: 'typed', command: `ssh -L 8081:127.0.0.1:8081 ${node} vxagent ui --port 8081` }
}
