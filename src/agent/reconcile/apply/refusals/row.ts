/** What the kernel refuses, why, and the cure: the form of a row. */
import type { Action, ActionOf } from '../../plan/action.ts'

/** What a cure names. On the page of errors these are words in capitals. */
export interface Names {
  readonly link: string
  /** The underlay device. */
  readonly dev: string
  /** The bridge or VRF that it is a port of. */
  readonly master: string
  /** Its UDP port. */
  readonly dstport: string
  readonly mtu: string
}

/** What an action was refused with. */
export interface Refused {
  readonly action: Action
  /** NLMSGERR_ATTR_MSG, the kernel's own sentence. */
  readonly kernelMessage: string | undefined
}

/** One reason for one errno. */
export interface RefusalRow {
  /** What was asked for, in words: `make a vxlan`. */
  readonly request: string
  /** The errno's symbol. */
  readonly code: string
  /** Why the kernel refuses that. */
  readonly situation: string
  /** Whether the request is of that kind, and the situation is this one as far as that can be told. */
  readonly isMeant: (refused: Refused) => boolean
  /** What to do. */
  readonly cure: (names: Names) => string
  /** The key of the file that it is about. */
  readonly key?: string
  /** The sentence that the kernel gives with it: the cure is told beside that. Without one the row holds where the kernel gives none. */
  readonly says?: string
  /** Set where the setting is written to /proc/sys on a link that is there, and so is refused there. */
  readonly isBySysctl?: true
  /** Function and file of Linux 6.18. */
  readonly source: string
  /** In which releases, where not in all from 5.10 to 6.18. */
  readonly releases?: string
  /** Why no test brings it about on a real kernel; undefined: `integration/refusals.test.ts` does. */
  readonly untried?: string
}

type LinkAction = ActionOf<'createLink'> | ActionOf<'replaceLink'> | ActionOf<'changeLink'>

/** Makes or changes a link. */
export function isLinkAction(action: Action): action is LinkAction {
  return action.kind === 'createLink' || action.kind === 'replaceLink' || action.kind === 'changeLink'
}

export function makesLink(action: Action): action is ActionOf<'createLink'> | ActionOf<'replaceLink'> {
  return action.kind === 'createLink' || action.kind === 'replaceLink'
}

export function isVxlan(action: Action): boolean {
  return isLinkAction(action) && action.wanted.kind === 'vxlan'
}

export function isBridge(action: Action): boolean {
  return isLinkAction(action) && action.wanted.kind === 'bridge'
}

/** Whether one of these keys is set: all stated ones when the link is made, those that differ later. */
export function sets(action: Action, ...keys: readonly string[]): boolean {
  if (action.kind === 'changeLink') {
    return action.changes.some(({ attribute, to }) => keys.includes(attribute) && to !== undefined)
  }
  return makesLink(action) && keys.some((key) => key in action.wanted.spec)
}

/** Whether a vxlan gets a socket with it, and joins its groups. */
export function bringsUp(action: Action): boolean {
  if (!isVxlan(action)) {
    return false
  }
  return action.kind === 'changeLink'
    ? action.changes.some(({ attribute, to }) => attribute === 'up' && to === true)
    : isLinkAction(action) && action.wanted.spec.up !== false
}

/** Whether it joins a multicast group of the family. */
export function joinsGroup(action: Action, family: 'IPv4' | 'IPv6'): boolean {
  const isOfFamily = (group: string | undefined): boolean =>
    group !== undefined && group.includes(':') === (family === 'IPv6')
  if (action.kind === 'changeVnis') {
    return action.add.some(({ value }) => isOfFamily(value))
  }
  if (!(isLinkAction(action) && action.wanted.kind === 'vxlan') || action.wanted.spec.up === false) {
    return false
  }
  return isOfFamily(action.wanted.spec.group) && (bringsUp(action) || sets(action, 'group', 'dev'))
}

/** Whether a link comes into a bridge or VRF. */
export function joinsMaster(action: Action): boolean {
  return action.kind === 'attachPort' || sets(action, 'master')
}

/** Whether it is about forwarding entries of a vxlan. */
export function isAboutFdb(action: Action): boolean {
  return 'table' in action && action.table === 'fdb'
}

/** Whether it is about neighbours. */
export function isAboutNeighbours(action: Action): boolean {
  return 'table' in action && action.table === 'neighbours'
}
