import { expect, test } from 'vitest'
import { entryKind } from '../../../src/agent/publish/iproute2/entry-kind.ts'
import type { Iproute2FdbEntry } from '../../../src/agent/publish/iproute2/iproute2-fdb.ts'
import { plain } from '../../../src/cli/colour.ts'
import { fdbLines } from '../../../src/cli/views/fdb.ts'

const flood: Iproute2FdbEntry = {
  mac: '00:00:00:00:00:00',
  ifname: 'vxlan0',
  dst: '239.1.1.1',
  viaIf: 'eth1',
  flags: ['self'],
  state: 'permanent',
}
const learned: Iproute2FdbEntry = {
  mac: '9a:35:f4:2a:87:1d',
  ifname: 'vxlan0',
  dst: '10.0.2.254',
  flags: ['self'],
  state: '',
}

function view(entries: readonly Iproute2FdbEntry[], hidden = 0): string {
  return `\n${[...fdbLines(entries, { hidden, paint: plain, width: undefined })].join('')}`
}

test('the story of three hosts', () => {
  expect(view([flood, learned], 7)).toBe(`
MAC                DEV     TO          VIA   KIND
00:00:00:00:00:00  vxlan0  239.1.1.1   eth1  flood
9a:35:f4:2a:87:1d  vxlan0  10.0.2.254  -     learned
7 other entries not shown; --all shows every entry
`)
})

test('every column, where there is something to show', () => {
  const full = { ...learned, vlan: 5, port: 4789, vni: 43, src_vni: 42, viaIfIndex: 9, master: 'br\x07' }
  const { dst, ...group } = { ...learned, nhid: 12 }
  expect(view([full, group])).toBe(`
MAC                DEV     VLAN  TO                VIA  PORT  VNI  SOURCE VNI  BRIDGE   KIND
9a:35:f4:2a:87:1d  vxlan0     5  10.0.2.254        9    4789   43          42  br\\u{7}  learned
9a:35:f4:2a:87:1d  vxlan0     -  nexthop group 12  -       -    -           -  -        learned
`)
})

test('without entries it says so', () => {
  expect(view([], 1)).toBe(
    '\nThere are no such forwarding entries.\n1 other entry not shown; --all shows every entry\n',
  )
})

test.each<[Partial<Iproute2FdbEntry>, string]>([
  [{}, 'learned'],
  [{ state: 'stale' }, 'learned'],
  [{ state: 'static' }, 'static'],
  [{ state: 'permanent' }, 'permanent'],
  [{ flags: ['self', 'extern_learn'] }, 'extern_learn'],
  [{ flags: ['extern_learn', 'master'], state: 'static' }, 'static extern_learn'],
  [{ flags: ['master', 'sticky', 'offload'], state: 'static' }, 'static sticky offload'],
  [{ mac: '00:00:00:00:00:00', state: 'permanent' }, 'flood'],
  [{ mac: '00:00:00:00:00:00', state: 'permanent', flags: ['self', 'extern_learn'] }, 'flood extern_learn'],
])('an entry with %j is called %s', (parts, kind) => {
  expect(entryKind({ ...learned, ...parts })).toBe(kind)
})

test('the all-zero address of a device that is no tunnel floods nothing', () => {
  const { dst, ...entry } = { ...flood, ifname: 'lo' }
  expect(entryKind(entry)).toBe('permanent')
})
