/** What the fleet process hands over, on a real kernel: taken, enforced over restarts without it, refused from strangers. */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { FleetHandover, FleetPicture, FleetReceipt, FleetRemote } from '../../src/agent/answers/fleet.ts'
import { ask, askJson } from '../support/ask.ts'
import { eventually } from '../support/eventually.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { slowness } from '../support/slowness.ts'
import { type Installation, installVxagent } from '../support/vxagent.ts'

const fleet = { name: 'prod', endpoints: ['https://10.9.0.1:2379'] }
const vxlan0 = { id: 42, dev: 'eth1', dstport: 4789, remotes: 'fleet' }

function remote(host: number, more: Partial<FleetRemote> = {}): FleetRemote {
  const dst = `10.0.${2 + Math.floor(host / 250)}.${(host % 250) + 1}`
  return { dst, node: `host${host}`, state: 'present', ...more }
}

function handover(
  links: Readonly<Record<string, readonly FleetRemote[]>>,
  more: Partial<FleetHandover> = {},
): FleetHandover {
  return {
    ...{ v: 1, fleet: 'prod', node: 'vyos01', revision: 7, mode: 'live', since: '2026-12-01T00:00:00Z' },
    ...{ members: 3, gone: 0, problems: [], counters: { lists: 1, repairs: 0, leases: 1, failures: 0 } },
    links: Object.fromEntries(Object.entries(links).map(([name, remotes]) => [name, { vni: 42, remotes }])),
    ...more,
  }
}

async function put(agent: Installation, body: unknown): Promise<FleetReceipt> {
  const { status, text } = await ask(agent.socket, '/v1/fleet', 'PUT', JSON.stringify(body))
  expect({ status, text }).toMatchObject({ status: 200 })
  return JSON.parse(text) as FleetReceipt
}

const picture = (agent: Installation): Promise<FleetPicture> => askJson<FleetPicture>(agent.socket, '/v1/fleet')

async function floods(host: Namespace, link = 'vxlan0'): Promise<string[]> {
  const entries = await host.json(`bridge -d -j fdb show dev ${link}`)
  return entries
    .filter(({ mac }: { mac: string }) => mac === '00:00:00:00:00:00')
    .map(({ dst, port }: { dst: string; port?: number }) => (port === undefined ? dst : `${dst}:${port}`))
    .sort()
}

async function hostInFleet(spec: object = {}): Promise<{ host: Namespace; agent: Installation }> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const agent = installVxagent(
    host,
    { 'a.yaml': { vxlans: { vxlan0: { ...vxlan0, ...spec } } }, 'fleet.yaml': { fleet } },
    onTestFinished,
  )
  await agent.startAndWait()
  await agent.converged()
  return { host, agent }
}

test('what root hands over is in the kernel when it is answered, beside what the file states', async () => {
  const { host, agent } = await hostInFleet({ remotes: ['fleet', '10.0.9.9'] })
  expect(await picture(agent)).toEqual({
    settings: fleet,
    links: [
      {
        ...{ name: 'vxlan0', vni: 42, state: 'converged', missing: [], missingCount: 0, unexplained: [] },
        ...{ asksForRemotes: true, asksForMacs: false },
        vtep: {
          ...{ address: '10.0.2.1', dev: 'eth1', dstport: 4789, mtu: 1450, underlayMtu: 1500 },
          ...{ mac: expect.any(String), learning: true, gbp: false, gpe: false, addresses: [] },
          probe: expect.anything(),
        },
      },
    ],
    pushed: { accepts: false, converged: true, failing: 0, files: [] },
  })
  expect(await floods(host)).toEqual(['10.0.9.9'])
  const receipt = await put(agent, handover({ vxlan0: [remote(1), remote(2, { port: 8472 }), remote(3), remote(0)] }))
  expect(receipt).toEqual({ revision: 7, missing: {}, failures: {} })
  // The first is this host itself, and is left out by that.
  expect(await floods(host)).toEqual(['10.0.2.2', '10.0.2.3:8472', '10.0.2.4', '10.0.9.9'])
  expect(await picture(agent)).toMatchObject({ handover: { revision: 7 }, heardMsAgo: expect.any(Number) })
  expect((await agent.vxagent('diff')).code).toBe(0)

  expect(await put(agent, handover({ vxlan0: [remote(3), remote(4)] }, { revision: 8 }))).toMatchObject({ revision: 8 })
  expect(await floods(host)).toEqual(['10.0.2.4', '10.0.2.5', '10.0.9.9'])
  // A handover is no drift, and is not repaired.
  expect((await agent.status()).counters.repairs).toBe(0)
  await host.bridge('fdb del 00:00:00:00:00:00 dev vxlan0 dst 10.0.2.5')
  await eventually(async () => expect(await floods(host)).toEqual(['10.0.2.4', '10.0.2.5', '10.0.9.9']))
})

