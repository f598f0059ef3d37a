/** Starts the fleet process: its state directory, its socket, its membership. */
import type { Logger } from 'pino'
import { makeDirectory } from '../../agent/host/files.ts'
import { StartupError } from '../../agent/host/startup-error.ts'
import { startServer } from '../../agent/publish/api/server.ts'
import { notifier } from '../../agent/systemd/notify.ts'
import { asStatus } from '../../agent/systemd/status-sentence.ts'
import { Watchdog, watchdogLimitMs } from '../../agent/systemd/watchdog.ts'
import { FleetProcess } from './fleet-process.ts'
import { fleetRoutes } from './fleet-routes.ts'

/** How it is run. */
export interface FleetOptions {
  /** Socket of the agent of this host. */
  readonly agentSocket: string
  /** Where FRR has its vty sockets, if it runs here. */
  readonly frrDir: string
  /** Its own socket, which the `vxagent fleet` commands ask. */
  readonly socket: string
  /** Where it keeps what tells this host from another of the same id. */
  readonly stateDir: string
  readonly version: string
}

/** A running fleet process. */
export interface RunningFleet {
  /** Ends it. Nothing changes by that, here or elsewhere, for as long as the lease lasts. */
  stop(): Promise<void>
}

/** Resolves when it serves its socket; it joins the fleet as soon as the agent says which. Throws StartupError. */
export async function startFleet(options: FleetOptions, log: Logger): Promise<RunningFleet> {
  const notify = notifier(process.env['NOTIFY_SOCKET'])
  const fleet = openFleet(options, log, (sentence) => notify(asStatus(sentence)))
  const server = await startServer(options.socket, fleetRoutes(fleet), log)
  // That it is asked shows that the process turns; that the store is silent is no reason for a restart.
  const watchdog = new Watchdog({
    notify,
    limitMs: watchdogLimitMs(process.env, process.pid),
    examine: async () => [],
    log,
  })
  fleet.start()
  notify('READY=1', asStatus('Waiting for the agent'))
  log.info({ version: options.version, agent: options.agentSocket, socket: options.socket }, 'ready')
  return {
    async stop() {
      notify('STOPPING=1', asStatus('Stopping: everything stays as it is'))
      watchdog.close()
      await server.close()
      await fleet.stop()
      log.info('stopped; everything stays as it is')
    },
  }
}

function openFleet(
  { agentSocket, frrDir, stateDir, version }: FleetOptions,
  log: Logger,
  onStatus: (sentence: string) => void,
): FleetProcess {
  const credentialsDirectory = process.env['CREDENTIALS_DIRECTORY']
  try {
    makeDirectory(stateDir, 0o700)
    return new FleetProcess({ agentSocket, frrDir, stateDir, version, credentialsDirectory, log, onStatus })
  } catch (error) {
    throw new StartupError(
      `cannot use the state directory ${stateDir}: ${(error as Error).message}; choose another with --fleet-state-dir`,
      { cause: error },
    )
  }
}
