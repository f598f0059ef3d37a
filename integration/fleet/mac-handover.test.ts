/** MAC addresses that the fleet process hands over, on a real kernel: what the agent takes, and what it wants, and how it gives way. */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { FleetHandover, FleetPicture, FleetReceipt } from '../../src/agent/answers/fleet.ts'
import { ask, askJson } from '../support/ask.ts'
import { eventually } from '../support/eventually.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { type Installation, installVxagent } from '../support/vxagent.ts'

const fleet = { name: 'prod', endpoints: ['https://10.9.0.1:2379'] }
const vxlan0 = {
  ...{ id: 42, dev: 'eth1', dstport: 4789, learning: false, fdb: 'fleet', neighbours: 'fleet' },
  ...{ master: 'br0', port: { learning: false, neigh_suppress: true } },
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** A handover of these chunks, with the texts of those that come with it. */
function handover(
  chunks: readonly (readonly string[])[],
  {
    revision = 7,
    given = chunks,
  }: { readonly revision?: number; readonly given?: readonly (readonly string[])[] } = {},
): FleetHandover {
  const texts = chunks.map((lines) => lines.join('\n'))
  return {
    ...{ v: 1, fleet: 'prod', node: 'vyos01', revision, mode: 'live', since: '2026-12-01T00:00:00Z' },
    ...{ members: 3, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
    links: { vxlan0: { vni: 42, remotes: [], macs: { count: chunks.flat().length, chunks: texts.map(hashOf) } } },
    chunks: Object.fromEntries(given.map((lines) => [hashOf(lines.join('\n')), lines.join('\n')])),
  }
}

async function put(agent: Installation, body: unknown): Promise<FleetReceipt> {
  const { status, text } = await ask(agent.socket, '/v1/fleet', 'PUT', JSON.stringify(body))
  expect({ status, text: text.slice(0, 500) }).toMatchObject({ status: 200 })
  return JSON.parse(text) as FleetReceipt
}

async function hostInFleet(env: NodeJS.ProcessEnv = {}): Promise<{ host: Namespace; agent: Installation }> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.addVeth('tap0')
  const files = {
    'a.yaml': { vxlans: { vxlan0 }, bridges: { br0: { addresses: ['10.0.1.1/24'], ports: { tap0: {} } } } },
    'fleet.yaml': { fleet },
  }
  const agent = installVxagent(host, files, onTestFinished)
  Object.assign(agent.env, env)
  await agent.startAndWait()
  await agent.converged()
  return { host, agent }
}

/** `MAC dev DEV…` of the unicast entries of remote machines, without those for VLANs. */
async function entries(host: Namespace): Promise<string[]> {
  const all: {
    mac: string
    ifname: string
    dst?: string
    port?: number
    vlan?: number
    flags: string[]
    state: string
  }[] = await host.json('bridge -d -j fdb show')
  return all
    .filter(({ mac, vlan }) => mac.startsWith('02:00:00:00:01') && vlan === undefined)
    .map(({ mac, ifname, dst, port, flags, state }) => {
      const mark = flags.includes('extern_learn') ? 'extern_learn' : state
      return [mac.slice(-2), ifname, dst ?? 'master', port, mark]
        .filter((each) => each !== undefined && each !== '')
        .join(' ')
    })
    .sort()
}

const line = (last: string, vtep = '10.0.2.2', more = '-'): string => `02:00:00:00:01:${last} ubuntu ${vtep} ${more}`

test('they are entries of the vxlan and of its bridge, and neighbours there; the agent asks for chunks that it lacks', async () => {
  const { host, agent } = await hostInFleet()
  const chunks = [[line('0a', '10.0.2.2', '- 10.0.1.10')], [line('0b', '10.0.2.3', '8472')]] as const
  expect(await put(agent, handover(chunks))).toEqual({ revision: 7, missing: {}, failures: {} })
  expect(await entries(host)).toEqual([
    '0a vxlan0 10.0.2.2 permanent',
    '0a vxlan0 master extern_learn',
    '0b vxlan0 10.0.2.3 8472 permanent',
    '0b vxlan0 master extern_learn',
  ])
  const neighbours = (): Promise<{ dst: string; lladdr: string }[]> =>
    host.json('ip -j neigh show dev br0 nud permanent')
  expect(await neighbours()).toMatchObject([{ dst: '10.0.1.10', lladdr: '02:00:00:00:01:0a' }])
  expect((await agent.vxagent('diff')).code).toBe(0)
  const picture = await askJson<FleetPicture>(agent.socket, '/v1/fleet')
  expect(picture.links[0]?.macs).toEqual({ wanted: 2, missing: 0 })
  expect(picture.handover?.chunks).toBeUndefined()

  // One chunk is another, and the other is not sent again.
  const changed = [[line('0a', '10.0.2.3')], chunks[1]] as const
  expect(await put(agent, handover(changed, { revision: 8, given: [] }))).toMatchObject({
    wants: [hashOf(changed[0].join('\n'))],
  })
  expect((await entries(host))[0]).toBe('0a vxlan0 10.0.2.2 permanent')
  expect(await put(agent, handover(changed, { revision: 8, given: [changed[0]] }))).not.toHaveProperty('wants')
  expect(await entries(host)).toContain('0a vxlan0 10.0.2.3 permanent')
  expect(await neighbours()).toEqual([])
  expect(readdirSync(join(agent.stateDir, 'fleet-macs'))).toHaveLength(2)

  await agent.stop('SIGKILL')
  await host.ip('link delete vxlan0')
  await agent.startAndWait()
  await agent.converged()
  expect(await entries(host)).toContain('0b vxlan0 10.0.2.3 8472 permanent')

  const { stdout } = await agent.vxagent('export')
  expect(stdout).toMatch(/fdb:\s*(- fleet|\[fleet\]|fleet)/)
  expect(stdout).not.toContain('02:00:00:00:01')

  expect(await put(agent, handover([], { revision: 9 }))).toMatchObject({ revision: 9 })
  expect(await entries(host)).toEqual([])
})

test('an address that is seen at a port of the bridge stays there, until the fleet says that it has moved away again', async () => {
  const { host, agent } = await hostInFleet()
  const machine = await namespace(onTestFinished)
  await machine.run('sysctl', ['-qw', 'net.ipv6.conf.default.disable_ipv6=1'])
  await host.ip(`link set tap0-far netns ${machine.name} name eth0`)
  await machine.ip('link set eth0 address 02:00:00:00:01:0a up')
  await machine.ip('address add 10.0.1.10/24 dev eth0')
  const elsewhere = handover([[line('0a'), line('0b')]])
  await put(agent, elsewhere)
  expect(await entries(host)).toContain('0a vxlan0 master extern_learn')
  expect(await machine.canPing('10.0.1.1')).toBe(true)
  await eventually(async () => expect(await entries(host)).toContain('0a tap0 master'))
  // Neither a look at the kernel nor the same handover takes it away.
  await put(agent, elsewhere)
  await agent.vxagent('apply')
  expect(await entries(host)).toContain('0a tap0 master')
  expect((await agent.status()).converged).toBe(true)
  // The fleet has heard of it.
  await put(agent, handover([[line('0b')]], { revision: 8 }))
  expect((await entries(host)).filter((each) => each.startsWith('0a'))).toEqual(['0a tap0 master'])
  // It is said to be elsewhere again.
  await put(agent, handover([[line('0a', '10.0.2.3'), line('0b')]], { revision: 9 }))
  expect((await entries(host)).filter((each) => each.startsWith('0a'))).toEqual([
    '0a vxlan0 10.0.2.3 permanent',
    '0a vxlan0 master extern_learn',
  ])
})

test('what no fleet process would say is refused, and changes nothing', async () => {
  const { host, agent } = await hostInFleet()
  await put(agent, handover([[line('0a')]]))
  const before = await entries(host)
  const refused = async (body: unknown): Promise<void> => {
    const { status } = await ask(agent.socket, '/v1/fleet', 'PUT', JSON.stringify(body))
    expect(status).toBe(400)
  }
  const bad = [
    'ff:ff:ff:ff:ff:ff ubuntu 10.0.2.2 -',
    '00:00:00:00:00:00 ubuntu 10.0.2.2 -',
    '02:00:00:00:01:0a ubuntu 239.1.1.1 -',
    '02:00:00:00:01:0a ../x 10.0.2.2 -',
    '02:00:00:00:01:0a ubuntu 10.0.2.2 0',
    '02:00:00:00:01:0a ubuntu 10.0.2.2 - 10.0.1.300',
    '',
  ]
  for (const text of bad) {
    await refused(handover([[text]], { revision: 8 }))
  }
  const lying = handover([[line('0b')]], { revision: 8 })
  await refused({
    ...lying,
    chunks: Object.fromEntries(Object.keys(lying.chunks ?? {}).map((hash) => [hash, line('0c')])),
  })
  await refused({ ...lying, links: { vxlan0: { vni: 42, remotes: [], macs: { count: 250_001, chunks: [] } } } })
  expect(await entries(host)).toEqual(before)
  expect((await agent.status()).converged).toBe(true)
})

test.skipIf(process.env['VXA_TEST_MANY'] === undefined)('many', { timeout: 400_000 }, async () => {
  const { agent } = await hostInFleet({ NODE_OPTIONS: '--cpu-prof --cpu-prof-dir=/tmp/prof' })
  const chunks = Array.from({ length: 400 }, (_, chunk) =>
    Array.from({ length: 250 }, (_, number) => {
      const bytes = [chunk >> 8, chunk & 255, number].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
      return `02:00:01:${bytes} ubuntu 10.0.2.${2 + (chunk % 100)} -`
    }),
  )
  for (let turn = 0; turn < 4; turn += 1) {
    const began = performance.now()
    if (turn > 0) {
      chunks[turn] = (chunks[turn] ?? []).map((each, index) =>
        index === 7 ? each.replace(/10\.0\.2\.\d+/, '10.0.2.200') : each,
      )
    }
    await put(agent, handover(chunks, { revision: 7 + turn, given: turn === 0 ? chunks : [chunks[turn] ?? []] }))
    process.stdout.write(`handover ${turn}: ${Math.round(performance.now() - began)} ms\n`)
  }
  await agent.stop()
})
