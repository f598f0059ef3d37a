/**
 * One part of a link that the kernel refuses: the others are there. A row for each kind of part that a kernel can be brought to refuse; VLANs of
 * a bridge, their map to VNIs and options of a port are not among them, since the kernel takes every value that a file can state.
 */
import { expect, onTestFinished, test } from 'vitest'
import type { BridgeSpec, VxlanSpec } from '../src/agent/desired/schema.ts'
import { eventually } from './support/eventually.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { type Installation, installVxagent, vxagentPath } from './support/vxagent.ts'

const mac = '02:00:00:00:00:09'
const other = '02:00:00:00:00:0a'

const vxlan0: VxlanSpec = {
  id: 42,
  dev: 'eth1',
  dstport: 4789,
  master: 'br0',
  alias: 'lab',
  altnames: ['overlay-a', 'overlay-b'],
  sysctl: { ipv4: { arp_notify: 1 } },
  addresses: ['10.0.1.1/24', 'fd00:1::1/64'],
  remotes: ['10.0.2.2', '10.0.2.3'],
  fdb: [{ mac, dst: '10.0.2.2' }],
  neighbours: [{ ip: '10.0.1.2', mac }],
}
const br0: BridgeSpec = { addresses: ['10.0.9.1/24'], ports: { vxlan0: { learning: false } } }

/** What iproute2 shows of the declared, a word each. */
async function present(host: Namespace): Promise<Record<string, boolean>> {
  const [link = {}] = await host.json('ip -d -j link show dev vxlan0').catch(() => [])
  const addresses = (await host.json('ip -j address show')).flatMap(
    ({ addr_info: infos }: { addr_info: { local: string }[] }) => infos.map(({ local }) => local),
  )
  const fdb: { mac: string; dst?: string }[] = await host.json('bridge -d -j fdb show dev vxlan0').catch(() => [])
  const neighbours = await host.json('ip -j neighbour show dev vxlan0').catch(() => [])
  const arpNotify = await host.finish('cat', ['/proc/sys/net/ipv4/conf/vxlan0/arp_notify'])
  const hasEntry = (lladdr: string, to: string): boolean => fdb.some((each) => each.mac === lladdr && each.dst === to)
  return {
    up: link.flags?.includes('UP') === true,
    membership: link.master === 'br0',
    alias: link.ifalias === 'lab',
    'altname a': link.altnames?.includes('overlay-a') === true,
    'altname b': link.altnames?.includes('overlay-b') === true,
    sysctl: arpNotify.stdout === '1\n',
    'IPv4 address': addresses.includes('10.0.1.1'),
    'IPv6 address': addresses.includes('fd00:1::1'),
    'address of the bridge': addresses.includes('10.0.9.1'),
    'remote 2': hasEntry('00:00:00:00:00:00', '10.0.2.2'),
    'remote 3': hasEntry('00:00:00:00:00:00', '10.0.2.3'),
    entry: hasEntry(mac, '10.0.2.2'),
    neighbour: neighbours.some(({ dst }: { dst: string }) => dst === '10.0.1.2'),
    'port option': link.linkinfo?.info_slave_data?.learning === false,
  }
}

interface Row {
  readonly part: string
  /** Done before anything is declared. */
  readonly before?: (host: Namespace) => Promise<unknown>
  /** The link as it is before it is declared whole; undefined: it is not there. */
  readonly live?: Partial<VxlanSpec>
  /** Done when that is there. */
  readonly between?: (host: Namespace) => Promise<unknown>
  readonly declared?: Partial<VxlanSpec>
  /** What is missing, of what `present` names; nothing: it is a part that is declared in this row alone. */
  readonly missing?: readonly string[]
  /** What is printed of it. */
  readonly told: RegExp
  /** A shell command that runs vxagent, `"$@"`, in a mount namespace of its own. */
  readonly shell?: string
}

const rows: readonly Row[] = [
  {
    part: 'an IPv6 address, where IPv6 is off',
    before: (host) => host.run('sysctl', ['-qw', 'net.ipv6.conf.default.disable_ipv6=1']),
    missing: ['IPv6 address'],
    told: /cannot add address fd00:1::1\/64 on link vxlan0: E\w+/,
  },
  {
    part: 'a forwarding entry by a nexthop that does not exist',
    declared: {
      fdb: [
        { mac, dst: '10.0.2.2' },
        { mac: other, nhid: 99 },
      ],
    },
    told: /cannot add forwarding entry 02:00:00:00:00:0a/,
  },
  {
    part: 'a remote by an interface that does not exist',
    declared: { remotes: ['10.0.2.2', '10.0.2.3', { dst: '10.0.2.4', via: 'eth9' }] },
    told: /the interface eth9, by which entry 00:00:00:00:00:00 dst 10\.0\.2\.4 goes, does not exist/,
  },
  {
    part: 'a neighbour, of IPv6 on a link that is too small for it',
    before: (host) => host.ip('link set eth1 mtu 1200'),
    declared: {
      addresses: ['10.0.1.1/24'],
      neighbours: [
        { ip: '10.0.1.2', mac },
        { ip: 'fd00:1::2', mac },
      ],
    },
    missing: ['IPv6 address'],
    told: /cannot add neighbour fd00:1::2/,
  },
  {
    part: 'a sysctl that is read-only',
    shell: 'mount --bind /proc/sys/net/ipv4 /proc/sys/net/ipv4 && mount -o remount,ro,bind /proc/sys/net/ipv4 && "$@"',
    missing: ['sysctl'],
    told: /cannot write 1 to \/proc\/sys\/net\/ipv4\/conf\/vxlan0\/arp_notify: EROFS/,
  },
  {
    part: 'membership of a link that takes no others',
    before: (host) => host.addVeth('eth2'),
    declared: { master: 'eth2' },
    missing: ['membership', 'port option'],
    told: /eth2 takes no other links/,
  },
  {
    part: 'an alternative name that another link has',
    before: (host) => host.ip('link property add dev eth1 altname overlay-b'),
    missing: ['altname b'],
    told: /alternative name overlay-b of link vxlan0: EEXIST/,
  },
  {
    part: 'up, where the group cannot be joined',
    live: { up: false, group: '239.1.1.1' },
    between: (host) => host.run('sysctl', ['-qw', 'net.ipv4.igmp_max_memberships=0']),
    declared: { group: '239.1.1.1' },
    missing: ['up'],
    told: /cannot change link vxlan0: ENOBUFS.*igmp_max_memberships/,
  },
  {
    part: 'a way to make IPv6 addresses, of a secret that nobody has written',
    declared: { addrgenmode: 'stable_secret' },
    told: /stable_secret/,
  },
  {
    part: 'the same on a link that is there',
    live: {},
    declared: { addrgenmode: 'stable_secret' },
    told: /addr_gen_mode: EINVAL/,
  },
]

