import { expect, test } from 'vitest'
import { importTexts } from './support.ts'

test('a vxlan without a VNI is left out as a whole, and from its bridge', () => {
  const { vxlans, bridges, leftOut } = importTexts(
    'vyos',
    'set interfaces vxlan vxlan1 remote 10.0.0.2\nset interfaces bridge br0 member interface vxlan1',
  )
  expect(vxlans).toEqual({})
  expect(bridges['br0']).not.toHaveProperty('ports')
  expect(leftOut).toHaveLength(1)
  expect(leftOut[0]).toMatch(
    /^file:1:\d+: not carried over: interfaces vxlan vxlan1: vxlan1 is left out as a whole: vxlan1 has no id/,
  )
})

test.each([
  { what: 'a group without an underlay', settings: 'group 239.1.1.1', named: 'group 239.1.1.1' },
  {
    what: 'two families',
    settings: 'remote 10.0.0.2 \n source-address 2001:db8::1',
    named: 'source-address 2001:db8::1',
  },
  {
    what: 'a flow label over IPv4',
    settings: 'parameters { ipv6 { flowlabel 5 \n } }',
    named: 'parameters ipv6 flowlabel 5',
  },
])('$what, which validate would refuse, is taken out', ({ settings, named }) => {
  const { vxlans, leftOut } = importTexts('vyos', `interfaces { vxlan vxlan1 { vni 1 \n ${settings} \n } }`)
  expect(vxlans['vxlan1']).toMatchObject({ id: 1 })
  expect(leftOut).toHaveLength(1)
  expect(leftOut[0]).toContain(`not carried over: interfaces vxlan vxlan1 ${named}: `)
})

test('of two links with one VNI on one port, the second is taken out', () => {
  const { vxlans, leftOut } = importTexts(
    'vyos',
    'set interfaces vxlan vxlan1 vni 1\nset interfaces vxlan vxlan2 vni 1\nset interfaces vxlan vxlan3 vni 3',
  )
  expect(Object.keys(vxlans)).toEqual(['vxlan1', 'vxlan3'])
  expect(leftOut).toEqual([expect.stringContaining('vxlan2 is left out as a whole: id 1 of vxlan2 is taken')])
})

test.each(['a-name-that-is-too-long', 'a/b', '__proto__'])('a link that no kernel would take: %s', (name) => {
  const { vxlans, leftOut } = importTexts('vyos', `set interfaces vxlan ${name} vni 1`)
  expect(vxlans).toEqual({})
  expect(leftOut).toEqual([expect.stringContaining(`interfaces vxlan ${name}: the name of an interface must `)])
})

test('of two links with one address, the second loses that address alone', () => {
  const { vxlans, leftOut } = importTexts(
    'vyos',
    `set interfaces vxlan vxlan1 vni 1
set interfaces vxlan vxlan1 address 10.0.1.1/24
set interfaces vxlan vxlan2 vni 2
set interfaces vxlan vxlan2 address 10.0.2.1/24
set interfaces vxlan vxlan2 address 10.0.1.1/24
`,
  )
  expect(vxlans).toMatchObject({ vxlan1: { addresses: ['10.0.1.1/24'] }, vxlan2: { addresses: ['10.0.2.1/24'] } })
  expect(leftOut).toEqual([
    expect.stringMatching(/^file:5:\d+: not carried over: interfaces vxlan vxlan2 address 10.0.1.1\/24: /),
  ])
})

test('of several bad entries of a list each is taken out, and the good ones stay', () => {
  const own = ['10.0.2.1/24', '10.0.3.1/24', '10.0.4.1/24']
  const taken = ['10.0.1.1/24', '10.0.1.2/24', '10.0.1.3/24']
  const address = (link: string, each: string): string => `set interfaces vxlan ${link} address ${each}`
  const { vxlans, leftOut } = importTexts(
    'vyos',
    [
      'set interfaces vxlan vxlan1 vni 1',
      ...taken.map((each) => address('vxlan1', each)),
      'set interfaces vxlan vxlan2 vni 2',
      ...[taken[0], own[0], taken[1], taken[2], own[1], own[2]].map((each) => address('vxlan2', each ?? '')),
    ].join('\n'),
  )
  expect(vxlans['vxlan2']).toEqual(expect.objectContaining({ id: 2, addresses: own }))
  expect(leftOut.map((line) => line.split(': ')[2])).toEqual(
    taken.map((each) => `interfaces vxlan vxlan2 address ${each}`),
  )
})