test('it stays over a kill without anybody to hand it over again, and comes back after a reboot', async () => {
  const { host, agent } = await hostInFleet()
  await put(agent, handover({ vxlan0: [remote(1), remote(2)] }))
  expect(statSync(join(agent.stateDir, 'fleet.json')).mode & 0o777).toBe(0o600)
  await agent.stop('SIGKILL')
  expect(await floods(host)).toEqual(['10.0.2.2', '10.0.2.3'])
  // Nor does an apply or a diff without a daemon take it away.
  expect(await agent.vxagent('diff')).toMatchObject({ code: 0 })
  expect(await agent.vxagent('apply')).toMatchObject({ code: 0 })
  expect(await floods(host)).toEqual(['10.0.2.2', '10.0.2.3'])
  await agent.startAndWait()
  await agent.converged()
  expect(await floods(host)).toEqual(['10.0.2.2', '10.0.2.3'])
  const { handover: last, heardMsAgo } = await picture(agent)
  expect(last?.revision).toBe(7)
  expect(heardMsAgo).toBeUndefined()

  await agent.stop('SIGKILL')
  await host.ip('link del vxlan0')
  await host.ip('link del eth1')
  await host.addVeth('eth1', '10.0.2.1/24')
  await agent.startAndWait()
  await agent.converged()
  expect(await floods(host)).toEqual(['10.0.2.2', '10.0.2.3'])

  await agent.stop()
  expect(await agent.vxagent('teardown')).toMatchObject({ code: 0 })
  expect(existsSync(join(agent.stateDir, 'fleet.json'))).toBe(false)
})

test('a damaged file is told and ignored, and what the link has stays until the next handover', async () => {
  const { host, agent } = await hostInFleet()
  await put(agent, handover({ vxlan0: [remote(1)] }))
  await agent.stop('SIGKILL')
  writeFileSync(join(agent.stateDir, 'fleet.json'), '{"v":1')
  await agent.startAndWait()
  expect(agent.logged('cannot read what the fleet process handed over')).toHaveLength(1)
  expect(await floods(host)).toEqual(['10.0.2.2'])
  await put(agent, handover({ vxlan0: [remote(2)] }))
  expect(await floods(host)).toEqual(['10.0.2.3'])
})

test('learned entries behind a member that left go with it, and others stay', async () => {
  const { host, agent } = await hostInFleet()
  await put(agent, handover({ vxlan0: [remote(1), remote(2)] }))
  await host.bridge('fdb add 02:00:00:00:00:01 dev vxlan0 dst 10.0.2.2 dynamic')
  await host.bridge('fdb add 02:00:00:00:00:02 dev vxlan0 dst 10.0.2.2')
  await host.bridge('fdb add 02:00:00:00:00:03 dev vxlan0 dst 10.0.2.2 extern_learn')
  await host.bridge('fdb add 02:00:00:00:00:04 dev vxlan0 dst 10.0.2.3 dynamic')
  const macs = async (): Promise<string[]> =>
    (await host.json('bridge -d -j fdb show dev vxlan0')).map(({ mac }: { mac: string }) => mac.slice(-2)).sort()
  await eventually(async () => expect(await macs()).toEqual(['00', '00', '01', '02', '03', '04']))
  // Gone from the store, and not yet from what is handed over.
  await put(agent, handover({ vxlan0: [remote(1, { state: 'gone' }), remote(2)] }))
  expect(await macs()).toEqual(['00', '00', '01', '02', '03', '04'])
  await put(agent, handover({ vxlan0: [remote(2)] }))
  expect(await macs()).toEqual(['00', '02', '03', '04'])
  expect((await agent.vxagent('events', '--once')).stdout).toMatch(
    /02:00:00:00:00:01 to 10\.0\.2\.2 withdrawn from vxlan0 by vxagent/,
  )
})

