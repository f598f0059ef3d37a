/** `vxagent fleet evict`: puts a host out of the fleet, with the certificate of an operator. */
import { exitCodes } from '../../exit-codes.ts'
import { operate, operatorOptions, readNode } from '../../operator.ts'
import { desired, json, logLevel, maxFileSize } from '../../options.ts'
import { write, writeJson } from '../../output.ts'
import type { Command } from '../command.ts'

export const fleetEvict: Command = {
  name: 'fleet evict',
  operands: { name: 'NODE', description: 'the id of the host, as vxagent fleet nodes has it' },
  summary: 'Remove a host from the fleet: the others drop it at once, and it loses its rights',
  details:
    'Talks to etcd with the certificate of an operator. Marks NODE as evicted in the roster: the others remove their entries for it without a grace, and NODE stops publishing. Then deletes its role, its user and its keys. etcd checks rights when a watch begins: a watch that NODE has open keeps receiving the fleet until its connection ends. To end it, restart the members of etcd one after the other. The entries in the kernel of NODE itself stay. vxagent fleet grant admits it again. Exit codes: 0 done, 1 error, such as an unknown NODE.',
  working: 'asking etcd',
  options: operatorOptions,
  commonOptions: [desired, maxFileSize, json, logLevel],
  examples: [['$0 fleet evict vyos01 --cert ops.crt --key ops.key', 'a host that was stolen, or will not come back']],

  async run(input, io) {
    const node = readNode(input.operands)
    const { evictNode } = await import('../../../fleet/operate/evict.ts')
    const outcome = await operate(input, node, evictNode)
    if (input.has(json)) {
      await writeJson(io.stdout, { node, ...outcome })
    } else {
      const { outcomeLines, watchesOutlive } = await import('../../views/fleet-outcome.ts')
      await write(io.stdout, [...outcomeLines(outcome), ...(outcome.enforced ? [watchesOutlive(node)] : [])])
    }
    return exitCodes.ok
  },
}
