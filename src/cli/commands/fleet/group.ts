/** `vxagent fleet`: the commands about the fleet that this host is in. */
import type { CommandGroup } from '../command.ts'
import { fleetAccept } from './accept.ts'
import { fleetCheck } from './check.ts'
import { fleetEvict } from './evict.ts'
import { fleetGrant } from './grant.ts'
import { fleetLeave } from './leave.ts'
import { fleetNodes } from './nodes.ts'
import { fleetProbe } from './probe.ts'
import { fleetStatus } from './status.ts'
import { fleetTunnels } from './tunnels.ts'
import { fleetWait } from './wait.ts'

export const fleet: CommandGroup = {
  name: 'fleet',
  summary: 'Show the fleet that this host is in, and change who belongs to it',
  details:
    'grant and evict talk to etcd with the certificate of an operator; all others ask the fleet process of this host (vxagent fleet-agent, the service vxagent-fleet). They show what members report in the store, with the revision that the report is of. fleet probe checks whether frames arrive; the others do not send any. $0 fleet COMMAND --help says more, with examples.',
  examples: [
    ['$0 fleet status', 'whether this host hears the store, and what is wrong'],
    ['$0 fleet nodes', 'one row for each host'],
    ['$0 fleet check', 'what does not fit together, and what to do'],
    ['sudo $0 fleet probe', 'whether frames pass to each member and back, and how large'],
    ['$0 fleet wait', 'after a change: until every host has it'],
  ],
  commands: [
    fleetStatus,
    fleetNodes,
    fleetTunnels,
    fleetCheck,
    fleetProbe,
    fleetWait,
    fleetLeave,
    fleetEvict,
    fleetAccept,
    fleetGrant,
  ],
}
