/** `vxagent fleet evict`: puts a host out of the fleet, with the certificate of an operator. */
import { exitCodes } from '../../exit-codes.ts'
import { operate, operatorOptions, readNode } from '../../operator.ts'
import { desired, json, logLevel, maxFileSize } from '../../options.ts'
import { write, writeJson } from '../../output.ts'
import type { Command } from '../command.ts'

export const fleetEvict: Command = {
  name: 'fleet evict',
  operands: { name: 'NODE', description: 'the id of the host, as vxagent fleet nodes has it' },
  summary: 'Put a host out of the fleet: the others drop it at once, and it may write nothing more',
  details:
    'Asks etcd itself, with the certificate of an operator. The roster says that NODE is evicted: the others remove their entries for it without a grace, and NODE stops to publish. Its role and its user are deleted, and what it said of itself. etcd looks at rights when a watch begins: a watch that NODE has open goes on hearing the fleet until its connection ends, so restart the members of etcd one after the other, or let its certificate end. What NODE has in its own kernel stays there. vxagent fleet grant takes it in again. Exit codes: 0 done, 1 error, such as a NODE that nobody knows.',
  working: 'asking etcd',
  options: operatorOptions,
  commonOptions: [desired, maxFileSize, json, logLevel],
  examples: [['$0 fleet evict vyos01 --cert ops.crt --key ops.key', 'a host that was stolen, or is gone for good']],

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
