/** vxagent as its package installs it, on a machine with systemd. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { AgentStatus } from '../../src/agent/answers/status.ts'
import type { Finished } from './command.ts'
import { eventually } from './eventually.ts'
import type { Machine } from './machine.ts'

export const desiredDirectory = '/etc/vxagent/desired.d'

/** Copies a package there and installs it as a person does. */
export async function install(machine: Machine, path: string): Promise<Finished> {
  const there = `/root/${basename(path)}`
  await machine.runWith({ input: readFileSync(path) }, 'sh', '-c', 'cat >"$1"', 'copy', there)
  return machine.finish('env', 'DEBIAN_FRONTEND=readline', 'apt-get', 'install', '--quiet', '--yes', there)
}

/** Puts a desired-state file there. */
export function declare(machine: Machine, name: string, state: object | string): Promise<void> {
  return machine.write(`${desiredDirectory}/${name}`, typeof state === 'string' ? state : JSON.stringify(state))
}

export function statusText(machine: Machine): Promise<string> {
  return machine.property('vxagent', 'StatusText')
}

export async function mainPid(machine: Machine): Promise<number> {
  return Number(await machine.property('vxagent', 'MainPID'))
}

/** Waits until the service is active. Throws with its journal when it does not become so. */
export async function isActive(machine: Machine, timeoutMs = 20_000): Promise<void> {
  await eventually(
    async () => {
      const state = await machine.property('vxagent', 'ActiveState')
      if (state !== 'active') {
        throw new Error(`vxagent is ${state}: ${await journal(machine)}`)
      }
    },
    { timeoutMs },
  )
}

export function journal(machine: Machine): Promise<string> {
  return machine.run('journalctl', '--unit', 'vxagent', '--no-pager', '--output', 'short')
}

/** Waits until vxagent says that it has converged. */
export function converged(machine: Machine): Promise<AgentStatus> {
  return eventually(
    async () => {
      const { stdout, stderr } = await machine.finish('vxagent', 'status', '--json')
      const status = JSON.parse(stdout === '' ? '{}' : stdout) as AgentStatus
      if (status.converged !== true) {
        throw new Error(`not converged: ${stdout}${stderr}`)
      }
      return status
    },
    { timeoutMs: 20_000, everyMs: 100 },
  )
}

/** Adds settings to the unit, as an operator does. */
export async function override(machine: Machine, settings: string): Promise<void> {
  await machine.write('/etc/systemd/system/vxagent.service.d/test.conf', `[Service]\n${settings}\n`)
  await machine.run('systemctl', 'daemon-reload')
}

export async function noOverride(machine: Machine): Promise<void> {
  await machine.run('rm', '--force', '/etc/systemd/system/vxagent.service.d/test.conf')
  await machine.run('systemctl', 'daemon-reload')
}

/** Of the machine's systemd. */
export async function systemdVersion(machine: Machine): Promise<number> {
  return Number(/\d+/.exec(await machine.run('systemctl', '--version'))?.[0])
}
