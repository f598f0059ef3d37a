import { constants } from 'node:os'
import { expect, test } from 'vitest'
import type { VxlanSpec } from '../../../../src/agent/desired/schema.ts'
import { SysctlError } from '../../../../src/agent/host/sysctls.ts'
import { explainRefusal, rowFor } from '../../../../src/agent/reconcile/apply/explain-refusal.ts'
import { EntriesRefused } from '../../../../src/agent/reconcile/apply/perform-entries.ts'
import { refusals } from '../../../../src/agent/reconcile/apply/refusals/refusals.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { KernelError } from '../../../../src/rtnetlink/index.ts'
import { desiredVxlan } from '../../../support/builders.ts'

const create = (spec: VxlanSpec): Action => ({
  kind: 'createLink',
  link: 'vxlan0',
  wanted: desiredVxlan('vxlan0', spec),
  path: ['vxlans', 'vxlan0'],
  reason: 'declared, absent',
})
const refused = (code: string, attribute?: string): KernelError =>
  new KernelError({ operation: 'create link vxlan0', code, ...(attribute !== undefined && { attribute }) })

test.each<{ attribute: string; spec: VxlanSpec; key: string | undefined }>([
  { attribute: 'IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_PORT', spec: { id: 1, dstport: 4789 }, key: 'dstport' },
  { attribute: 'IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_GROUP6', spec: { remote: 'fe80::1' }, key: 'remote' },
  {
    attribute: 'IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_UDP_ZERO_CSUM6_TX',
    spec: { udp6zerocsumtx: true },
    key: 'udp6zerocsumtx',
  },
  { attribute: 'IFLA_MTU', spec: { id: 1, mtu: 9000 }, key: 'mtu' },
  { attribute: 'IFLA_VXLAN_TTL', spec: { id: 1 }, key: undefined },
  { attribute: 'IFLA_NUM_VF', spec: { id: 1 }, key: undefined },
])('$attribute of $spec is the key $key', ({ attribute, spec, key }) => {
  const { path } = explainRefusal(create(spec), refused('EINVAL', attribute))
  expect(path).toEqual(key === undefined ? undefined : ['vxlans', 'vxlan0', key])
})

test('a port that is taken is named, whether a file states it or not', () => {
  const stated = explainRefusal(create({ id: 1, dstport: 4789 }), refused('EADDRINUSE'))
  expect(stated.error.message).toMatch(/^cannot create link vxlan0: EADDRINUSE; .* UDP port 4789; /)
  expect(stated.path).toEqual(['vxlans', 'vxlan0', 'dstport'])
  const unstated = explainRefusal(create({ id: 1 }), refused('EADDRINUSE'))
  expect(unstated.error.message).toContain('UDP port 8472')
  expect(unstated.path).toBeUndefined()
})

test('a VNI that a link in another network namespace holds is told with the way out', () => {
  const kernelMessage = 'A VXLAN device with the specified VNI already exists'
  const error = new KernelError({ operation: 'create link vxlan0', code: 'EEXIST', kernelMessage })
  const { error: told, path } = explainRefusal(create({ id: 1 }), error)
  expect(told.message).toContain(`${kernelMessage}; if no link here has that VNI`)
  expect(path).toEqual(['vxlans', 'vxlan0', 'id'])
})

test('what is refused for no known reason is told with what the errno means, and where to look', () => {
  const { error } = explainRefusal(create({ id: 1 }), refused('EDOM'))
  expect(error.message).toMatch(/^cannot create link vxlan0: EDOM; the kernel says no more: see journalctl -k/)
  expect(explainRefusal(create({ id: 1 }), refused('ENOTCONN')).error.message).toContain(
    'that is "socket is not connected"',
  )
  const other = new Error('no disk')
  expect(explainRefusal(create({ id: 1 }), other)).toEqual({ error: other })
})

test("the kernel's own sentence says enough", () => {
  const error = new KernelError({ operation: 'create link vxlan0', code: 'EINVAL', kernelMessage: 'Invalid vni' })
  expect(explainRefusal(create({ id: 1 }), error)).toEqual({ error })
})

test('entries are explained by the first that was refused', () => {
  const action: Action = { kind: 'addEntries', table: 'fdb', entries: [], isKept: false, link: 'vxlan0', reason: '' }
  const path = ['vxlans', 'vxlan0', 'fdb', 3]
  const full = new EntriesRefused([{ key: 'a', path, error: refused('ENOSPC') }], 9)
  const { error, path: place } = explainRefusal(action, full)
  expect(error.message).toMatch(/ENOSPC; vxlan0 has all the entries that maxaddr allows/)
  expect(error).toMatchObject({ code: 'ENOSPC' })
  expect(place).toEqual(path)
})