async function prepared({ before, live, between }: Row): Promise<{ host: Namespace; vxagent: Installation }> {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await before?.(host)
  const vxagent = installVxagent(host, {}, onTestFinished)
  if (live !== undefined) {
    vxagent.write('a.yaml', { vxlans: { vxlan0: { id: 42, dev: 'eth1', dstport: 4789, ...live } } })
    expect(await vxagent.vxagent('apply')).toMatchObject({ code: 0 })
    await between?.(host)
  }
  return { host, vxagent }
}

function declare(vxagent: Installation, { declared = {} }: Row): void {
  const spec = { ...vxlan0, ...declared }
  const ports = spec.master === 'br0' ? br0 : { addresses: br0.addresses }
  vxagent.write('a.yaml', { vxlans: { vxlan0: spec }, bridges: { br0: ports } })
}

test.each(rows)('$part: is refused alone', async (row) => {
  const { host, vxagent } = await prepared(row)
  declare(vxagent, row)
  const { shell, missing = [], told } = row
  const finished =
    shell === undefined
      ? await vxagent.vxagent('apply')
      : await host.finish('sh', ['-c', shell, 'sh', process.execPath, vxagentPath, 'apply'], { env: vxagent.env })
  expect(finished.stdout + finished.stderr).toMatch(told)
  expect(finished.code).not.toBe(0)
  const found = await present(host)
  expect(Object.keys(found).filter((part) => found[part] === false)).toEqual(missing)
})

test('a VNI that another filtering link holds: the others are there', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.ipBatch(`
    link add theirs type vxlan external vnifilter dstport 4789 local 10.0.2.1
    link set theirs up`)
  await host.bridge('vni add vni 101 dev theirs')
  const filtering = {
    ...{ external: true, vnifilter: true, dstport: 4789, local: '10.0.2.1' },
    vnis: ['100-103'],
    addresses: ['10.0.1.1/24'],
  }
  const vxagent = installVxagent(host, { 'a.yaml': { vxlans: { vxlan0: filtering } } }, onTestFinished)
  const { stdout, stderr, code } = await vxagent.vxagent('apply')
  expect(stdout + stderr).toMatch(/cannot add VNI 101 of link vxlan0: EEXIST/)
  expect(code).toBe(1)
  const [shown] = await host.json('bridge -d -j vni show dev vxlan0')
  expect(shown.vnis.map(({ vni, vniEnd }: { vni: number; vniEnd?: number }) => [vni, vniEnd])).toEqual([
    [100, undefined],
    [102, 103],
  ])
  expect((await host.json('ip -j address show dev vxlan0'))[0].addr_info[0].local).toBe('10.0.1.1')
})

test('the status lists what fails, tries that alone again, and is converged when it is cured', async () => {
  const row = rows[0] as Row
  const { host, vxagent } = await prepared(row)
  declare(vxagent, row)
  await vxagent.startAndWait()
  const failing = await eventually(async () => {
    const object = (await vxagent.status()).objects.find(({ name }) => name === 'vxlan0')
    expect(object).toMatchObject({ state: 'failing', attempts: 3 })
    return object
  })
  expect(failing?.failures).toEqual([
    {
      reason: failing?.reason,
      source: expect.objectContaining({ file: expect.stringContaining('a.yaml') }),
      attempts: 3,
      nextAttempt: failing?.nextAttempt,
    },
  ])
  expect(failing?.reason).toContain('fd00:1::1/64')
  // Each attempt is one request.
  const { requests } = (await vxagent.status()).counters
  await eventually(async () => {
    const { objects, counters } = await vxagent.status()
    const { attempts = 0 } = objects.find(({ name }) => name === 'vxlan0') ?? {}
    expect(attempts).toBeGreaterThan(3)
    expect(counters.requests - requests).toBeLessThanOrEqual(2 * (attempts - 3))
  })
  await host.run('sysctl', ['-qw', 'net.ipv6.conf.vxlan0.disable_ipv6=0'])
  await vxagent.vxagent('apply')
  await vxagent.converged()
  expect(Object.values(await present(host))).not.toContain(false)
})
