/** Forwarding entries of several makers on one link: ours by record, the link's own, and those of others. */
import { describe, expect, test } from 'vitest'
import { applied, apply, floods, type Shown, validate } from './support/applied.ts'
import { eventually } from './support/eventually.ts'
import type { Namespace } from './support/namespace.ts'
import { needsLinux } from './support/needs-linux.ts'

const mac = '02:00:00:00:00:aa'
const vtep = (host: number): string => `192.0.2.${host}`
const link = { id: 10, dstport: 4789 }
const state = (parts: object): object => ({ vxlans: { va: { ...link, ...parts } } })

/** Where frames to this MAC go. */
async function ways(host: Namespace, of = mac, name = 'va'): Promise<string[]> {
  const entries: Shown[] = await host.json(`bridge -d -j fdb show dev ${name}`)
  return entries.filter((entry) => entry.mac === of).map(({ dst }) => dst)
}

test('a VTEP of the list that becomes the only remote is flooded to all along', async () => {
  const { host, installation } = await applied(state({ remotes: [vtep(2), vtep(3)] }))
  await apply(installation, state({ remote: vtep(2) }))
  expect(await floods(host, 'va')).toEqual([vtep(2)])
  await apply(installation, state({ remote: vtep(3), remotes: [vtep(2)] }))
  expect((await floods(host, 'va')).toSorted()).toEqual([vtep(2), vtep(3)])
  await apply(installation, state({ remote: vtep(2), remotes: [vtep(3)], fdb_exclusive: true }))
  expect((await floods(host, 'va')).toSorted()).toEqual([vtep(2), vtep(3)])
})

test('the entry for the remote of the link is put back when somebody takes it away', async () => {
  const { host, installation } = await applied(state({ remote: vtep(2) }))
  await installation.startAndWait('env', 'VXAGENT_RESYNC_INTERVAL=3600')
  await host.bridge(`fdb delete 00:00:00:00:00:00 dev va dst ${vtep(2)}`)
  await eventually(async () => expect(await floods(host, 'va')).toEqual([vtep(2)]))
})

test.each([
  { name: 'taken away by hand', fdb: [{ mac, dst: vtep(2) }], before: `fdb delete ${mac} dev va dst ${vtep(2)}` },
  {
    name: 'of a time that is over',
    fdb: [{ mac, dst: vtep(2), state: 'dynamic' }],
    before: `fdb delete ${mac} dev va`,
  },
])('what was ours and is gone, $name, is not ours when another puts it there', async ({ fdb, before }) => {
  const { host, installation } = await applied(state({ fdb }))
  await host.bridge(before)
  await apply(installation, state({}))
  await host.bridge(`fdb add ${mac} dev va dst ${vtep(7)}`)
  await apply(installation, state({ ttl: 9 }))
  expect(await ways(host)).toEqual([vtep(7)])
})

test('what the kernel refused is not ours when another puts it there', async () => {
  const { host, installation } = await applied(state({}))
  installation.write('overlay.yaml', state({ fdb: [{ mac, nhid: 77 }] }))
  expect(await installation.vxagent('apply')).toMatchObject({ code: 1 })
  await host.bridge(`fdb add ${mac} dev va dst ${vtep(7)}`)
  await apply(installation, state({}))
  expect(await ways(host)).toEqual([vtep(7)])
})

test('a link that is taken over comes with its entries, whatever was on an earlier one of its name', async () => {
  const { host, installation } = await applied(
    state({ adopt: true, remotes: [vtep(2), vtep(3)], fdb: [{ mac, dst: vtep(2) }] }),
  )
  await host.ip('link delete va')
  await host.ipBatch('link add va type vxlan id 10 dstport 4789\nlink set va up')
  await host.bridge(`fdb append 00:00:00:00:00:00 dev va dst ${vtep(3)}`)
  await host.bridge(`fdb add ${mac} dev va dst ${vtep(7)}`)
  await apply(installation, state({ adopt: true, remotes: [vtep(2)] }))
  expect((await floods(host, 'va')).toSorted()).toEqual([vtep(2), vtep(3)])
  expect(await ways(host)).toEqual([vtep(7)])
})

