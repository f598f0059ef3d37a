/** Notifications that are lost: the agent notices, looks at everything again, and goes on. */
import { expect, onTestFinished, test } from 'vitest'
import type { AgentStatus } from '../src/agent/answers/status.ts'
import { askJson } from './support/ask.ts'
import { eventually } from './support/eventually.ts'
import { pictureOf } from './support/link-picture.ts'
import { namespace } from './support/namespace.ts'
import { installVxagent } from './support/vxagent.ts'

/** So many events wait for the daemon: twice what its receive buffer holds. */
const floodedEvents = 200_000
/** Few stay, for a dump grows with the square of their number. */
const stayingEntries = 500

test('after its receive buffer overflowed, the agent repairs what it did not hear of and knows the table again', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.ipBatch('link add theirs type vxlan id 7 dstport 4789 dev eth1\nlink set theirs up')
  const vxlan0 = { id: 42, group: '239.1.1.1', dev: 'eth1', dstport: 4789, addresses: ['10.0.1.1/24'] }
  const installation = installVxagent(host, { 'overlay.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  // The timer would look at everything too.
  const daemon = await installation.startAndWait('env', 'VXAGENT_RESYNC_INTERVAL=3600')
  await installation.converged()
  const status = (): Promise<AgentStatus> => askJson<AgentStatus>(installation.socket, '/v1/status')
  const before = (await status()).counters
  expect(before.overruns).toBe(0)

  daemon.process.kill('SIGSTOP')
  const flood = Array.from({ length: floodedEvents / 2 }, (_, n) => {
    const entry = `${mac(n % stayingEntries)} dev theirs dst 10.0.2.9`
    return [`fdb add ${entry}`, `fdb delete ${entry}`]
  }).flat()
  const staying = Array.from({ length: stayingEntries }, (_, n) => `fdb add ${mac(n)} dev theirs dst 10.0.2.${n % 200}`)
  await host.bridgeBatch([...flood, ...staying])
  await host.ip('link delete vxlan0')
  daemon.process.kill('SIGCONT')
  const resumedAt = performance.now()

  const after = await eventually(async () => {
    const { counters, converged } = await status()
    expect(counters.overruns).toBeGreaterThan(0)
    expect(counters.resyncs).toBeGreaterThan(before.resyncs)
    expect(counters.repairs).toBeGreaterThan(before.repairs)
    expect(converged).toBe(true)
    expect(await pictureOf(host, 'vxlan0')).toMatchObject({ isUp: true, vxlan: { id: 42 } })
    return counters
  })
  const tookMs = performance.now() - resumedAt
  expect(installation.logged('the kernel dropped events')).not.toEqual([])
  await eventually(async () => {
    const oracle = await host.json('bridge -d -j fdb show')
    expect(oracle.length).toBeGreaterThan(stayingEntries)
    const known = await askJson<Entry[]>(installation.socket, '/v1/fdb')
    expect(inOrder(known)).toEqual(inOrder(oracle))
  })
  expect((await installation.vxagent('status')).stdout).toMatch(/[1-9]\d* overruns?/)
  process.stdout.write(
    `${floodedEvents} events while the agent stood still: ${after.overruns} overruns, ${after.events - before.events} events read, ${after.resyncs - before.resyncs} resyncs, all well after ${tookMs.toFixed(0)} ms\n`,
  )
})

function mac(n: number): string {
  return `02:00:00:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`
}

interface Entry {
  readonly ifname: string
}

/**
 * The entries of vxlan links: of the multicast addresses that an Ethernet device listens to the kernel sends no events. The agent
 * lists entries as they came to its knowledge, the kernel by hash.
 */
function inOrder(entries: readonly Entry[]): string[] {
  return entries
    .filter(({ ifname }) => ifname === 'vxlan0' || ifname === 'theirs')
    .map((entry) => JSON.stringify(Object.entries(entry).toSorted()))
    .toSorted()
}
