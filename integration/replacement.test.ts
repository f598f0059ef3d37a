/** Links that take the place of others: in a chain, cut short, and with what was put on them by hand. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, type TestContext, test } from 'vitest'
import { constants, RtnetlinkClient } from '../src/rtnetlink/index.ts'
import { type AppliedHost, applied, apply, linkOf, type Shown } from './support/applied.ts'
import { finish } from './support/command.ts'
import { eventually } from './support/eventually.ts'
import { inNetns } from './support/inside.ts'
import type { Namespace } from './support/namespace.ts'
import { canFilterVlans, needsLinux } from './support/needs-linux.ts'

const mac = '02:00:00:00:00:bb'
const vxlan = (id: number): object => ({ id, dstport: 4789, remote: '192.0.2.2' })

async function putByHand(host: Namespace, name: string): Promise<void> {
  await host.ip(`address add 10.9.9.9/24 dev ${name}`)
  await host.bridge(`fdb add ${mac} dev ${name} dst 192.0.2.9`)
}

async function expectByHand(host: Namespace, name: string, id: number): Promise<void> {
  const link = await linkOf(host, name)
  expect(link.linkinfo.info_data.id).toBe(id)
  expect(link.addr_info).toContainEqual(expect.objectContaining({ local: '10.9.9.9' }))
  const entries: Shown[] = await host.json(`bridge -d -j fdb show dev ${name}`)
  expect(entries).toContainEqual(expect.objectContaining({ mac, dst: '192.0.2.9' }))
}

test('one link takes the VNI of another, which takes a new one; a third takes one that is given up', async () => {
  const { host, installation } = await applied({ vxlans: { va: vxlan(10), vb: vxlan(20) } })
  await putByHand(host, 'va')
  await apply(installation, { vxlans: { va: vxlan(20), vb: vxlan(30) } })
  await expectByHand(host, 'va', 20)
  await apply(installation, { vxlans: { va: vxlan(20), vb: vxlan(40), vc: vxlan(30) } })
  await expectByHand(host, 'va', 20)
  expect((await linkOf(host, 'vc')).linkinfo.info_data.id).toBe(30)
})

test('a record that cannot be written keeps a replacement from being begun, and takes nothing from the link', async () => {
  const { host, installation } = await applied({ vxlans: { va: vxlan(10) } })
  await putByHand(host, 'va')
  const { ifindex } = await linkOf(host, 'va')
  await installation.startAndWait('env', 'VXAGENT_RESYNC_INTERVAL=3600')
  // A directory in the place of the file that is written first stands for a full disk.
  const inTheWay = join(installation.stateDir, 'owned.json.new')
  mkdirSync(inTheWay)
  writeFileSync(join(inTheWay, 'x'), '')
  installation.write('overlay.yaml', { vxlans: { va: vxlan(11) } })
  await eventually(async () => expect((await installation.status()).problem).toMatch(/owned\.json/))
  expect((await linkOf(host, 'va')).ifindex).toBe(ifindex)
  rmSync(inTheWay, { recursive: true })
  await eventually(async () => expect((await linkOf(host, 'va')).linkinfo.info_data.id).toBe(11))
  await installation.converged()
  await expectByHand(host, 'va', 11)
})

test('an IPv4 address gets a peer, and another one', async () => {
  const state = (address: unknown): object => ({ vxlans: { va: { ...vxlan(10), addresses: [address] } } })
  const { host, installation } = await applied(state('10.0.0.1/24'))
  for (const peer of ['10.0.0.2', '10.0.0.3']) {
    await apply(installation, state({ address: '10.0.0.1/24', peer }))
    const { addr_info } = await linkOf(host, 'va')
    expect(addr_info).toContainEqual(expect.objectContaining({ local: '10.0.0.1', address: peer }))
  }
})

/** A host with vxlan0 as a port of a bridge that somebody else made, beside a port p2. */
async function inForeignBridge(): Promise<AppliedHost> {
  const made = await applied({ vxlans: { vxlan0: { ...vxlan(42), dev: 'eth1' } } }, { eth1: '192.0.2.1/24' })
  await made.host.addVeth('p2')
  await made.host.ipBatch(`
    link add brx type bridge
    link set brx up
    link set vxlan0 master brx
    link set p2 master brx`)
  return made
}

