/** Refusals of the real kernel: what of the table can be brought about, and what is told of it. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { BridgeSpec, VxlanSpec } from '../src/agent/desired/schema.ts'
import { refusals } from '../src/agent/reconcile/apply/refusals/refusals.ts'
import type { Names, RefusalRow } from '../src/agent/reconcile/apply/refusals/row.ts'
import { eventually } from './support/eventually.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { canFilterVlans } from './support/needs-linux.ts'
import { installVxagent } from './support/vxagent.ts'

interface Declared {
  readonly vxlans?: Readonly<Record<string, VxlanSpec>>
  readonly bridges?: Readonly<Record<string, BridgeSpec>>
}

/** How a row of the table is brought about. */
interface Trial {
  /** By which the row is found, together with its errno: a part of its situation. */
  readonly code: string
  readonly situation: string
  readonly before?: (host: Namespace) => Promise<unknown>
  /** Of a kernel with VLANs for bridges, or of one without. */
  readonly needsVlans?: boolean
  /** Applied first; it must succeed. */
  readonly first?: Declared
  readonly between?: (host: Namespace) => Promise<unknown>
  readonly declared: Declared
  readonly names?: Partial<Names>
}

const bare: VxlanSpec = { id: 42, dev: 'eth1', dstport: 4789 }
const vxlan0 = (more: Partial<VxlanSpec>): Declared => ({ vxlans: { vxlan0: { ...bare, ...more } } })
const port = (name: string): Declared => ({ bridges: { br0: { ports: { [name]: {} } } } })
const mac = '02:00:00:00:00:09'
const filtering: VxlanSpec = { external: true, vnifilter: true, dstport: 4789, dev: 'eth1', local: '10.0.2.1' }

