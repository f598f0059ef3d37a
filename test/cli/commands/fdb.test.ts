import { expect, test } from 'vitest'
import type { Iproute2FdbEntry } from '../../../src/agent/publish/iproute2/iproute2-fdb.ts'
import { overlayEntries, selectEntries } from '../../../src/cli/commands/fdb.ts'
import { link } from '../views/builders.ts'

function entry(parts: Partial<Iproute2FdbEntry>): Iproute2FdbEntry {
  return { mac: '02:00:00:00:00:01', ifname: 'vxlan0', flags: ['self'], state: '', ...parts }
}

const links = [link({ altnames: ['berlin'] }), link({ ifname: 'eth1', linkinfo: { info_kind: 'veth' } })]
const near = entry({ dst: '10.0.2.1' })
const far = entry({ dst: '10.0.2.2', mac: '02:00:00:00:00:02' })
const bridged = entry({ flags: ['master'], master: 'br0' })
const other = entry({ ifname: 'eth1' })
const entries = [near, far, bridged, other]
const anything = { dev: undefined, mac: undefined, dst: undefined }

test.each([
  { wanted: {}, selected: entries },
  { wanted: { dev: 'eth1' }, selected: [other] },
  { wanted: { dev: 'berlin' }, selected: [near, far, bridged] },
  { wanted: { mac: '02:00:00:00:00:02' }, selected: [far] },
  { wanted: { dst: '10.0.2.1' }, selected: [near] },
  { wanted: { dst: '10.0.2.1', mac: '02:00:00:00:00:02' }, selected: [] },
])('$wanted selects', ({ wanted, selected }) => {
  expect(selectEntries(entries, links, { ...anything, ...wanted })).toEqual(selected)
})

test('a device that does not exist is an error', () => {
  expect(() => selectEntries(entries, links, { ...anything, dev: 'vxlan9' })).toThrow('there is no link vxlan9')
})

test("the overlay's entries are those of vxlan links, in a bridge or not", () => {
  expect(overlayEntries(entries, links)).toEqual([near, far, bridged])
})