/** Two changes that the kernel cannot make: for the one the old link goes first, for the other it stays until the new one is ready. */
/** Routes that somebody or some program has stated, as iproute2 shows them. */
async function statedRoutes(host: Namespace): Promise<string[]> {
  const routes: Shown[] = await host.json('ip -j route show table all')
  return byText(routes.filter(({ protocol }) => protocol !== 'kernel' && protocol !== 'ra'))
}

function byText(list: Shown[]): string[] {
  return list.map((each) => JSON.stringify(each)).toSorted()
}

/** Skips the test on a kernel whose IPv4 routes have one next hop only, and says so. */
async function needsMultipath(context: TestContext): Promise<void> {
  const route = 'ip link set lo up && ip route add 192.0.2.0/24 nexthop dev lo nexthop dev lo weight 2'
  const { stderr } = await finish('unshare', ['-n', 'sh', '-c', route])
  if (stderr.includes('Multipath support not enabled')) {
    context.skip('this kernel has no IPv4 routes with several next hops (CONFIG_IP_ROUTE_MULTIPATH)')
  }
}

const replacements = [
  { name: 'the old link goes first', change: { udpcsum: false } },
  { name: 'the old link stays until the new one is ready', change: { id: 43 } },
]

describe.each(replacements)('$name', ({ change }) => {
  const changed = (more: object = {}): object => ({
    vxlans: { vxlan0: { ...vxlan(42), dev: 'eth1', ...more, ...change } },
  })

  test("entries of the bridge's own table are put back, and learned ones are not", async () => {
    const { host, installation } = await inForeignBridge()
    const byHand = ['static', 'permanent', 'sticky static', 'extern_learn']
    for (const [at, words] of byHand.entries()) {
      await host.bridge(`fdb add 02:00:00:00:01:0${at} dev vxlan0 master ${words}`)
    }
    await host.bridge('fdb add 02:00:00:00:01:0f dev vxlan0 master dynamic')
    const shown = async (): Promise<Shown[]> => {
      const entries: Shown[] = await host.json('bridge -d -j fdb show br brx')
      return entries
        .filter(({ mac: each, ifname }) => ifname === 'vxlan0' && each.startsWith('02:00:00:00:01'))
        .toSorted((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)))
    }
    const before = await shown()
    const learned = '02:00:00:00:01:0f'
    expect(new Set(before.map((each) => each.mac))).toEqual(
      new Set([...byHand.map((_, at) => `02:00:00:00:01:0${at}`), learned]),
    )
    await apply(installation, changed())
    expect(await shown()).toEqual(before.filter((each) => each.mac !== learned))
  })

  test("entries of the bridge's table with a VLAN are put back in theirs, and VLANs of the port stay", async (context) => {
    if (!(await canFilterVlans())) {
      context.skip('this kernel has no VLANs for bridges')
    }
    const { host, installation } = await inForeignBridge()
    await host.ip('link set brx type bridge vlan_filtering 1')
    await host.bridge('vlan add vid 10-12 dev vxlan0')
    await host.bridge('fdb add 02:00:00:00:01:01 dev vxlan0 master static vlan 10')
    await host.bridge('fdb add 02:00:00:00:01:02 dev vxlan0 master static sticky vlan 11')
    await host.bridge('fdb add 02:00:00:00:01:03 dev vxlan0 master static')
    const shown = async (): Promise<string[]> => {
      const entries: Shown[] = await host.json('bridge -d -j fdb show br brx')
      const own = entries.filter(({ ifname, mac: each }) => ifname === 'vxlan0' && each.startsWith('02:00:00:00:01'))
      return [...own, ...(await host.json('bridge -j vlan show dev vxlan0'))]
        .map((each) => JSON.stringify(each))
        .toSorted()
    }
    const before = await shown()
    // The one without a VLAN is in every VLAN of the port, 1 and 10 to 12, and in none.
    expect(before.filter((text) => text.includes('02:00:00:00:01:03'))).toHaveLength(5)
    await apply(installation, changed())
    expect(await shown()).toEqual(before)
  })

  test('options of the port, its cost, and its place as backup port are put back', async () => {
    const { host, installation } = await inForeignBridge()
    const options = 'cost 55 mcast_router 2 hairpin on group_fwd_mask 8 mcast_to_unicast on proxy_arp on'
    await host.ip(`link set vxlan0 type bridge_slave ${options} backup_port p2`)
    await host.ip('link set p2 type bridge_slave backup_port vxlan0')
    const slaveData = async (name: string): Promise<Shown> => {
      const { linkinfo } = await linkOf(host, name)
      const { forward_delay_timer: _, ...data } = linkinfo.info_slave_data
      return data
    }
    const before = [await slaveData('vxlan0'), await slaveData('p2')]
    expect(before[1]).toMatchObject({ backup_port: 'vxlan0' })
    await apply(installation, changed())
    expect([await slaveData('vxlan0'), await slaveData('p2')]).toEqual(before)
  })

  test('multicast entries of the bridge are put back, with their sources', async () => {
    const { host, installation } = await inForeignBridge()
    await host.bridge('mdb add dev brx port vxlan0 grp 239.1.2.3 permanent')
    await host.bridge('mdb add dev brx port vxlan0 grp 239.1.2.4 src 10.0.0.1 permanent')
    await host.bridge('mdb add dev brx port vxlan0 grp ff05::77 permanent')
    const shown = async (): Promise<Shown[]> => {
      const [{ mdb }] = await host.json('bridge -d -j mdb show')
      const byHand: Shown[] = mdb.filter(({ state }: Shown) => state === 'permanent')
      return byHand.map(({ index: _, ...entry }) => entry).toSorted((left, right) => left.grp.localeCompare(right.grp))
    }
    const before = await shown()
    expect(before).toHaveLength(3)
    await apply(installation, changed())
    expect(await shown()).toEqual(before)
  })

  test('routes are put back, in every table, and so are neighbours that somebody stated', async () => {
    const { host, installation } = await applied(
      { vxlans: { vxlan0: { ...vxlan(42), dev: 'eth1' } } },
      { eth1: '192.0.2.1/24' },
    )
    await host.ipBatch(`
      address add 10.7.0.1/24 dev vxlan0
      route add 10.50.0.0/16 via 10.7.0.2 dev vxlan0
      route add 10.51.0.0/16 dev vxlan0 metric 7
      route add 10.52.0.0/16 via 10.7.0.2 table 100
      route add 10.53.0.0/16 via 10.8.0.2 dev vxlan0 onlink
      route add 2001:db8:5::/48 dev vxlan0 metric 77
      route add 2001:db8:6::/48 nexthop via fe80::1 dev vxlan0 nexthop via fe80::2 dev eth1
      neigh add 10.7.0.2 lladdr 02:00:00:00:09:09 dev vxlan0
      neigh add 10.7.0.3 lladdr 02:00:00:00:09:0a dev vxlan0 nud noarp
      neigh add 10.7.0.4 lladdr 02:00:00:00:09:0b dev vxlan0 extern_learn
      neigh add proxy 10.7.0.77 dev vxlan0`)
    const shown = async (): Promise<string[]> => [
      ...(await statedRoutes(host)),
      ...byText(await host.json('ip -j neigh show dev vxlan0 nud all')).filter((text) => text.includes('10.7.0')),
      ...byText(await host.json('ip -j neigh show proxy')),
    ]
    const before = await shown()
    expect(before).toHaveLength(10)
    await apply(installation, changed())
    expect(await shown()).toEqual(before)
  })

  test('a route with several next hops is put back, with their weights', async (context) => {
    await needsMultipath(context)
    const { host, installation } = await applied(
      { vxlans: { vxlan0: { ...vxlan(42), dev: 'eth1' } } },
      { eth1: '192.0.2.1/24' },
    )
    await host.ipBatch(`
      address add 10.7.0.1/24 dev vxlan0
      route add 10.54.0.0/16 proto static nexthop via 10.7.0.3 weight 5 nexthop via 192.0.2.5`)
    const before = await statedRoutes(host)
    expect(before).toEqual([expect.stringContaining('"weight":5')])
    await apply(installation, changed())
    expect(await statedRoutes(host)).toEqual(before)
  })

  test('settings of the link that no file states stay', async () => {
    const { host, installation } = await applied({ vxlans: { vxlan0: vxlan(42) } })
    await host.ipBatch(`
      link set vxlan0 promisc on
      link set vxlan0 multicast off
      link set vxlan0 gso_max_size 30000
      link set vxlan0 mtu 1400
      link set vxlan0 protodown on`)
    for (const setting of ['ipv4/conf/vxlan0/rp_filter', 'ipv6/conf/vxlan0/accept_ra']) {
      await host.run('sh', ['-c', `echo 2 > /proc/sys/net/${setting}`])
    }
    await apply(installation, { vxlans: { vxlan0: { ...vxlan(42), ...change } } })
    expect(await linkOf(host, 'vxlan0')).toMatchObject({ mtu: 1400, gso_max_size: 30000, proto_down: true })
    const { flags } = await linkOf(host, 'vxlan0')
    expect(flags).toContain('PROMISC')
    expect(flags).not.toContain('MULTICAST')
    for (const setting of ['ipv4/conf/vxlan0/rp_filter', 'ipv6/conf/vxlan0/accept_ra']) {
      expect((await host.run('cat', [`/proc/sys/net/${setting}`])).trim()).toBe('2')
    }
  })

  test('links on top, qdiscs, filters, nexthops and routes of a daemon are named before they go', async (context) => {
    const { host, installation } = await applied({ vxlans: { vxlan0: vxlan(42), inner: { id: 7, dev: 'vxlan0' } } })
    await host.ipBatch(`
      address add 10.7.0.1/24 dev vxlan0
      nexthop add id 10 via 10.7.0.2 dev vxlan0
      route add 10.53.0.0/16 nhid 10
      route add 10.55.0.0/16 via 10.7.0.2 proto bird
      link add mv0 link vxlan0 type macvlan
      link add mv1 link mv0 type macvlan`)
    const { code } = await host.finish('tc', 'qdisc add dev vxlan0 root handle 1: htb'.split(' '))
    if (code !== 0) {
      context.skip('this kernel has no htb')
    }
    for (const words of [
      'class add dev vxlan0 parent 1: classid 1:10 htb rate 1mbit',
      'filter add dev vxlan0 parent 1: protocol ip u32 match ip dst 10.0.0.0/8 flowid 1:10',
      'filter add dev vxlan0 parent 1: protocol ip u32 match ip dst 11.0.0.0/8 flowid 1:10',
    ]) {
      await host.run('tc', words.split(' '))
    }
    const lost = [
      'inner (vxlan) on top of it, which vxagent makes again',
      'mv0 (macvlan) on top of it',
      'mv1 (macvlan) on top of it',
      'qdisc htb with 2 filters',
      'nexthop 10 via 10.7.0.2 and the routes that use it',
      '1 route of bird',
    ]
    const state = { vxlans: { vxlan0: { ...vxlan(42), ...change }, inner: { id: 7, dev: 'vxlan0' } } }
    installation.write('overlay.yaml', state)
    const plan = await installation.vxagent('diff')
    expect(plan.code).toBe(2)
    const lines = plan.stdout.split('\n')
    const at = lines.findIndex((line) => line.startsWith('-/+ link vxlan0: replace'))
    expect(lines[at + 1]).toBe(`    loses: ${lost.join(', ')}`)
    const { actions } = JSON.parse((await installation.vxagent('diff', '--json')).stdout)
    const replacement = actions.find(({ kind }: Shown) => kind === 'replaceLink')
    expect(replacement.takesAlong.map(({ description }: Shown) => description)).toEqual(lost)
    const done = await installation.vxagent('apply')
    expect(done.stdout).toContain(`    loses: ${lost.join(', ')}\n`)
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect((await linkOf(host, 'inner')).linkinfo.info_data).toMatchObject({ id: 7, link: 'vxlan0' })
  })
})