test('a setting that is written to /proc/sys has the reason of its key, and no other', () => {
  const action = (addrgenmode: 'stable_secret' | 'random'): Action => ({
    ...{ kind: 'changeLink', link: 'vxlan0', ifindex: 5, reason: '' },
    wanted: desiredVxlan('vxlan0', { id: 1, addrgenmode }),
    changes: [{ attribute: 'addrgenmode', from: 'eui64', to: addrgenmode }],
  })
  const error = new SysctlError('/proc/sys/…', 2, Object.assign(new Error('no'), { code: 'EINVAL' }))
  expect(explainRefusal(action('stable_secret'), error).error.message).toContain('takes a secret')
  expect(explainRefusal(action('random'), error).error).toBe(error)
  expect(error.message).toContain('the kernel takes no such value')
})

/** An action of each kind, and of each kind of object. */
const samples: readonly Action[] = [
  create({ id: 1, dev: 'eth1', group: '239.1.1.1', master: 'br0', addrgenmode: 'stable_secret' }),
  create({ id: 1, dev: 'eth1', group: 'ff05::1' }),
  create({ id: 1, dev: 'eth1', remote: '10.0.2.2' }),
  {
    ...{ kind: 'createLink', link: 'br0', reason: '' },
    wanted: {
      ...{ kind: 'bridge', name: 'br0', path: [] },
      spec: { vlan_filtering: true, stp: true, forward_delay: 4, group_fwd_mask: 8 },
    },
  },
  ...(['vlan_default_pvid', 'mtu', 'up'] as const).map(
    (attribute): Action => ({
      ...{ kind: 'changeLink', link: 'br0', ifindex: 5, reason: '' },
      wanted:
        attribute === 'vlan_default_pvid'
          ? { kind: 'bridge', name: 'br0', path: [], spec: {} }
          : desiredVxlan('vxlan0', { id: 1, remote: '10.0.2.2' }),
      changes: [attribute === 'up' ? { attribute, from: false, to: true } : { attribute, from: 1, to: 2 }],
    }),
  ),
  { kind: 'restoreLink', link: 'vxlan0', aside: 'vxa-1', ifindex: 5, reason: '' },
  { kind: 'deleteLink', link: 'vxlan0', madeAs: 'vxlan0', ifindex: 5, reason: '' },
  { kind: 'attachPort', link: 'eth2', ifindex: 5, master: 'br0', masterIfindex: 6, stated: [], reason: '' },
  { kind: 'detachPort', link: 'eth2', ifindex: 5, master: 'br0', reason: '' },
  { kind: 'changePort', link: 'eth2', changes: [{ attribute: 'cost', from: 1, to: 2 }], reason: '' },
  { kind: 'changeVlans', link: 'eth2', isSelf: false, add: [], remove: [], reason: '' },
  { kind: 'changeVlanMap', link: 'vxlan0', add: [], remove: [], reason: '' },
  { kind: 'changeVnis', link: 'vxlan0', add: [{ first: 1, last: 1, value: '239.1.1.1' }], remove: [], reason: '' },
  { kind: 'changeAltnames', link: 'vxlan0', add: ['a'], remove: [], reason: '' },
  { kind: 'addAddress', link: 'vxlan0', address: { address: '10.0.0.1/24' }, reason: '' },
  { kind: 'addAddress', link: 'vxlan0', address: { address: 'fd00::1/64' }, reason: '' },
  { kind: 'changeAddress', link: 'vxlan0', address: { address: 'fd00::1/64' }, reason: '' },
  {
    ...{ kind: 'removeAddress', link: 'vxlan0', keepsOthers: false, reason: '' },
    address: { family: 10, prefixlen: 64, flags: 0, scope: 0, index: 5, attributes: { address: 'fd00::1' } },
  },
  ...(['fdb', 'neighbours'] as const).flatMap((table): Action[] => [
    { kind: 'addEntries', table, entries: [], isKept: false, link: 'vxlan0', reason: '' },
    { kind: 'replaceEntries', table, entries: [], link: 'vxlan0', reason: '' },
    { kind: 'removeEntries', table, entries: [], link: 'vxlan0', reason: '' },
  ]),
]

test('no request yields a bare errno, whatever it is', () => {
  for (const action of samples) {
    for (const code of Object.keys(constants.errno)) {
      const { message } = explainRefusal(action, refused(code)).error
      expect(message, `${action.kind} ${code}`).toMatch(new RegExp(`^cannot create link vxlan0: ${code}; .{20}`))
    }
  }
})

test.each(refusals.map((row) => [`${row.request}: ${row.code}: ${row.situation}`, row] as const))(
  'the table is used: %s',
  (_name, row) => {
    const error = new KernelError({
      ...{ operation: 'x', code: row.code },
      ...(row.says !== undefined && { kernelMessage: `vxlan: ${row.says}.` }),
    })
    expect(samples.map((action) => rowFor(action, error))).toContain(row)
  },
)
