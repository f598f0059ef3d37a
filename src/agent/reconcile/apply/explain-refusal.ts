/** What the kernel's refusal of an action means to a person, and which key of the file it is about. */
import { KernelError } from '../../../rtnetlink/index.ts'
import type { Path } from '../../desired/finding.ts'
import { dstportOf } from '../../desired/schema.ts'
import type { LinkNames } from '../../kernel/link-names.ts'
import { toLinkRequest } from '../../words/link-words.ts'
import { toVxlanAttributes } from '../../words/vxlan-words.ts'
import type { Action } from '../plan/action.ts'

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
  if (!(error instanceof KernelError)) {
    return { error }
  }
  const { kernelMessage } = error.refusal
  // The kernel's own sentence, where there is one, mostly says more.
  const { hint, key: hinted } =
    (kernelMessage === undefined ? hintFor(action, error.code) : hintBeside(action, error)) ?? {}
  const wanted = 'wanted' in action ? action.wanted : undefined
  const key = (wanted && refusedKey(wanted, error.refusal.attribute)) ?? hinted
  return {
    error: hint === undefined ? error : new ExplainedRefusal(error, hint),
    ...(wanted !== undefined && key !== undefined && key in wanted.spec && { path: [...wanted.path, key] }),
  }
}

/** What to do, and the key that it is about. */
interface Hint {
  readonly hint: string
  readonly key?: string
}

const noVlans = 'this kernel has no VLANs for bridges (CONFIG_BRIDGE_VLAN_FILTERING)'

/** Beside what the kernel says. */
function hintBeside(action: Action, { code }: KernelError): Hint | undefined {
  const isNewVxlan = (action.kind === 'createLink' || action.kind === 'replaceLink') && action.wanted.kind === 'vxlan'
  // A vxlan that is moved keeps its socket and its VNI in the namespace that it was made in. Source: vxlan_net, drivers/net/vxlan/vxlan_core.c.
  return isNewVxlan && code === 'EEXIST'
    ? {
        hint: 'if no link here has that VNI (vxagent links --all), one that was moved to another network namespace still holds it: move it back, or delete it there',
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
      return code === 'EINVAL' ? { hint: `a bridge takes no link such as ${action.link} for a port` } : undefined
    case 'changeAltnames':
      return code === 'EEXIST'
        ? { hint: 'another link has that name already, as its own or as an alternative one' }
        : undefined
    case 'changeVlans':
    case 'changeVlanMap':
      return code === 'EOPNOTSUPP' ? { hint: noVlans } : undefined
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
    return { hint, key: 'dstport' }
  }
  if (code === 'EEXIST') {
    return {
      hint: `${link} is the alternative name of another link, or a link with the same VNI is in another network namespace`,
    }
  }
  if (code === 'EINVAL' && 'mtu' in changed && changed['mtu'] !== undefined) {
    return { hint: `an MTU of ${changed['mtu']} is out of its range; see the MTU of what it goes by`, key: 'mtu' }
  }
  if (code === 'EOPNOTSUPP' && kind === 'bridge' && 'vlan_filtering' in spec) {
    return { hint: noVlans, key: 'vlan_filtering' }
  }
  if (code === 'EOPNOTSUPP' && spec.master !== undefined) {
    return { hint: `${spec.master} takes no other links: name a bridge or a VRF as master`, key: 'master' }
  }
  if (code === 'EINVAL' && spec.addrgenmode === 'stable_secret') {
    const hint = `stable_secret takes a secret, which is no key of a file: write one to net.ipv6.conf.default.stable_secret before ${link} is made`
    return { hint, key: 'addrgenmode' }
  }
  return undefined
}

/** Where the ifindex does not matter. */
const anyNames: LinkNames = { nameOf: () => undefined, indexOf: () => 0 }

/** The stated key whose attribute the kernel points at: `IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_ID`. */
function refusedKey(
  { kind, spec }: Extract<Action, { readonly kind: 'createLink' }>['wanted'],
  attribute: string | undefined,
): string | undefined {
  const name = attribute?.split(': ').at(-1)
  return Object.entries(spec).find(([key, value]) => {
    const ofLink = Object.keys(toLinkRequest({ [key]: value }, anyNames).attributes ?? {})
    const ofVxlan = kind === 'vxlan' ? Object.keys(toVxlanAttributes({ [key]: value }, anyNames)) : []
    return [
      ...ofLink.map((each) => kernelName('IFLA', each)),
      ...ofVxlan.map((each) => kernelName('IFLA_VXLAN', each)),
    ].some((each) => each === name)
  })?.[0]
}

/** `udpZeroCsum6Tx` → `IFLA_VXLAN_UDP_ZERO_CSUM6_TX`. */
function kernelName(prefix: string, key: string): string {
  return `${prefix}_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`
}
