/** Options of the fleet process and of the commands that ask it. */
import { readText, type ValueOption } from './options.ts'

/** Where the fleet process is asked. */
export const fleetSocket: ValueOption<string> = {
  name: 'fleet-socket',
  placeholder: 'PATH',
  description: 'Unix socket of the fleet process',
  variable: 'VXAGENT_FLEET_SOCKET',
  fallback: '/run/vxagent-fleet/fleet.sock',
  suggestion: 'file',
  read: readText,
}

/** Where the fleet process keeps what it must not forget. */
export const fleetStateDir: ValueOption<string> = {
  name: 'fleet-state-dir',
  placeholder: 'DIR',
  description: 'where the fleet process keeps what tells this host from another of the same id',
  variable: 'VXAGENT_FLEET_STATE_DIR',
  fallback: '/var/lib/vxagent-fleet',
  suggestion: 'directory',
  read: readText,
}
