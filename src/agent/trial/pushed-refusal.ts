/** Why a host does not take a pushed file as things stand. Pure. */
import type { DesiredStatus } from '../answers/desired-status.ts'
import type { PushedOffer } from '../answers/pushed.ts'
import type { DesiredState } from '../desired/schema.ts'

const ofEnforcing: Readonly<Record<DesiredStatus['enforcing'], string | undefined>> = {
  current: undefined,
  // The files are read with the pushed one, and say themselves what is wrong with them.
  'last valid': undefined,
  none: 'no valid desired state has been in force on this host yet; see vxagent validate there',
  trial: 'a state is on trial on this host; end it there with vxagent confirm or vxagent rollback',
  'rolled back':
    'a state that was rolled back to is in force on this host, and not its files; vxagent apply --files there ends that',
  confirmed:
    'a state that was confirmed is in force on this host, and not its files; vxagent apply --files there ends that',
  held: 'a change of its files that would delete much waits on this host for vxagent apply',
}

/** As the end of a sentence; undefined: it takes it. */
export function whyNotTaken(
  { enforcing, toBeDeleted }: Pick<DesiredStatus, 'enforcing' | 'toBeDeleted'>,
  state: DesiredState | undefined,
  offer: Pick<PushedOffer, 'fleet'>,
): string | undefined {
  const section = state?.fleet
  if (section?.name !== offer.fleet) {
    const now = section === undefined ? 'in no fleet' : `in the fleet ${section.name}`
    return `it was pushed to the fleet ${offer.fleet}, and this host is ${now}`
  }
  if (section.config !== 'accept') {
    return 'this host accepts no pushed files: its fleet section does not say config: accept'
  }
  if (toBeDeleted !== undefined) {
    return 'deletions that its own files ask for wait on this host; they are carried out in some seconds, or by vxagent apply'
  }
  return ofEnforcing[enforcing]
}