test.for(replacements)(
  "multicast entries of the vxlan's own table are put back: $name",
  async ({ change }, context) => {
    needsLinux(context, 6, 4, 'a vxlan has no multicast entries')
    const { host, installation } = await applied({ vxlans: { vxlan0: vxlan(42) } })
    const client = inNetns(host.name, () => new RtnetlinkClient())
    context.onTestFinished(() => client.close())
    const { index } = await client.getLink({ name: 'vxlan0' })
    const group = { ifindex: index, state: constants.MDB_PERMANENT, group0: 0xef01, group1: 0x0203, proto: 0x0800 }
    const to = (dst: string, more: object = {}) => ({ dst, vni: 77, dstPort: 4790, ...more })
    await client.addMdbEntry({ ifindex: index, attributes: { entry: group, stated: to('192.0.2.77') } })
    await client.addMdbEntry({
      ifindex: index,
      attributes: {
        entry: group,
        stated: to('192.0.2.78', {
          groupMode: 1,
          srcList: { sources: [{ address: '10.0.0.1' }] },
        }),
      },
    })
    const shown = async () => {
      const entries = await client.listMdb()
      return entries.map(({ entry: { ifindex: _, ...entry } }) => JSON.stringify(entry)).toSorted()
    }
    const before = await shown()
    // One for each VTEP, and the one that the kernel derives for the source.
    expect(before).toHaveLength(3)
    await apply(installation, { vxlans: { vxlan0: { ...vxlan(42), ...change } } })
    expect((await client.getLink({ name: 'vxlan0' })).index).not.toBe(index)
    expect(await shown()).toEqual(before)
  },
)

