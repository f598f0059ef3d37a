import { expect, test } from 'vitest'
import { type Neighbour, neighbour } from '../../../src/rtnetlink/messages/neighbour.ts'
import { encodeAll, hex } from '../../support/bytes.ts'
import { golden } from '../../support/golden.ts'
import { goldenMessages, goldenValue } from '../../support/golden-message.ts'

test.each([
  [
    'fdb-append-remote',
    { family: 7, state: 0xc0, flags: 0x02, attributes: { lladdr: '00:00:00:00:00:00', dst: '10.0.2.254' } },
  ],
  [
    'fdb-add-full',
    {
      family: 7,
      ifindex: 4,
      attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254', vni: 43, port: 4789, ifindex: 3 },
    },
  ],
  ['fdb-delete', { family: 7, attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254' } }],
])('%s reads as iproute2 meant it', (name, value) => {
  expect(goldenValue(name)).toMatchObject(value)
})

test('an FDB entry has the bytes of iproute2 when we write it, order apart', () => {
  const { attributes, ...header } = goldenValue<Neighbour>('fdb-add-full')
  const ours = encodeAll(neighbour, { ...header, attributes })
  // Ours go by number: NDA_DST before NDA_LLADDR, where bridge has them the other way round.
  const [lladdr, dst] = [hex('0a000200 02000000 00fe0000'), hex('08000100 0a0002fe')]
  const theirs = golden('fdb-add-full').subarray(16)
  const swapped = Buffer.concat([theirs.subarray(0, 12), dst, lladdr, theirs.subarray(12 + lladdr.length + dst.length)])
  expect(ours).toEqual(swapped)
})

test('the forwarding table as the kernel dumps it', () => {
  const entries = goldenMessages('fdb-dump-vxlan').map(({ value }) => value as Neighbour)
  expect(entries).toMatchObject([
    {
      family: 7,
      ifindex: 4,
      state: 0x42,
      attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254', vni: 43, port: 4789 },
    },
    {
      family: 7,
      ifindex: 4,
      state: 0x82,
      flags: 0x02,
      attributes: { lladdr: '00:00:00:00:00:00', dst: '239.1.1.1', ifindex: 3 },
    },
  ])
})

test('an ARP entry is the same message in another family', () => {
  const entries = goldenMessages('neighbour-dump').map(({ value }) => value as Neighbour)
  expect(entries).toContainEqual(
    expect.objectContaining({
      family: 2,
      state: 0x80,
      attributes: expect.objectContaining({ dst: '10.0.1.7', lladdr: '02:00:00:00:00:07' }),
    }),
  )
})

test('a notification of a new entry', () => {
  expect(goldenMessages('fdb-event-add')).toMatchObject([
    {
      object: 'neighbour',
      verb: 'new',
      value: { family: 7, attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254' } },
    },
  ])
})
