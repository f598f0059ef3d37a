/** The commands. */
import { agent } from './agent.ts'
import { apply } from './apply.ts'
import type { Entry } from './command.ts'
import { completionOf } from './completion.ts'
import { confirm } from './confirm.ts'
import { diff } from './diff.ts'
import { doctor } from './doctor.ts'
import { events } from './events.ts'
import { explain } from './explain.ts'
import { exportCommand } from './export.ts'
import { fdb } from './fdb.ts'
import { fleet } from './fleet/group.ts'
import { fleetAgent } from './fleet-agent.ts'
import { importCommand } from './import.ts'
import { links } from './links.ts'
import { rollback } from './rollback.ts'
import { schema } from './schema.ts'
import { status } from './status.ts'
import { teardown } from './teardown.ts'
import { tunnels } from './tunnels.ts'
import { ui } from './ui.ts'
import { validate } from './validate.ts'

const others: readonly Entry[] = [
  agent,
  fleetAgent,
  apply,
  confirm,
  rollback,
  teardown,
  diff,
  validate,
  status,
  doctor,
  links,
  fdb,
  tunnels,
  explain,
  events,
  ui,
  fleet,
  exportCommand,
  importCommand,
  schema,
]

/** All commands, in the order of the help. */
export const commands: readonly Entry[] = [...others, completionOf(others)]