test('a flood entry of another control plane to the same VTEP is not doubled, and is told', async () => {
  const { host, agent } = await hostInFleet()
  await host.bridge('fdb append 00:00:00:00:00:00 dev vxlan0 dst 10.0.2.2 via eth1')
  await host.bridge('fdb append 00:00:00:00:00:00 dev vxlan0 dst 10.0.2.3')
  await put(agent, handover({ vxlan0: [remote(1), remote(2), remote(3)] }))
  expect(await floods(host)).toEqual(['10.0.2.2', '10.0.2.3', '10.0.2.4'])
  expect((await agent.vxagent('status')).stdout).toContain(
    'something else floods to 10.0.2.2, 10.0.2.3 of the fleet as well',
  )
  await put(agent, handover({ vxlan0: [] }))
  expect(await floods(host)).toEqual(['10.0.2.2', '10.0.2.3'])
})

test('a link of which nothing was handed over keeps what it has, and so does one of another fleet', async () => {
  const { host, agent } = await hostInFleet()
  await put(agent, handover({ vxlan0: [remote(1)] }))
  expect(await put(agent, handover({}))).toMatchObject({ missing: {} })
  expect(await floods(host)).toEqual(['10.0.2.2'])
  const receipt = await put(agent, handover({ vxlan0: [remote(2)] }, { fleet: 'test' }))
  expect(receipt.unused).toMatch(/of the fleet test, and this host is in the fleet prod now/)
  expect((await picture(agent)).unused).toBe(receipt.unused)
  expect(await floods(host)).toEqual(['10.0.2.2'])
  await put(agent, handover({ vxlan0: [remote(2)], eth1: [remote(3)] }))
  expect(await floods(host)).toEqual(['10.0.2.3'])

  // The file says so no longer: what the fleet gave goes.
  agent.write('a.yaml', { vxlans: { vxlan0: { ...vxlan0, remotes: ['10.0.9.9'] } } })
  await eventually(async () => expect(await floods(host)).toEqual(['10.0.9.9']))
  await put(agent, handover({ vxlan0: [remote(3)] }))
  expect(await floods(host)).toEqual(['10.0.9.9'])
})

test('the section cannot go while a link asks the fleet: the last valid state stays, with its remotes', async () => {
  const { host, agent } = await hostInFleet()
  await put(agent, handover({ vxlan0: [remote(1)] }))
  agent.remove('fleet.yaml')
  await eventually(async () => expect((await agent.status()).desired.isValid).toBe(false))
  expect(await floods(host)).toEqual(['10.0.2.2'])
  await put(agent, handover({ vxlan0: [remote(1), remote(2)] }))
  expect(await floods(host)).toEqual(['10.0.2.2', '10.0.2.3'])
  expect((await agent.status()).desired.issues).toMatchObject([{ code: 'fleet-without-section' }])
})

describe('who may hand over', () => {
  const script = (socket: string, body: string): string => `
    const { request } = require('node:http')
    const call = request({ socketPath: ${JSON.stringify(socket)}, path: '/v1/fleet', method: 'PUT',
      headers: { 'content-type': 'application/json' } }, (answer) => {
      let text = ''
      answer.on('data', (part) => { text += part })
      answer.on('end', () => console.log(answer.statusCode, text))
    })
    call.end(${JSON.stringify(body)})`
  const asUser = async (host: Namespace, agent: Installation, uid: number, body: unknown): Promise<string> => {
    // The socket's group is the package's business.
    chmodSync(agent.directory, 0o755)
    chmodSync(agent.socket, 0o666)
    const args = [
      `--reuid=${uid}`,
      `--regid=${uid}`,
      '--clear-groups',
      process.execPath,
      '-e',
      script(agent.socket, JSON.stringify(body)),
    ]
    return (await host.run('setpriv', args)).trim()
  }

  test('is the user of the fleet process, and nobody else but root', async () => {
    const { host, agent } = await hostInFleet()
    expect(await asUser(host, agent, 65534, handover({ vxlan0: [remote(1)] }))).toMatch(
      /^403 .*may hand over what the fleet says/,
    )
    expect(await asUser(host, agent, 65534, 'no handover')).toMatch(/^403 /)
    expect(await floods(host)).toEqual([])
    await agent.stop()
    const user = 'games'
    const uid = Number(/^games:[^:]*:(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1])
    await agent.startAndWait('env', `VXAGENT_FLEET_USER=${user}`)
    const many = Array.from({ length: 300 }, (_, index) => remote(index + 1))
    expect(await asUser(host, agent, uid, handover({ vxlan0: many }))).toMatch(/^200 \{"revision":7,"missing":\{\}/)
    expect(await floods(host)).toHaveLength(300)
    // It decides nothing else.
    expect(await asUser(host, agent, uid, { ...handover({}), v: 2 })).toMatch(
      /^400 .*this agent knows no other version/,
    )
    expect(await asUser(host, agent, 65534, handover({}))).toMatch(/^403 /)
  })
})

test.each([
  ['no JSON', '{'],
  ['another version', JSON.stringify({ ...handover({}), v: 2 })],
  ['a list', '[]'],
  ['a link attribute for a remote', JSON.stringify(handover({ vxlan0: [{ ...remote(1), dst: '239.1.1.1' }] }))],
  ['no address', JSON.stringify(handover({ vxlan0: [{ ...remote(1), dst: '10.0.2.2; rm' }] }))],
  ['a name that is a path', JSON.stringify(handover({ vxlan0: [remote(1)] }, { node: '../x' }))],
  ['a prototype', '{"__proto__": {"v": 1}}'],
  [
    'too many remotes',
    JSON.stringify(handover({ vxlan0: Array.from({ length: 16_385 }, (_, index) => remote(index)) })),
  ],
])('%s is refused, and nothing changes', async (_, body) => {
  const { host, agent } = await hostInFleet()
  await put(agent, handover({ vxlan0: [remote(1)] }))
  const { status, text } = await ask(agent.socket, '/v1/fleet', 'PUT', body)
  expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining('error') })
  expect(await floods(host)).toEqual(['10.0.2.2'])
  expect(await picture(agent)).toMatchObject({ handover: { links: { vxlan0: { remotes: [{ dst: '10.0.2.2' }] } } } })
})

