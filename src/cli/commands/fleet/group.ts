/** `vxagent fleet`: the commands about the fleet that this host is in. */
import type { CommandGroup } from '../command.ts'
import { fleetNodes } from './nodes.ts'
import { fleetStatus } from './status.ts'

export const fleet: CommandGroup = {
  name: 'fleet',
  summary: 'Show the fleet that this host is in, and change who belongs to it',
  details:
    'All but grant and evict ask the fleet process of this host (vxagent fleet-agent, the service vxagent-fleet); grant and evict go to etcd with the certificate of an operator. What is shown is what members say of themselves in the store, with the revision that it is of: whether frames arrive is not looked at. $0 fleet COMMAND --help says more, with examples.',
  examples: [
    ['$0 fleet status', 'whether this host hears the store, and what is wrong'],
    ['$0 fleet nodes', 'one row for each host'],
  ],
  commands: [fleetStatus, fleetNodes],
}
