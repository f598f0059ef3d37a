/** The harness itself: what the other integration tests take for granted. */
import { readFileSync, readlinkSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { hold, run } from './support/command.ts'
import { eventually } from './support/eventually.ts'
import { inNetns } from './support/inside.ts'
import { namespace } from './support/namespace.ts'
import { underlay } from './support/underlay.ts'

const left = { namespace: '', pid: 0 }

test.fails('a body that throws, with a namespace and a program that its parent does not end', async () => {
  const host = await namespace(onTestFinished)
  left.namespace = host.name
  // As strace holds the daemon: ending the tracer does not end the traced.
  const parent = host.hold('bash', ['-c', 'sleep 600 & echo $!; wait'])
  await eventually(() => expect(parent.output()).toMatch(/^\d+\n$/))
  left.pid = Number(parent.output())
  throw new Error('as an expectation that fails')
})

test('leaves neither namespace nor program behind', async () => {
  expect(left.pid).toBeGreaterThan(0)
  expect((await run('ip', ['netns', 'list'])).split(/\s/)).not.toContain(left.namespace)
  await eventually(() => expect(isRunning(left.pid)).toBe(false), { timeoutMs: 1000 })
})

test('an underlay floods to the group: vxlans made by hand have the forwarding table of the story', async () => {
  const hosts = await underlay(
    { vyos01: '10.0.2.254/24', vyos02: '10.0.2.253/24', ubuntu: '10.0.2.1/24' },
    onTestFinished,
  )
  const overlay = { vyos01: '10.0.1.254', vyos02: '10.0.1.253', ubuntu: '10.0.1.1' }
  const macs = { vyos01: '02:00:00:00:00:fe', vyos02: '02:00:00:00:00:fd', ubuntu: '02:00:00:00:00:01' }
  for (const name of ['vyos01', 'vyos02', 'ubuntu'] as const) {
    await hosts[name].ipBatch(`
      link add vxlan0 address ${macs[name]} type vxlan id 42 group 239.1.1.1 dev eth1 ttl 16 ageing 300 dstport 8472
      address add ${overlay[name]}/24 dev vxlan0
      link set vxlan0 up`)
  }
  expect(await hosts.ubuntu.canPing(overlay.vyos01)).toBe(true)
  expect(await hosts.ubuntu.canPing(overlay.vyos02)).toBe(true)
  const table = (await hosts.ubuntu.bridge('fdb show dev vxlan0')).split('\n').map((line) => line.trim())
  expect(table.filter((line) => line !== '').toSorted()).toEqual([
    '00:00:00:00:00:00 dst 239.1.1.1 via eth1 self permanent',
    `${macs.vyos02} dst 10.0.2.253 self`,
    `${macs.vyos01} dst 10.0.2.254 self`,
  ])
})

test('inNetns looks from within the namespace and comes back, after a throw too', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '192.0.2.7/24')
  const home = networkNamespace()
  expect(inNetns(host.name, networkNamespace)).not.toBe(home)
  const addresses = inNetns(host.name, networkInterfaces)['eth1']?.map(({ address }) => address)
  expect(addresses).toContain('192.0.2.7')
  const fail = (): never => {
    throw new Error('from within')
  }
  expect(() => inNetns(host.name, fail)).toThrow('from within')
  expect(networkNamespace()).toBe(home)
})

test.each([
  ['SIGINT', 130],
  ['SIGKILL', 137],
  ['SIGTERM', 143],
] as const)('a program ended by %s has the exit code %i', async (signal, code) => {
  const program = hold('sleep', ['600'])
  onTestFinished(() => void program.process.kill('SIGKILL'))
  program.process.kill(signal)
  expect(await program.finished).toMatchObject({ code })
})

test('eventually gives the first value, or the last error', async () => {
  let tries = 0
  const succeedOnTry = (wanted: number) => (): number => {
    tries += 1
    if (tries < wanted) {
      throw new Error(`try ${tries}`)
    }
    return tries
  }
  expect(await eventually(succeedOnTry(3), { everyMs: 1 })).toBe(3)
  tries = 0
  const { message } = await eventually(succeedOnTry(Infinity), { timeoutMs: 20, everyMs: 1 }).catch((error) => error)
  expect(tries).toBeGreaterThan(1)
  expect(message).toBe(`try ${tries}`)
})

function networkNamespace(): string {
  return readlinkSync('/proc/thread-self/ns/net')
}

/** A zombie has ended; when it is taken away is up to process 1. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
