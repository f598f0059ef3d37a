/** `vxagent agent`: the daemon. */
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { limitsFor } from '../../agent/desired/limits.ts'
import type { ListenAddress } from '../../agent/publish/api/server.ts'
import type { Agent } from '../../agent/run/agent.ts'
import { defaultDelay, defaultShare } from '../../agent/trial/deletion-policy.ts'
import { exitCodes } from '../exit-codes.ts'
import {
  choice,
  desired,
  json,
  logLevel,
  maxFileSize,
  numberOr,
  readText,
  replace,
  resyncInterval,
  socket,
  stateDir,
  type ValueOption,
  wholeNumber,
} from '../options.ts'
import type { Signals } from '../output.ts'
import { readListenAddress } from '../read-address.ts'
import type { Command } from './command.ts'

const watch: ValueOption<'yes' | 'no'> = {
  name: 'watch',
  placeholder: 'yes|no',
  description: 'take up changed files at once; no: at the start, at SIGHUP and by vxagent apply only',
  variable: 'VXAGENT_WATCH',
  fallback: 'yes',
  ...choice<'yes' | 'no'>(['yes', 'no']),
}

const deletionGuard: ValueOption<number | undefined> = {
  name: 'deletion-guard',
  placeholder: 'PERCENT|off',
  description:
    'hold a change of files that would delete all links, remotes, addresses or bridge ports, or more than this share of five or more, until vxagent apply',
  variable: 'VXAGENT_DELETION_GUARD',
  fallback: defaultShare,
  read: numberOr('off', 1, 100),
}

const deletionWait: ValueOption<number | undefined> = {
  name: 'deletion-wait',
  placeholder: 'SECONDS|forever',
  description:
    'carry out a held change all the same after so long, by default never; a restart of the agent begins the time again',
  variable: 'VXAGENT_DELETION_WAIT',
  fallback: undefined,
  read: numberOr('forever', 1, 2_147_483),
}

const deletionDelay: ValueOption<number> = {
  name: 'deletion-delay',
  placeholder: 'SECONDS',
  description: 'keep a link that no file names any more for so long, in case a file names it again, 0 to 3600',
  variable: 'VXAGENT_DELETION_DELAY',
  fallback: defaultDelay,
  read: wholeNumber(0, 3600),
}

const listen: ValueOption<ListenAddress | undefined> = {
  name: 'listen',
  placeholder: '[ADDRESS:]PORT',
  description:
    'serve what can be read, the page and /metrics among it, on this TCP port too; on 127.0.0.1 unless an address is given',
  variable: 'VXAGENT_LISTEN',
  fallback: undefined,
  read: readListenAddress,
}

const eventFile: ValueOption<string | undefined> = {
  name: 'event-file',
  placeholder: 'PATH',
  description: 'keep events on the disk too, over restarts: two files of 8 MiB at most',
  variable: 'VXAGENT_EVENT_FILE',
  fallback: undefined,
  suggestion: 'file',
  read: readText,
}

const fleetUser: ValueOption<string> = {
  name: 'fleet-user',
  placeholder: 'USER',
  description: 'the user that vxagent fleet-agent runs as: besides root it alone may hand over what the fleet says',
  variable: 'VXAGENT_FLEET_USER',
  fallback: 'vxagent-fleet',
  read: readText,
}

export const agent: Command = {
  name: 'agent',
  summary: 'Run the daemon: keep the host as declared',
  details:
    'Logs to standard output: JSON, or lines for people on a terminal and in the journal. SIGTERM and SIGINT end it and leave the overlay in place; SIGHUP makes it read its files again. Needs CAP_NET_ADMIN. Exit codes: 0 ended by a signal, 1 could not start, 64 a wrong option or setting.',
  options: [resyncInterval, replace, watch, deletionGuard, deletionWait, deletionDelay, listen, eventFile, fleetUser],
  commonOptions: [desired, stateDir, socket, maxFileSize, logLevel, json],
  examples: [
    ['$0 agent', 'as the service runs it'],
    ['$0 agent --listen 9101', 'with the page and metrics on http://127.0.0.1:9101/'],
    ['$0 agent --watch no', 'where every change is to go through vxagent apply --confirm'],
    [
      '$0 agent --desired ./lab --state-dir ./state --socket ./vxagent.sock',
      'beside a service, in a namespace of its own',
    ],
  ],

  async run(input, io) {
    const [{ startAgent }, { beginDaemon }, { version }] = await Promise.all([
      import('../../agent/run/agent.ts'),
      import('../begin-daemon.ts'),
      import('../version.ts'),
    ])
    const log = await beginDaemon(input, io, 'vxagent')
    const events = input.value(eventFile)
    const address = input.value(listen)
    const share = input.value(deletionGuard)
    const wait = input.value(deletionWait)
    const options = {
      desired: resolve(input.value(desired)),
      stateDir: resolve(input.value(stateDir)),
      socket: resolve(input.value(socket)),
      resyncIntervalMs: input.value(resyncInterval) * 1000,
      limits: limitsFor(input.value(maxFileSize)),
      replace: input.value(replace),
      deletions: {
        share: share === undefined ? undefined : share / 100,
        waitMs: wait === undefined ? undefined : wait * 1000,
        delayMs: input.value(deletionDelay) * 1000,
      },
      watchesFiles: input.value(watch) === 'yes',
      fleetUser: input.value(fleetUser),
      version,
      ...(address !== undefined && { listen: address }),
      ...(events !== undefined && { eventFile: resolve(events) }),
    }
    await serve(() => startAgent(options, log), io.signals, log)
    return exitCodes.ok
  },
}

/** Runs an agent until a signal ends it; a second one does not wait for that. Rejects when the agent cannot start. */
export async function serve(start: () => Promise<Agent>, signals: Signals, log: Logger): Promise<void> {
  let running: Agent | undefined
  let isReloadDue = false
  const reload = (): void => {
    // The files may have been read already.
    isReloadDue = running === undefined
    running?.reload().catch((error: unknown) => log.error({ err: error }, 'cannot reload'))
  }
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const endOnce = (): void => {
    isReloadDue = false
    stopListening()
    end()
  }
  const stopListening = (): void => {
    signals.off('SIGTERM', endOnce)
    signals.off('SIGINT', endOnce)
  }
  // Before the start: a signal that comes meanwhile must not end the process halfway.
  signals.on('SIGHUP', reload)
  signals.on('SIGTERM', endOnce)
  signals.on('SIGINT', endOnce)
  try {
    running = await start()
    if (isReloadDue) {
      reload()
    }
    await ended
    await running.stop()
  } finally {
    stopListening()
    signals.off('SIGHUP', reload)
  }
}
