/** What `vxagent tunnels` says of a remote is what was looked at, and no more. */
import { expect, onTestFinished, test } from 'vitest'
import type { Tunnel } from '../../src/agent/answers/tunnel.ts'
import { eventually } from '../support/eventually.ts'
import type { Namespace } from '../support/namespace.ts'
import { slowness } from '../support/slowness.ts'
import { underlay } from '../support/underlay.ts'
import { installVxagent } from '../support/vxagent.ts'

interface Look {
  readonly here: Namespace
  readonly there: Namespace
  /** The rows, by remote. */
  rows(): Promise<Map<string, Tunnel>>
  /** The table as people see it. */
  text(): Promise<string>
  explain(
    address: string,
  ): Promise<{ readonly answer: string; readonly packets: readonly { readonly remote: string }[] }>
}

/** Two hosts, of which the first is looked at without a daemon. */
async function look(): Promise<Look> {
  const { here, there } = await underlay({ here: '10.0.2.1/24', there: '10.0.2.2/24' }, onTestFinished)
  const alone = installVxagent(here, {}, onTestFinished)
  return {
    here,
    there,
    async rows() {
      const { tunnels } = JSON.parse((await alone.vxagent('tunnels', '--json')).stdout) as { tunnels: Tunnel[] }
      return new Map(tunnels.map((row) => [row.remote, row]))
    },
    text: async () => (await alone.vxagent('tunnels')).stdout,
    explain: async (address) => JSON.parse((await alone.vxagent('explain', address, '--json')).stdout),
  }
}

test('each member of a nexthop group has a way of its own, and one that nobody has is not called good', async () => {
  const { here, rows, explain } = await look()
  await here.ipBatch(`
    nexthop add id 101 via 10.0.2.2 fdb
    nexthop add id 102 via 10.0.2.77 fdb
    nexthop add id 10 group 101/102 fdb
    link add vxlan0 type vxlan id 42 dstport 4789 local 10.0.2.1
    link set vxlan0 up`)
  await here.bridge('fdb add 02:00:00:00:00:99 dev vxlan0 nhid 10 self static')
  expect((await rows()).get('10.0.2.77')).toMatchObject({ nexthopGroups: [10], underlay: { neighbour: 'none' } })

  await here.canPing('10.0.2.2')
  await here.canPing('10.0.2.77')
  const asked = await rows()
  expect([...asked.keys()]).toEqual(['10.0.2.2', '10.0.2.77'])
  expect(asked.get('10.0.2.2')?.underlay).toMatchObject({ isResolved: true, confirmedAt: expect.any(String) })
  expect(asked.get('10.0.2.77')?.underlay).toMatchObject({
    isResolved: false,
    problem: '10.0.2.77 does not answer ARP on eth1',
  })
  const told = await explain('02:00:00:00:00:99')
  expect(told.packets.map(({ remote }) => remote).sort()).toEqual(['10.0.2.2', '10.0.2.77'])
  expect(told.answer).toMatch(/to one VTEP of nexthop group 10, .* But 10\.0\.2\.77 does not answer ARP on eth1/)
})

test('a group joined on a port of a bridge is reported as unheard, and a counter agrees', async () => {
  const { here, there, rows } = await look()
  await here.ipBatch(`
    link add br9 type bridge mcast_snooping 0
    link set eth1 master br9
    address del 10.0.2.1/24 dev eth1
    address add 10.0.2.1/24 dev br9
    link set br9 up
    link add vxlan0 type vxlan id 42 group 239.1.1.1 dev eth1 dstport 4789
    link set vxlan0 up`)
  await there.ipBatch(`
    link add vxlan0 type vxlan id 42 group 239.1.1.1 dev eth1 dstport 4789
    address add 10.0.1.2/24 dev vxlan0
    link set vxlan0 up`)
  await there.canPing('10.0.1.1')
  const [counted] = await here.json('ip -s -j link show vxlan0')
  expect(counted.stats64.rx.packets).toBe(0)
  expect((await rows()).get('239.1.1.1')).toMatchObject({
    membership: 'joined',
    underlay: { problem: expect.stringContaining('eth1 is a port of br9') },
  })
})

test('a local address that the host lacks is the reason, not a missing route', async () => {
  const { here, rows } = await look()
  await here.ipBatch(`
    link add vxlan0 type vxlan id 42 remote 10.0.2.2 local 10.0.2.77 dstport 4789
    link set vxlan0 up`)
  expect(await here.canPing('10.0.2.2')).toBe(true)
  expect((await rows()).get('10.0.2.2')?.underlay).toEqual({
    isResolved: false,
    problem: '10.0.2.77 (local) is not an address of this host: nothing leaves',
  })
})

test('a next hop is confirmed, then unconfirmed, and not called reachable when it has gone', async () => {
  const { here, there, text } = await look()
  // 0.5 to 1.5 times this many milliseconds is how long an answer counts.
  // So that the link sends nothing by itself.
  await here.run('sysctl', ['-qw', 'net.ipv6.conf.default.disable_ipv6=1'])
  await here.run('sysctl', ['-qw', `net.ipv4.neigh.eth1.base_reachable_time_ms=${3000 * slowness}`])
  await here.ipBatch(`
    link add vxlan0 type vxlan id 42 remote 10.0.2.2 dev eth1 dstport 4789
    link set vxlan0 up`)
  expect(await text()).toContain('not asked yet')
  await here.canPing('10.0.2.2')
  expect(await text()).toMatch(/confirmed \d+s ago/)
  await there.ip('link set eth1 down')
  await eventually(async () => expect(await text()).toMatch(/unconfirmed for \d+s/), { timeoutMs: 60_000 })
})
