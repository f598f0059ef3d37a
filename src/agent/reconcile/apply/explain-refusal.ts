/** What the kernel's refusal of an action means to a person, and which key of the file it is about. */
import { KernelError } from '../../../rtnetlink/index.ts'
import type { Path } from '../../desired/finding.ts'
import { dstportOf } from '../../desired/schema.ts'
import type { Action } from '../plan/action.ts'
import { refusedPlace } from './refused-place.ts'

/** A refusal with what can be done about it. */
export class ExplainedRefusal extends Error {
  override readonly name = 'ExplainedRefusal'
  /** The errno's symbol. */
  readonly code: string

  constructor(cause: KernelError, hint: string) {
    super(`${cause.message}; ${hint}`, { cause })
    this.code = cause.code
  }
}

/** The error as a person should read it, and the place in the files if it is narrower than the action's. */
export function explainRefusal(action: Action, error: Error): { readonly error: Error; readonly path?: Path } {
  const hint = error instanceof KernelError ? hintOf(action, error) : undefined
  const path = refusedPlace(action, error) ?? hintedPlace(action, hint)
  return {
    error: error instanceof KernelError && hint !== undefined ? new ExplainedRefusal(error, hint.text) : error,
    ...(path !== undefined && { path }),
  }
}

/** What to do, and the key that it is about. */
interface Hint {
  readonly text: string
  readonly key?: string
}

const noVlans = 'this kernel has no VLANs for bridges (CONFIG_BRIDGE_VLAN_FILTERING)'

/** The kernel's own sentence, where there is one, mostly says more. */
function hintOf(action: Action, error: KernelError): Hint | undefined {
  return error.refusal.kernelMessage === undefined ? hintFor(action, error.code) : hintBeside(action, error)
}

function hintedPlace(action: Action, hint: Hint | undefined): Path | undefined {
  if (!('wanted' in action) || hint?.key === undefined) {
    return undefined
  }
  const { spec, path } = action.wanted
  return hint.key in spec ? [...path, hint.key] : undefined
}

/** Beside what the kernel says. */
function hintBeside(action: Action, { code }: KernelError): Hint | undefined {
  const isNewVxlan = (action.kind === 'createLink' || action.kind === 'replaceLink') && action.wanted.kind === 'vxlan'
  // A vxlan that is moved keeps its socket and its VNI in the namespace that it was made in. Source: vxlan_net, drivers/net/vxlan/vxlan_core.c.
  return isNewVxlan && code === 'EEXIST'
    ? {
        text: 'if no link here has that VNI (vxagent links --all), one that was moved to another network namespace still holds it: move it back, or delete it there',
        key: 'id',
      }
    : undefined
}

function hintFor(action: Action, code: string): Hint | undefined {
  switch (action.kind) {
    case 'createLink':
    case 'replaceLink':
    case 'changeLink':
      return hintForLink(action, code)
    case 'attachPort':
      return code === 'EINVAL' ? { text: `a bridge takes no link such as ${action.link} for a port` } : undefined
    case 'changeAltnames':
      return code === 'EEXIST'
        ? { text: 'another link has that name already, as its own or as an alternative one' }
        : undefined
    case 'changeVlans':
    case 'changeVlanMap':
      return code === 'EOPNOTSUPP' ? { text: noVlans } : undefined
    default:
      return undefined
  }
}

function hintForLink(
  {
    link,
    wanted: { kind, spec },
    ...action
  }: Extract<Action, { readonly kind: 'createLink' | 'replaceLink' | 'changeLink' }>,
  code: string,
): Hint | undefined {
  const changed = Object.fromEntries(
    ('changes' in action ? action.changes : []).map(({ attribute, to }) => [attribute, to]),
  )
  if (code === 'EADDRINUSE' && kind === 'vxlan') {
    const hint = `another program, or a link with other settings, has UDP port ${dstportOf(spec)}; choose another dstport, or end what has it (ss -lunp names programs)`
    return { text: hint, key: 'dstport' }
  }
  if (code === 'EEXIST') {
    return {
      text: `${link} is the alternative name of another link, or a link with the same VNI is in another network namespace`,
    }
  }
  if (code === 'EINVAL' && 'mtu' in changed && changed['mtu'] !== undefined) {
    return { text: `an MTU of ${changed['mtu']} is out of its range; see the MTU of what it goes by`, key: 'mtu' }
  }
  if (code === 'EOPNOTSUPP' && kind === 'bridge' && 'vlan_filtering' in spec) {
    return { text: noVlans, key: 'vlan_filtering' }
  }
  if (code === 'EOPNOTSUPP' && spec.master !== undefined) {
    return { text: `${spec.master} takes no other links: name a bridge or a VRF as master`, key: 'master' }
  }
  if (code === 'EINVAL' && spec.addrgenmode === 'stable_secret') {
    const hint = `stable_secret takes a secret, which is no key of a file: write one to net.ipv6.conf.default.stable_secret before ${link} is made`
    return { text: hint, key: 'addrgenmode' }
  }
  return undefined
}
