/** `vxagent fleet rollback`: pushes an earlier revision of a file again, or its removal. */
import { withStore } from '../../operator.ts'
import { desired, json, logLevel, maxFileSize, type ValueOption } from '../../options.ts'
import { placeOf, pushOptions, readFileName, termsOf, to } from '../../push-options.ts'
import { runPush } from '../../push-run.ts'
import { UsageError } from '../../usage-error.ts'
import type { Command } from '../command.ts'

const toRevision: ValueOption<number | 'none' | undefined> = {
  name: 'to-revision',
  placeholder: 'R|none',
  description:
    'the revision, as vxagent fleet history has it, or none to remove the file; by default the last one before that was released to all its hosts',
  fallback: undefined,
  read: readRevision,
}

export const fleetRollback: Command = {
  name: 'fleet rollback',
  operands: { name: 'NAME', description: 'the pushed file' },
  summary: 'Push an earlier revision of a file again, or remove the file',
  details:
    'Talks to etcd with the certificate of an operator. A push of its own, with a plan of each host, and with --canary and --confirm as fleet push has them: the earlier text becomes a new revision. By default to the hosts that the last push names and to those that have the file. A host on which the file is on trial returns first. Without an earlier revision the file is removed. Exit codes: those of fleet push.',
  options: [toRevision, ...pushOptions],
  commonOptions: [desired, maxFileSize, json, logLevel],
  examples: [
    ['$0 fleet rollback tenants.yaml --cert ops.crt --key ops.key', 'the revision before'],
    [
      '$0 fleet rollback tenants.yaml --to-revision none --cert ops.crt --key ops.key',
      'remove the file from all hosts that have it',
    ],
  ],

  async run(input, io) {
    const name = readFileName(input.operands)
    const [revision, selector] = [input.value(toRevision), input.value(to)]
    return withStore(input, async (open) => {
      const { requestToReturn } = await import('../../../fleet/operate/push-history.ts')
      const request = await requestToReturn(open, name, {
        ...(revision !== undefined && { revision }),
        ...(selector !== undefined && { to: selector }),
        ...termsOf(input),
      })
      return runPush(await placeOf(open), request, input, io)
    })
  },
}

function readRevision(text: string, source: string): number | 'none' {
  const revision = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (text === 'none' || revision > 0) {
    return text === 'none' ? text : revision
  }
  throw new UsageError(`${source} must be a revision from 1 on, or none, not ${JSON.stringify(text)}`)
}
