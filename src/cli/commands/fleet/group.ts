/** `vxagent fleet`: the commands about the fleet that this host is in. */
import type { CommandGroup } from '../command.ts'
import { fleetAccept } from './accept.ts'
import { fleetCheck } from './check.ts'
import { fleetEvict } from './evict.ts'
import { fleetGrant } from './grant.ts'
import { fleetLeave } from './leave.ts'
import { fleetNodes } from './nodes.ts'
import { fleetStatus } from './status.ts'
import { fleetTunnels } from './tunnels.ts'
import { fleetWait } from './wait.ts'

export const fleet: CommandGroup = {
  name: 'fleet',
  summary: 'Show the fleet that this host is in, and change who belongs to it',
  details:
    'All but grant and evict ask the fleet process of this host (vxagent fleet-agent, the service vxagent-fleet); grant and evict go to etcd with the certificate of an operator. What is shown is what members say of themselves in the store, with the revision that it is of: whether frames arrive is not looked at. $0 fleet COMMAND --help says more, with examples.',
  examples: [
    ['$0 fleet status', 'whether this host hears the store, and what is wrong'],
    ['$0 fleet nodes', 'one row for each host'],
    ['$0 fleet check', 'what does not fit together, and what to do'],
    ['$0 fleet wait', 'after a change: until every host has it'],
  ],
  commands: [
    fleetStatus,
    fleetNodes,
    fleetTunnels,
    fleetCheck,
    fleetWait,
    fleetLeave,
    fleetEvict,
    fleetAccept,
    fleetGrant,
  ],
}
