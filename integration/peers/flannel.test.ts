/** What flannel promises of its VXLAN device, by its end-to-end tests and in its issues. The list is in docs/maintainers/acceptance.md. */
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { underlay } from '../support/underlay.ts'
import { installVxagent } from '../support/vxagent.ts'

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
type Shown = any

/** The link with its address, neighbours and forwarding entries, as iproute2 shows them, without the clocks. */
async function overlay(host: Namespace): Promise<unknown> {
  const [{ ifindex, address, flags, addr_info }] = await host.json('ip -d -j address show dev vxlan0')
  const entries: Shown[] = await host.json('bridge -d -j fdb show dev vxlan0')
  const neighbours: Shown[] = await host.json('ip -j neighbour show dev vxlan0 nud permanent')
  return {
    ifindex,
    address,
    isUp: flags.includes('UP'),
    addresses: addr_info.filter(({ family }: Shown) => family === 'inet').map(({ local }: Shown) => local),
    fdb: entries
      .filter(({ state }) => state === 'permanent')
      .map(({ mac, dst }) => `${mac} ${dst}`)
      .toSorted(),
    neighbours: neighbours.map(({ dst, lladdr }) => `${dst} ${lladdr}`).toSorted(),
  }
}

test('FL-1: a restart of the agent with the same files neither makes the link again nor drops a packet', async () => {
  const { near, far } = await underlay({ near: '10.0.2.1/24', far: '10.0.2.2/24' }, onTestFinished)
  await far.ipBatch(`
    link add overlay type vxlan id 1 remote 10.0.2.1 dstport 8472
    address add 10.244.1.2/24 dev overlay
    link set overlay up`)
  const vxlan0 = { id: 1, local: '10.0.2.1', remotes: ['10.0.2.2'], dstport: 8472, addresses: ['10.244.1.1/24'] }
  const installation = installVxagent(near, { 'overlay.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  await installation.startAndWait()
  await installation.converged()
  expect(await far.canPing('10.244.1.1')).toBe(true)
  const before = await overlay(near)

  const pings = far.hold('ping', ['-q', '-i', '0.002', '-w', '20', '10.244.1.1'])
  await installation.stop()
  await installation.startAndWait()
  await installation.converged()
  pings.process.kill('SIGINT')
  const { stdout } = await pings.finished
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(stdout) ?? []
  expect(Number(received)).toBeGreaterThan(100)
  // The last one may be on its way yet.
  expect(Number(sent) - Number(received)).toBeLessThanOrEqual(1)
  expect(await overlay(near)).toEqual(before)
})

test('FL-2, FL-3: a device that goes and comes brings the link back with its entries and the MAC asked for', async () => {
  const mac = '02:00:00:f1:a0:01'
  const vxlan0 = {
    ...{ id: 1, dev: 'eth1', local: '10.0.2.1', dstport: 8472, learning: false, mac, addresses: ['10.244.1.0/32'] },
    neighbours: [{ ip: '10.244.2.0', mac: '02:00:00:f1:a0:02' }],
    fdb: [{ mac: '02:00:00:f1:a0:02', dst: '10.0.2.2' }],
  }
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const installation = installVxagent(host, { 'overlay.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  await installation.startAndWait()
  const expectAll = (): Promise<void> =>
    eventually(async () => {
      expect(await overlay(host)).toMatchObject({
        ...{ address: mac, isUp: true, addresses: ['10.244.1.0'] },
        fdb: ['02:00:00:f1:a0:02 10.0.2.2'],
        neighbours: ['10.244.2.0 02:00:00:f1:a0:02'],
      })
    })
  await expectAll()
  await host.ip('link delete eth1')
  await eventually(async () => expect(await host.json('ip -j link show type vxlan')).toEqual([]))
  await host.addVeth('eth1', '10.0.2.1/24')
  await expectAll()
  // As udev does, which gives links without a stated address one of its own.
  await host.ip('link set vxlan0 address 02:00:00:00:00:99')
  await expectAll()
})