const forced = { vxlans: { vxlan0: { ...vxlan(42), ttl: 9, udpcsum: false } } }

test('replace: never keeps the link, says what waits and why, and lets everything else go on', async () => {
  const { host, installation } = await applied({ vxlans: { vxlan0: vxlan(42) } })
  const { ifindex } = await linkOf(host, 'vxlan0')
  const never = { ...forced.vxlans.vxlan0, replace: 'never', addresses: ['10.7.0.1/24'] }
  installation.write('overlay.yaml', { vxlans: { vxlan0: never, vxlan1: vxlan(43) } })
  const reason =
    'conflict: udpcsum true -> false takes a replacement of vxlan0, since the kernel cannot change that on a live link, and replace: never forbids it; state replace: always instead, or take the change out of the desired state'
  const plan = await installation.vxagent('diff')
  expect(plan.code).toBe(2)
  expect(plan.stdout).toContain(`!   vxlan0: ${reason}\n`)
  expect(plan.stdout).not.toContain('-/+')
  await installation.startAndWait()
  await eventually(async () => {
    const { objects } = await installation.status()
    expect(objects.map(({ name, state }) => `${name} ${state}`)).toEqual(['vxlan0 conflict', 'vxlan1 converged'])
  })
  expect((await installation.vxagent('status')).code).toBe(3)
  const link = await linkOf(host, 'vxlan0')
  expect(link).toMatchObject({ ifindex, linkinfo: { info_data: { ttl: 9, udp_csum: true } } })
  expect(link.addr_info).toContainEqual(expect.objectContaining({ local: '10.7.0.1' }))
  installation.write('overlay.yaml', { vxlans: { vxlan0: { ...never, replace: 'always' }, vxlan1: vxlan(43) } })
  await installation.converged()
  expect((await linkOf(host, 'vxlan0')).linkinfo.info_data.udp_csum).toBe(false)
})

