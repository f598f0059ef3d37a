/** When what stands in place of the files' state gives way to it. */
import { hashOf } from '../desired/canonical.ts'
import type { DeletionHold } from './deletion-hold.ts'
import type { DesiredFiles } from './desired-files.ts'
import type { Word } from './enforced-state-options.ts'
import type { Override } from './override.ts'

/** The held change is carried out: somebody said so, or it has waited for as long as it is to. */
export const heldChangeIsOver = 'the held change is carried out'

/** Why the files' state takes the place of the override; undefined: it does not. */
export function whyItGivesWay(
  override: Override,
  { hash, valid, readingSince }: Pick<DesiredFiles, 'hash' | 'valid' | 'readingSince'>,
  word: Word,
  hold: Pick<DeletionHold, 'isOver'>,
): string | undefined {
  if (override.what === 'trial') {
    return undefined
  }
  if (hash !== undefined && hash !== override.files) {
    return 'the files have changed'
  }
  if (override.what === 'held') {
    // While the files are broken nobody knows what is still asked for.
    const hasWaited = valid !== undefined && hold.isOver(override.files)
    return word !== 'reload' || hasWaited ? heldChangeIsOver : undefined
  }
  if (word === 'apply the files') {
    return 'the files are asked for'
  }
  // Not while they are being read: what they say at the end of a trial waits until they change again.
  const isSame = valid !== undefined && readingSince === undefined && hashOf(override.state) === valid.hash
  return isSame ? 'the files say the same' : undefined
}