test('the picture is told again when it changes, and only then', async () => {
  const { host, agent } = await hostInFleet()
  const pictures: FleetPicture[] = []
  const call = request(
    { socketPath: agent.socket, path: '/v1/fleet', headers: { accept: 'text/event-stream' } },
    (answer) => {
      answer.setEncoding('utf8')
      let rest = ''
      answer.on('data', (part: string) => {
        const frames = (rest + part).split('\n\n')
        rest = frames.pop() ?? ''
        pictures.push(
          ...frames.filter((frame) => frame.startsWith('data: ')).map((frame) => JSON.parse(frame.slice(6))),
        )
      })
    },
  )
  call.on('error', () => {})
  call.end()
  onTestFinished(() => {
    call.destroy()
  })
  await eventually(async () => expect(pictures).toHaveLength(1))
  await host.ip('link set eth1 mtu 9000')
  await eventually(async () => expect(pictures.at(-1)?.links[0]?.vtep).toMatchObject({ mtu: 8950, underlayMtu: 9000 }))
  await put(agent, handover({ vxlan0: [remote(1)] }))
  await eventually(async () =>
    expect(pictures.at(-1)).toMatchObject({ handover: { revision: 7 }, links: [{ missingCount: 0 }] }),
  )
  await host.ip('address del 10.0.2.1/24 dev eth1')
  await eventually(async () =>
    expect(pictures.at(-1)?.links[0]?.obstacle).toMatch(/eth1, which vxlan0 goes by, has no IPv4 address/),
  )
  await host.ip('address add 10.0.2.7/24 dev eth1')
  await eventually(async () => expect(pictures.at(-1)?.links[0]?.vtep?.address).toBe('10.0.2.7'))
  const told = pictures.length
  await host.bridge('fdb add 02:00:00:00:00:09 dev vxlan0 dst 10.0.2.2 dynamic')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(pictures).toHaveLength(told)
})

test.each([1000, 5000])(
  '%i remotes are in the kernel when they were handed over, and one more of them soon',
  async (count) => {
    const { host, agent } = await hostInFleet()
    const many = Array.from({ length: count }, (_, index) => remote(index + 1))
    const timed = async (remotes: readonly FleetRemote[], revision: number): Promise<number> => {
      const began = performance.now()
      expect(await put(agent, handover({ vxlan0: remotes }, { revision }))).toMatchObject({ missing: {} })
      return performance.now() - began
    }
    await timed(many, 1)
    expect(await floods(host)).toHaveLength(count)
    const times: number[] = []
    for (let round = 0; round < 5; round += 1) {
      times.push(await timed([...many, remote(count + 1 + round)], 2 + round))
    }
    expect(Math.min(...times)).toBeLessThan(500 * slowness)
    await timed(many, 9)
    expect(await floods(host)).toHaveLength(count)
  },
)
