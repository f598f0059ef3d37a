import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { writeYaml } from '../../../src/agent/desired/write-yaml.ts'

test('links stand in blocks, short lists on one line', () => {
  const state = {
    vxlans: { vxlan0: { id: 42, vnis: [1, '2-3'], addresses: ['10.0.1.1/24'] } },
    bridges: { br0: { ports: { vxlan0: {}, eth2: { cost: 5 } } } },
  }
  expect(writeYaml(state, ['From here'])).toBe(`# From here
vxlans:
  vxlan0:
    id: 42
    vnis: [1, 2-3]
    addresses: [10.0.1.1/24]
bridges:
  br0:
    ports:
      vxlan0: {}
      eth2: {cost: 5}
`)
})

test('a long list has a line an entry', () => {
  const vnis = Array.from({ length: 30 }, (_, index) => 100_000 + index)
  expect(writeYaml({ vxlans: { vxlan0: { vnis } } }, []).split('\n')).toHaveLength(34)
})

test('an entry of a list has a line, however long the list', () => {
  const fdb = Array.from({ length: 9 }, (_, index) => ({ mac: `02:00:00:00:00:0${index}`, dst: '10.0.2.254' }))
  const lines = writeYaml({ vxlans: { vxlan0: { fdb } } }, []).split('\n')
  expect(lines).toHaveLength(13)
  expect(lines[3]).toBe('      - {mac: 02:00:00:00:00:00, dst: 10.0.2.254}')
})

test('what is written is read back as it was', () => {
  const state = { vxlans: { no: { id: 1, alias: 'yes: # "a"\nb', addresses: [] } } }
  expect(parse(writeYaml(state, ['a\nb: c']))).toEqual(state)
})
