/** Users of the socket's group who mean ill: each in turn, while root asks and the daemon's memory is measured. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { AgentStatus } from '../../src/agent/answers/status.ts'
import { ask } from '../support/ask.ts'
import { eventually } from '../support/eventually.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { type Installation, installVxagent } from '../support/vxagent.ts'

/** Forwarding entries on the host: 15 MB of JSON. */
const entries = 100_000
/** Bytes that the daemon may grow by under an attack. The bounds are 64 MiB of answers unread, one being made, and what is garbage. */
const mostGrowth = 250 * 1024 * 1024
/** The user and group of the clients. */
const nobody = 65534

const source = readFileSync(join(import.meta.dirname, '../support/hostile-client.mjs'), 'utf8')
const undo: (() => void | Promise<void>)[] = []
let host: Namespace
let agent: Installation

beforeAll(async () => {
  const cleanup = (each: () => void | Promise<void>): void => {
    undo.push(each)
  }
  host = await namespace(cleanup)
  await host.addVeth('eth1', '10.0.2.1/24')
  const vxlan0 = { id: 42, remote: '10.0.2.254', dev: 'eth1', dstport: 4789 }
  agent = installVxagent(host, { 'a.yaml': { vxlans: { vxlan0 } } }, cleanup)
  await agent.startAndWait()
  const lines = Array.from({ length: entries }, (_, index) => {
    const mac = index.toString(16).padStart(6, '0').match(/../g)?.join(':')
    return `fdb add 02:00:00:${mac} dev vxlan0 dst 10.0.2.${(index % 200) + 2}`
  })
  await host.bridgeBatch(lines)
  // As a group of its own would have it.
  for (const directory of [agent.directory, dirname(agent.socket)]) {
    chmodSync(directory, 0o711)
  }
  chownSync(agent.socket, 0, nobody)
  await eventually(async () => expect(JSON.parse(await asRoot('fdb')).length).toBeGreaterThan(entries), {
    timeoutMs: 60_000,
  })
})

afterAll(async () => {
  for (const each of undo.toReversed()) {
    await each()
  }
})

/** What `vxagent COMMAND --json` says to root; throws when it is not answered. */
async function asRoot(...command: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await agent.vxagent(...command, '--json')
  // 5: answered, and the overlay of this host leads to nobody.
  if (code !== 0 && code !== 5) {
    throw new Error(`vxagent ${command.join(' ')}: exit code ${code}: ${stderr}`)
  }
  return stdout
}

/** What the daemon has in memory, or has had at most since `forgetPeak`, in bytes. */
function memory(which: 'VmRSS' | 'VmHWM'): number {
  const [, kilobytes] =
    new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

function forgetPeak(): void {
  writeFileSync(`/proc/${agent.pid}/clear_refs`, '5')
}

/** Starts an attack; resolves when it is under way. */
async function attacked(attack: string): Promise<{ readonly process: ChildProcess; said(): string }> {
  const args = ['--input-type=module', '-e', source, agent.socket, attack]
  const child = spawn(process.execPath, args, {
    uid: nobody,
    gid: nobody,
    cwd: '/',
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await (child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined)
  })
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk
  })
  await eventually(() => expect(said).toContain('attacking'), { timeoutMs: 60_000 })
  return { process: child, said: () => said }
}

test.each<{ attack: string; refused?: RegExp }>([
  { attack: 'keeps connections', refused: /uid 65534 has 32 open connections already, the most for one user/ },
  { attack: 'says nothing' },
  { attack: 'sends requests for events ahead' },
  { attack: 'sends requests for the status ahead, without an end' },
  { attack: 'reads nothing of the forwarding table' },
  { attack: 'reads a little of the forwarding table' },
  { attack: 'reads nothing of the past events' },
  { attack: 'follows events with many filters, and reads none' },
  { attack: 'sends long states' },
  { attack: 'sends a body without an end' },
  { attack: 'sends a body without an end to be read by nobody' },
  { attack: 'sends headers without an end' },
  { attack: 'sends headers a byte at a time' },
  { attack: 'sends a body a byte at a time' },
  { attack: 'closes its half of each connection' },
  { attack: 'connects and leaves' },
  { attack: 'asks for an address to be explained, again and again' },
  { attack: 'asks for metrics, again and again' },
  { attack: 'asks for tunnels, again and again' },
  { attack: 'reads the forwarding table, again and again' },
  { attack: 'applies, again and again' },
])('root is answered, and memory stays bounded, while a user $attack', async ({ attack, refused }) => {
  // What the answers to root take is not the attack's.
  await ask(agent.socket, '/v1/fdb')
  const before = memory('VmRSS')
  forgetPeak()
  const { process, said } = await attacked(attack)
  for (let count = 0; count < 2; count += 1) {
    expect((JSON.parse(await asRoot('status')) as AgentStatus).converged).toBe(true)
  }
  expect(process.exitCode).toBeNull()
  const growth = memory('VmHWM') - before
  expect(growth).toBeLessThan(mostGrowth)
  if (refused !== undefined) {
    await eventually(() => expect(said()).toMatch(refused))
  }
})

test('the user is served again after all that, and the daemon has logged no fault', async () => {
  await eventually(async () => expect(JSON.parse(await asRoot('fdb')).length).toBeGreaterThan(entries))
  expect(agent.logged(/uncaught|unhandled|overflow/i)).toEqual([])
})
