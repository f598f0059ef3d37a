import { expect, test } from 'vitest'
import { withoutInvalid } from '../../../../src/agent/convert/export/without-invalid.ts'
import type { DesiredState } from '../../../../src/agent/desired/schema.ts'

const state = (vxlans: object, bridges: object = {}): DesiredState => ({ vxlans, bridges }) as DesiredState

test('a valid state is handed on as it is', () => {
  const valid = state({ vxlan0: { id: 1, dstport: 4789 } })
  expect(withoutInvalid(valid)).toEqual({ state: valid, leftOut: [] })
})

test('what no file may say is left out, each value by itself, and told', () => {
  const exported = state(
    { vxlan0: { id: 1, dstport: 4789, sysctl: { ipv6: { accept_dad: -1, accept_ra: 0 } } } },
    { br0: { ageing_time: 123.4, stp: true } },
  )
  const { state: left, leftOut } = withoutInvalid(exported)
  expect(left).toEqual(
    state({ vxlan0: { id: 1, dstport: 4789, sysctl: { ipv6: { accept_ra: 0 } } } }, { br0: { stp: true } }),
  )
  expect(leftOut).toEqual([
    expect.stringMatching(/^left out vxlans\.vxlan0\.sysctl\.ipv6\.accept_dad: /),
    expect.stringMatching(/^left out bridges\.br0\.ageing_time: /),
  ])
  expect(exported.bridges['br0']).toEqual({ ageing_time: 123.4, stp: true })
})

test('of a list one entry is left out, and the others stay', () => {
  const [one, two] = ['10.0.0.1/24', '10.0.0.2/24']
  const { state: left, leftOut } = withoutInvalid(state({ vxlan0: { id: 1, addresses: [one, 'nonsense', two] } }))
  expect(left).toEqual(state({ vxlan0: { id: 1, addresses: [one, two] } }))
  expect(leftOut).toHaveLength(1)
})