const trials: readonly Trial[] = [
  {
    ...{ code: 'EEXIST', situation: 'in the network namespace in which it was made' },
    before: async (host) => {
      const other = await namespace(onTestFinished)
      await host.ip('link add theirs type vxlan id 42 dstport 4789 local 10.0.2.1')
      await host.ip(`link set theirs netns ${other.name}`)
    },
    declared: vxlan0({}),
  },
  {
    ...{ code: 'EEXIST', situation: 'another link has the name' },
    before: (host) => host.ip('link property add dev eth1 altname vxlan0'),
    declared: vxlan0({}),
  },
  {
    ...{ code: 'EADDRINUSE', situation: 'another socket has the UDP port' },
    before: async (host) => {
      const code = "require('dgram').createSocket('udp4').bind(4789, () => console.log('bound'))"
      const program = host.hold(process.execPath, ['-e', code])
      await eventually(() => expect(program.output()).toContain('bound'))
    },
    declared: vxlan0({}),
  },
  {
    ...{ code: 'ENOBUFS', situation: 'the socket of its UDP port is a member' },
    before: (host) => host.run('sysctl', ['-qw', 'net.ipv4.igmp_max_memberships=0']),
    declared: vxlan0({ group: '239.1.1.1' }),
  },
  {
    ...{ code: 'ENOMEM', situation: 'has no memory for one more IPv6 group' },
    before: (host) => host.run('sysctl', ['-qw', 'net.core.optmem_max=0']),
    declared: vxlan0({ group: 'ff05::100' }),
  },
  {
    ...{ code: 'EINVAL', situation: 'and the group is an IPv6 one' },
    before: (host) => host.ip('link set eth1 mtu 1200'),
    declared: vxlan0({ group: 'ff05::100' }),
  },
  {
    ...{ code: 'EPERM', situation: 'IPv6 is off on the underlay device' },
    before: (host) => host.run('sysctl', ['-qw', 'net.ipv6.conf.eth1.disable_ipv6=1']),
    declared: vxlan0({ remote: 'fd00:2::2' }),
  },
  {
    ...{ code: 'EINVAL', situation: 'addrgenmode is stable_secret' },
    declared: vxlan0({ addrgenmode: 'stable_secret' }),
  },
  {
    ...{ code: 'EPERM', situation: 'the default PVID cannot be changed' },
    needsVlans: true,
    first: { bridges: { br0: { vlan_filtering: true } } },
    declared: { bridges: { br0: { vlan_filtering: true, vlan_default_pvid: 7 } } },
    names: { link: 'br0' },
  },
  {
    ...{ code: 'EOPNOTSUPP', situation: 'the kernel has no VLANs for bridges' },
    needsVlans: false,
    declared: { bridges: { br0: { vlan_filtering: true } } },
  },
  {
    ...{ code: 'EOPNOTSUPP', situation: 'the kernel has no VLANs for bridges' },
    needsVlans: false,
    declared: { bridges: { br0: { ports: { eth1: { vlans: [10] } } } } },
  },
  {
    ...{ code: 'EOPNOTSUPP', situation: 'the link that is named as master takes no others' },
    before: (host) => host.addVeth('eth2'),
    declared: vxlan0({ master: 'eth2' }),
    names: { master: 'eth2' },
  },
  {
    ...{ code: 'EINVAL', situation: 'the link carries no Ethernet frames' },
    declared: port('lo'),
    names: { link: 'lo', master: 'br0' },
  },
  {
    ...{ code: 'ELOOP', situation: 'the link is a bridge itself' },
    before: (host) => host.ip('link add br1 type bridge'),
    declared: port('br1'),
    names: { link: 'br1', master: 'br0' },
  },
  {
    ...{ code: 'EBUSY', situation: 'something else has the link' },
    before: async (host) => {
      await host.addVeth('eth2')
      await host.ip('link add passthru0 link eth2 type macvlan mode passthru')
    },
    declared: port('eth2'),
    names: { link: 'eth2', master: 'br0' },
  },
  {
    ...{ code: 'EXFULL', situation: 'the bridge has 1,023 ports' },
    first: { bridges: { br0: {} } },
    between: (host) =>
      host.ipBatch(
        Array.from({ length: 512 }, (_, at) => {
          const far = at === 511 ? '' : `link set f${at} master br0`
          return `link add n${at} type veth peer name f${at}\nlink set n${at} master br0\n${far}`
        }).join('\n'),
      ),
    declared: port('eth1'),
    names: { link: 'eth1', master: 'br0' },
  },
  {
    ...{ code: 'EEXIST', situation: 'has the VNI, here or moved' },
    before: async (host) => {
      await host.ip('link add theirs type vxlan external vnifilter dstport 4789 local 10.0.2.1')
      await host.ip('link set theirs up')
      await host.bridge('vni add vni 101 dev theirs')
    },
    declared: { vxlans: { vxlan0: { ...filtering, vnis: ['100-103'] } } },
  },
  {
    ...{ code: 'ENOBUFS', situation: 'the socket of its UDP port is a member' },
    first: { vxlans: { vxlan0: filtering } },
    between: (host) => host.run('sysctl', ['-qw', 'net.ipv4.igmp_max_memberships=0']),
    declared: { vxlans: { vxlan0: { ...filtering, vnis: [100, { vni: 101, group: '239.1.1.1' }] } } },
  },
  {
    ...{ code: 'EEXIST', situation: 'another link has the name' },
    before: (host) => host.ip('link property add dev eth1 altname overlay'),
    declared: vxlan0({ altnames: ['overlay'] }),
  },
  {
    ...{ code: 'EACCES', situation: 'IPv6 is off on the link' },
    before: (host) => host.run('sysctl', ['-qw', 'net.ipv6.conf.default.disable_ipv6=1']),
    declared: vxlan0({ addresses: ['fd00:1::1/64'] }),
  },
  {
    ...{ code: 'EINVAL', situation: 'the link has no IPv6, since its MTU is below 1280' },
    before: (host) => host.ip('link set eth1 mtu 1200'),
    declared: vxlan0({ addresses: ['fd00:1::1/64'] }),
  },
  {
    ...{ code: 'EINVAL', situation: 'another address of the same subnet has another scope' },
    declared: vxlan0({ addresses: ['10.0.1.1/24', { address: '10.0.1.2/24', scope: 'link' }] }),
  },
  {
    ...{ code: 'ENOSPC', situation: 'as many entries as maxaddr says' },
    first: vxlan0({ maxaddr: 1 }),
    between: (host) => host.bridge('fdb add 02:00:00:00:00:01 dev vxlan0 dst 10.0.2.3'),
    declared: vxlan0({ maxaddr: 1, fdb: [{ mac, dst: '10.0.2.2' }] }),
  },
  {
    ...{ code: 'EINVAL', situation: 'the nexthop of nhid does not exist' },
    declared: vxlan0({ fdb: [{ mac, nhid: 99 }] }),
  },
  {
    ...{ code: 'EINVAL', situation: 'the nexthop of nhid is none for forwarding entries' },
    before: (host) => host.ip('nexthop add id 5 via 10.0.2.2 dev eth1'),
    declared: vxlan0({ fdb: [{ mac, nhid: 5 }] }),
  },
  {
    ...{ code: 'EINVAL', situation: 'nhid names a nexthop instead of a group of them' },
    before: (host) => host.ip('nexthop add id 5 via 10.0.2.2 fdb'),
    declared: vxlan0({ fdb: [{ mac, nhid: 5 }] }),
  },
  {
    ...{ code: 'EAFNOSUPPORT', situation: 'the nexthops are of another address family' },
    before: async (host) => {
      await host.ip('nexthop add id 5 via fd00:2::2 fdb')
      await host.ip('nexthop add id 6 group 5 fdb')
    },
    declared: vxlan0({ remote: '10.0.2.2', fdb: [{ mac, nhid: 6 }] }),
  },
  {
    ...{ code: 'EINVAL', situation: 'the link has no IPv6, since its MTU is below 1280' },
    before: (host) => host.ip('link set eth1 mtu 1200'),
    declared: vxlan0({ neighbours: [{ ip: 'fd00:1::2', mac }] }),
  },
]

