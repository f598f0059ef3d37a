import { expect, test } from 'vitest'
import type { Iproute2Link } from '../../../src/agent/publish/iproute2/iproute2-link.ts'
import { selectLinks } from '../../../src/cli/commands/links.ts'
import { link } from '../views/builders.ts'

const lo: Iproute2Link = { ifindex: 1, ifname: 'lo', flags: [], link_type: 'loopback' }
const vxlan0 = link({ altnames: ['berlin'] })
const br0 = link({ ifname: 'br0', linkinfo: { info_kind: 'bridge' } })
const links = [lo, vxlan0, br0]

test.each([
  { names: [], kind: undefined, selected: [lo, vxlan0, br0] },
  { names: ['br0', 'lo'], kind: undefined, selected: [lo, br0] },
  { names: ['berlin'], kind: undefined, selected: [vxlan0] },
  { names: [], kind: 'bridge', selected: [br0] },
  { names: [], kind: 'loopback', selected: [lo] },
  { names: ['lo'], kind: 'bridge', selected: [] },
])('names $names and kind $kind, in the order of the kernel', ({ names, kind, selected }) => {
  expect(selectLinks(links, { names, kind })).toEqual(selected)
})

test('a name that no link has is an error', () => {
  expect(() => selectLinks(links, { names: ['lo', 'vxlan9'], kind: undefined })).toThrow('there is no link vxlan9')
})