test('many entries on one link take nothing from the others, neither ours nor what comes by hand meanwhile', async () => {
  const many = (count: number): object[] =>
    Array.from({ length: count }, (_, index) => ({
      mac: `02:01:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
      dst: vtep(2),
    }))
  const few = { dstport: 4789, remotes: [vtep(2), vtep(3)], fdb: many(3) }
  const { host, installation } = await applied({
    vxlans: {
      va: { ...link, fdb: many(20_000) },
      vb: { id: 11, ...few },
      vc: { id: 12, ...few, fdb: many(1500) },
    },
  })
  expect(await ways(host, '02:01:00:00:00:02', 'vb')).toEqual([vtep(2)])
  await apply(installation, { vxlans: { va: { ...link, fdb: many(20_000) }, vb: { id: 11, ...few, fdb: [] } } })
  expect(await ways(host, '02:01:00:00:00:02', 'vb')).toEqual([])
})

test('a flood by an interface that was made anew goes by the new one', async () => {
  const { host, installation } = await applied(state({}))
  await host.addVeth('u1', '192.0.2.1/24')
  const remotes = [{ dst: vtep(5), via: 'u1' }, vtep(6)]
  await apply(installation, state({ remotes }))
  await host.ip('link delete u1')
  await host.addVeth('u1', '192.0.2.1/24')
  await apply(installation, state({ remotes }))
  const entries: Shown[] = await host.json('bridge -d -j fdb show dev va')
  expect(entries).toContainEqual(expect.objectContaining({ dst: vtep(5), viaIf: 'u1' }))
})

test('an entry of a group that leads to a nexthop leads to another, or to a VTEP, when the file says so', async () => {
  const group = '01:00:5e:00:00:05'
  const { host, installation } = await applied(state({}))
  await host.ipBatch(`
    nexthop add id 1 via ${vtep(2)} fdb
    nexthop add id 10 group 1 fdb
    nexthop add id 20 group 1 fdb`)
  const nexthop = async (): Promise<number | undefined> => {
    const entries: Shown[] = await host.json('bridge -d -j fdb show dev va')
    return entries.find((entry) => entry.mac === group)?.nhid
  }
  await apply(installation, state({ fdb: [{ mac: group, nhid: 10 }] }))
  expect(await nexthop()).toBe(10)
  await apply(installation, state({ fdb: [{ mac: group, nhid: 20 }] }))
  expect(await nexthop()).toBe(20)
  await apply(installation, state({ fdb: [{ mac: group, dst: vtep(4) }] }))
  expect(await ways(host, group)).toEqual([vtep(4)])
  await apply(installation, state({ fdb: [{ mac: group, dst: vtep(4), state: 'static', router: true }] }))
  const [entry] = ((await host.json('bridge -d -j fdb show dev va')) as Shown[]).filter((each) => each.mac === group)
  expect(entry).toMatchObject({ state: 'static', flags: expect.arrayContaining(['router']) })
})

test('links that filter VNIs exchange them, and a VNI that leads elsewhere floods there alone', async (context) => {
  needsLinux(context, 5, 18, 'there is no VNI filter')
  const filter = { external: true, vnifilter: true, dstport: 4789 }
  const two = (first: unknown, second: unknown): object => ({
    vxlans: { va: { ...filter, vnis: [first] }, vb: { ...filter, vnis: [second] } },
  })
  const { host, installation } = await applied(two(10, { vni: 20, remote: vtep(3) }))
  await apply(installation, two(10, { vni: 20, remote: vtep(4) }))
  expect(await floods(host, 'vb')).toEqual([vtep(4)])
  await apply(installation, two({ vni: 20, remote: vtep(4) }, 10))
  expect([await floods(host, 'va'), await floods(host, 'vb')]).toEqual([[vtep(4)], []])
})

/** The link's own `remote` or `group`. */
async function destination(host: Namespace, name = 'va'): Promise<string | undefined> {
  const [{ linkinfo }]: Shown[] = await host.json(`ip -d -j link show ${name}`)
  return linkinfo.info_data.remote ?? linkinfo.info_data.group
}

describe('a destination that somebody gives a link, and that no file states,', () => {
  test.each([
    { name: 'a remote', keys: { remotes: [vtep(2)] }, by: `remote ${vtep(9)}` },
    { name: 'a remote by a device', keys: { remotes: [vtep(2)] }, by: `remote ${vtep(9)} dev u1` },
    {
      name: 'a listed VTEP, by a device',
      keys: { remotes: [vtep(2)] },
      by: `remote ${vtep(2)} dev u1`,
    },
    { name: 'a group', keys: { remotes: [vtep(2)], dev: 'u1' }, by: 'group 239.9.9.9 dev u1' },
    { name: 'a group where no device is stated', keys: { remotes: [vtep(2)] }, by: 'group 239.9.9.9 dev u1' },
    {
      name: 'a remote of an exclusive link',
      keys: { fdb_exclusive: true, remotes: [vtep(2)] },
      by: `remote ${vtep(9)}`,
    },
  ])('goes at once where the floods are stated: $name', async ({ keys, by }) => {
    const { host, installation } = await applied(state(keys), { u1: '192.0.2.1/24' })
    await installation.startAndWait('env', 'VXAGENT_RESYNC_INTERVAL=3600')
    await host.ip(`link set va type vxlan ${by}`)
    await eventually(async () => {
      expect(await destination(host)).toBeUndefined()
      expect(await floods(host, 'va')).toEqual([vtep(2)])
    })
    expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
    // The kernel can still take the link down and away, also one that joins no group in time.
    await host.ip('link set va down')
    await apply(installation, { vxlans: {} })
  })

  test('goes with what it left on another device', async () => {
    const { host, installation } = await applied(state({ remotes: [vtep(2)] }), {
      u1: '192.0.2.1/24',
      u2: '198.51.100.1/24',
    })
    await host.ipBatch(`
      link set va type vxlan remote ${vtep(9)} dev u1
      link set va type vxlan dev u2`)
    await apply(installation, state({ remotes: [vtep(2)] }))
    expect([await destination(host), await floods(host, 'va')]).toEqual([undefined, [vtep(2)]])
  })

  test('is left alone where no file states the floods, and on a link that is taken over with it in its list', async () => {
    const { host, installation } = await applied(state({}))
    await host.ip(`link set va type vxlan remote ${vtep(9)}`)
    await apply(installation, state({ ttl: 9 }))
    expect(await destination(host)).toBe(vtep(9))
    await host.ip(`link add vb type vxlan id 11 dstport 4789 remote ${vtep(9)}`)
    const taken = { id: 11, dstport: 4789, adopt: true }
    await apply(installation, { vxlans: { vb: { ...taken, remotes: [vtep(2), vtep(9)] } } })
    expect([await destination(host, 'vb'), (await floods(host, 'vb')).toSorted()]).toEqual([
      vtep(9),
      [vtep(2), vtep(9)],
    ])
    await apply(installation, { vxlans: { vb: { ...taken, remotes: [vtep(2)] } } })
    expect([await destination(host, 'vb'), await floods(host, 'vb')]).toEqual([undefined, [vtep(2)]])
  })
})

test('from group to remotes and back nothing else is flooded to', async () => {
  const { host, installation } = await applied(state({ group: '239.1.1.1', dev: 'u1' }), { u1: '192.0.2.1/24' })
  const [{ ifindex }] = await host.json('ip -j link show va')
  await apply(installation, state({ dev: 'u1', remotes: [vtep(2), vtep(3)] }))
  expect([await destination(host), (await floods(host, 'va')).toSorted()]).toEqual([undefined, [vtep(2), vtep(3)]])
  await apply(installation, state({ dev: 'u1', group: '239.1.1.1' }))
  expect([await destination(host), await floods(host, 'va')]).toEqual(['239.1.1.1', ['239.1.1.1']])
  expect((await host.json('ip -j link show va'))[0].ifindex).toBe(ifindex)
})

describe('the remote of a link that remotes lists as well', () => {
  test.each([
    { name: 'by route', keys: {} },
    { name: 'by a device', keys: { dev: 'u1' } },
  ])('is flooded to once, $name, and belongs to the link', async ({ keys }) => {
    const one = { ...keys, remote: vtep(2), remotes: [vtep(2), vtep(3)] }
    const { host, installation } = await applied(state(one), { u1: '192.0.2.1/24' })
    expect((await floods(host, 'va')).toSorted()).toEqual([vtep(2), vtep(3)])
    expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
    const exported = await installation.vxagent('export')
    expect(JSON.parse((await installation.vxagent('export', '--json')).stdout)).toMatchObject({
      vxlans: { va: { remote: vtep(2), remotes: [vtep(3)] } },
    })
    installation.write('overlay.yaml', exported.stdout)
    expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
    // As one of remotes alone it is ours, and as remote alone the link's: it is there all along, once.
    await apply(installation, state({ ...keys, remotes: [vtep(2), vtep(3)] }))
    expect((await floods(host, 'va')).toSorted()).toEqual([vtep(2), vtep(3)])
    await apply(installation, state({ ...keys, remote: vtep(2) }))
    expect(await floods(host, 'va')).toEqual([vtep(2)])
    await apply(installation, state(keys))
    expect(await floods(host, 'va')).toEqual([])
  })

  test('is put back when somebody takes it away', async () => {
    const { host, installation } = await applied(state({ remote: vtep(2), remotes: [vtep(2)] }))
    await host.bridge(`fdb delete 00:00:00:00:00:00 dev va dst ${vtep(2)}`)
    await apply(installation, state({ remote: vtep(2), remotes: [vtep(2)] }))
    expect(await floods(host, 'va')).toEqual([vtep(2)])
  })
})

test('an entry that is stated twice is there once, and validate says so', async () => {
  const twice = state({ remotes: [vtep(2), vtep(2)], fdb: [{ mac: '00:00:00:00:00:00', dst: vtep(2) }] })
  const { host, installation } = await applied(state({}))
  const { code, stdout, stderr } = await validate(twice)
  expect([code, (stdout + stderr).match(/it counts once/g)?.length]).toEqual([0, 2])
  await apply(installation, twice)
  expect(await floods(host, 'va')).toEqual([vtep(2)])
  expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
})

test.for([
  { first: 'the filter', order: ['vx', 'va'] },
  { first: 'the other', order: ['va', 'vx'] },
])('a VNI of a filter may be the id of a link that is down, $first made first', async ({ order }, context) => {
  needsLinux(context, 5, 18, 'there is no VNI filter')
  const filter = { external: true, vnifilter: true, dstport: 4789, vnis: [10] }
  const links: Record<string, object> = { vx: { ...filter, up: false }, va: link }
  const { host, installation } = await applied({ vxlans: {} })
  const made: Record<string, object> = {}
  for (const name of order) {
    made[name] = links[name] as object
    await apply(installation, { vxlans: made })
  }
  const flags = (await host.json('ip -d -j link show type vxlan')).map(({ ifname, flags: each }: Shown) => [
    ifname,
    each.includes('UP'),
  ])
  expect(Object.fromEntries(flags)).toEqual({ va: true, vx: false })
  // What validate says of both up is what the kernel does: the port is in use.
  const { stdout, stderr } = await validate({ vxlans: { ...links, vx: filter } })
  expect(stdout + stderr).toMatch(/external of (vx|va) is .* but both receive on UDP port 4789/)
  expect(stdout + stderr).not.toMatch(/is taken on UDP port/)
  await expect(host.ip('link set vx up')).rejects.toThrow(/Address already in use/)
})
