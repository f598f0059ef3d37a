/** `vxagent fleet-agent`: the process that knows the other hosts. */
import { resolve } from 'node:path'
import { exitCodes } from '../exit-codes.ts'
import { fleetSocket, fleetStateDir } from '../fleet-options.ts'
import { frrDir } from '../frr-dir.ts'
import { json, logLevel, socket } from '../options.ts'
import type { Command } from './command.ts'

export const fleetAgent: Command = {
  name: 'fleet-agent',
  summary: 'Run the fleet process: find the VTEPs of other hosts through etcd',
  details:
    'The service vxagent-fleet runs it, as a user of its own without any capability. It asks the agent which fleet this host is in (the fleet: section of the files), publishes the VTEPs of links with remotes: fleet, and hands those of the other hosts over to the agent. Without a fleet: section it opens no connection. When it ends, or etcd is away, everything stays as it is. Logs to standard output. Exit codes: 0 ended by a signal, 1 could not start, 64 a wrong option or setting.',
  options: [fleetSocket, fleetStateDir, frrDir],
  commonOptions: [socket, logLevel, json],
  examples: [
    ['$0 fleet-agent', 'as the service runs it'],
    [
      '$0 fleet-agent --socket ./vxagent.sock --fleet-socket ./fleet.sock --fleet-state-dir ./fleet',
      'beside a service, in a namespace of its own',
    ],
  ],

  async run(input, io) {
    const [{ startFleet }, { beginDaemon }, { version }, { serve }] = await Promise.all([
      import('../../fleet/run/start.ts'),
      import('../begin-daemon.ts'),
      import('../version.ts'),
      import('./agent.ts'),
    ])
    const log = await beginDaemon(input, io, 'vxagent-fleet')
    const options = {
      agentSocket: resolve(input.value(socket)),
      socket: resolve(input.value(fleetSocket)),
      frrDir: resolve(input.value(frrDir)),
      stateDir: resolve(input.value(fleetStateDir)),
      version,
    }
    const start = async () => {
      const { stop } = await startFleet(options, log)
      // What it is to do comes from the agent, which reads the files.
      return { stop, reload: async () => {} }
    }
    await serve(start, io.signals, log)
    return exitCodes.ok
  },
}