test('--replace lossless replaces a link unless something would be lost, and the daemon goes on when that is gone', async () => {
  const { host, installation } = await applied({ vxlans: { vxlan0: vxlan(42), vxlan1: vxlan(43) } })
  await host.ip('link add mv0 link vxlan0 type macvlan')
  await host.bridge(`fdb add ${mac} dev vxlan1 dst 192.0.2.9`)
  installation.write('overlay.yaml', {
    vxlans: { ...forced.vxlans, vxlan1: { ...vxlan(43), udpcsum: false } },
  })
  const refused = await installation.vxagent('apply', '--replace', 'lossless')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(
    'it loses: mv0 (macvlan) on top of it, which --replace lossless forbids; remove that, or state replace: always for vxlan0, or run with --replace always',
  )
  expect((await linkOf(host, 'vxlan0')).linkinfo.info_data).toMatchObject({ ttl: 9, udp_csum: true })
  expect((await linkOf(host, 'vxlan1')).linkinfo.info_data.udp_csum).toBe(false)
  await installation.startAndWait('env', 'VXAGENT_REPLACE=lossless', 'VXAGENT_RESYNC_INTERVAL=3600')
  const beside = await installation.vxagent('apply', '--replace', 'always')
  expect(beside).toMatchObject({ code: 1, stderr: expect.stringContaining('decides by its own --replace') })
  await host.ip('link delete mv0')
  await installation.converged()
  expect((await linkOf(host, 'vxlan0')).linkinfo.info_data.udp_csum).toBe(false)
})

test('the daemon logs what a replacement takes along before it happens, and an event tells of it', async () => {
  const { host, installation } = await applied({ vxlans: { vxlan0: vxlan(42) } })
  await host.ip('link add mv0 link vxlan0 type macvlan')
  await installation.startAndWait()
  installation.write('overlay.yaml', forced)
  await installation.converged()
  await eventually(async () => expect((await linkOf(host, 'vxlan0')).linkinfo.info_data.udp_csum).toBe(false))
  expect(installation.logs()).toContain('replacing vxlan0 loses: mv0 (macvlan) on top of it')
  const { stdout } = await installation.vxagent('events', '--json', '--kind', 'applied', '--once')
  expect(stdout).toContain('loses: mv0 (macvlan) on top of it')
})
