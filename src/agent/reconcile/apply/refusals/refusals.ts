/** All that the kernel is known to refuse, with reasons and cures. The first row that is meant holds. */
import { addressRefusals } from './address-refusals.ts'
import { anyRefusals } from './any-refusals.ts'
import { entryRefusals } from './entry-refusals.ts'
import { linkRefusals } from './link-refusals.ts'
import { portRefusals } from './port-refusals.ts'
import type { RefusalRow } from './row.ts'

export const refusals: readonly RefusalRow[] = [
  ...linkRefusals,
  ...portRefusals,
  ...addressRefusals,
  ...entryRefusals,
  ...anyRefusals,
]
