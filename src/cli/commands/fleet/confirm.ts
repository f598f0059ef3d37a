/** `vxagent fleet confirm`: keeps a pushed file that is on trial. */
import { operatorOptions, withStore } from '../../operator.ts'
import { desired, json, logLevel, maxFileSize } from '../../options.ts'
import { runConfirm } from '../../push-confirm.ts'
import { placeOf, readFileName, stageTimeout } from '../../push-options.ts'
import type { Command } from '../command.ts'

export const fleetConfirm: Command = {
  name: 'fleet confirm',
  operands: { name: 'NAME', description: 'the pushed file; without it the one that waits for a confirmation' },
  summary: 'Keep a pushed file that is on trial',
  details:
    'Talks to etcd with the certificate of an operator. Every host on which the file is on trial keeps it as soon as it hears the confirmation from etcd; a host that does not hear it returns to what it had before. Waits until no host is on trial any more, and names those that had not applied the file when it was confirmed. Exit codes: 0 all hosts have it; 3 some have not; 1 error, such as nothing to confirm.',
  working: 'asking etcd',
  options: [stageTimeout, ...operatorOptions],
  commonOptions: [desired, maxFileSize, json, logLevel],
  examples: [['$0 fleet confirm tenants.yaml --cert ops.crt --key ops.key', 'after fleet push --confirm']],

  run: (input, io) =>
    withStore(input, async (open) => {
      const { lastPushes, waitingFile } = await import('../../../fleet/operate/push-history.ts')
      const name = input.operands.length > 0 ? readFileName(input.operands) : waitingFile(await lastPushes(open))
      return runConfirm(await placeOf(open), name, input, io)
    }),
}
