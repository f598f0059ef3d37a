/** Links that went under our hands, and ones that should have gone and have not. */
import { KernelError } from '../../../rtnetlink/index.ts'
import { NoSuchLink } from '../../kernel/link-names.ts'
import { EntriesRefused } from './perform-entries.ts'

/** Whether an action failed since its link is not there any more. */
export function isGone(error: unknown): boolean {
  const isRefusal = error instanceof KernelError || error instanceof EntriesRefused
  return error instanceof NoSuchLink || (isRefusal && error.code === 'ENODEV')
}

/** The link that the record has under a name is still there, and so the record has no place for another one. */
export class PredecessorThere extends Error {
  override readonly name = 'PredecessorThere'

  constructor(name: string, present = name) {
    super(
      `cannot create link ${name}: the link that vxagent created as ${name} before still exists as ${present}; see why it cannot be deleted, or delete it`,
    )
  }
}