/** The rows of the table that a trial is about; several when it is told alike of several requests. */
function rowsOf({ code, situation }: Trial): RefusalRow[] {
  return refusals.filter((row) => row.code === code && row.situation.includes(situation) && row.untried === undefined)
}

test.for(trials)('$code: $situation', async (trial, context) => {
  if (trial.needsVlans !== undefined && trial.needsVlans !== (await canFilterVlans())) {
    context.skip(`this kernel has ${trial.needsVlans ? 'no ' : ''}VLANs for bridges (CONFIG_BRIDGE_VLAN_FILTERING)`)
  }
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await trial.before?.(host)
  const vxagent = installVxagent(host, {}, onTestFinished)
  if (trial.first !== undefined) {
    vxagent.write('a.yaml', trial.first)
    expect(await vxagent.vxagent('apply')).toMatchObject({ code: 0 })
  }
  await trial.between?.(host)
  vxagent.write('a.yaml', trial.declared)
  const { stdout, stderr, code } = await vxagent.vxagent('apply')
  expect(stdout).toMatch(new RegExp(`failed: cannot .*${trial.code}`))
  const names = { link: 'vxlan0', dev: 'eth1', master: 'br0', dstport: '4789', mtu: '', ...trial.names }
  const cures = rowsOf(trial).map(({ cure }) => cure(names))
  expect(cures.some((cure) => stdout.includes(`; ${cure}`)) ? '' : stdout).toBe('')
  expect(stderr).toContain(trial.code)
  expect(code).toBe(1)
})

describe('the table', () => {
  test.each(refusals.map((row) => [`${row.request}: ${row.code}: ${row.situation}`, row] as const))(
    'is tried, or says why not: %s',
    (_name, row) => {
      const isTried = trials.some((trial) => rowsOf(trial).includes(row))
      expect(isTried).toBe(row.untried === undefined)
    },
  )
})
