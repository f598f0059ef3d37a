import { describe, expect, test } from 'vitest'
import { linkNames } from '../../../src/agent/kernel/observed.ts'
import { isSecondReport } from '../../../src/agent/kernel/second-report.ts'
import type { RouteMessage } from '../../../src/rtnetlink/index.ts'
import { bridge, device, vxlan } from '../../support/builders.ts'
import { goldenMessages } from '../../support/golden-message.ts'

/** The links of the golden vectors: eth1 is 3, since its peer was made first. */
const links = new Map(
  [device(3, 'eth1'), vxlan(4, 'vxlan0', { id: 42 }), bridge(5, 'br0')].map((link) => [link.index, link]),
)
const names = linkNames(links.values())

/** An entry as one line; whether the bridge has VLANs depends on how the kernel was built, so entries for a VLAN are left out. */
function lines(messages: readonly RouteMessage[]): string[] {
  return messages.flatMap(({ object, value }) => {
    if (object !== 'neighbour' || value.attributes.vlan !== undefined) {
      return []
    }
    const { lladdr, dst } = value.attributes
    return [`${lladdr} dev ${names.get(value.ifindex)}${dst === undefined ? '' : ` dst ${dst}`} flags ${value.flags}`]
  })
}

const first = (name: string): RouteMessage[] =>
  goldenMessages(name).filter((message) => !isSecondReport(message, links))

describe.each(['6.1', '6.18'])('on Linux %s', (kernel) => {
  test('each entry that is added or replaced is reported once, with its destination', () => {
    expect(lines(first(`fdb-events-add-linux-${kernel}`))).toEqual([
      '02:00:00:00:00:fe dev vxlan0 dst 10.0.2.254 flags 18',
      '02:00:00:00:00:fe dev vxlan0 dst 10.0.2.253 flags 2',
      '00:00:00:00:00:00 dev vxlan0 dst 10.0.2.253 flags 2',
      '02:00:00:00:00:f2 dev br0 flags 0',
      '02:00:00:00:00:f3 dev eth1 flags 2',
    ])
  })

  test('each entry that is deleted is reported once, with its destination', () => {
    expect(lines(first(`fdb-events-delete-linux-${kernel}`))).toEqual([
      '02:00:00:00:00:fe dev vxlan0 dst 10.0.2.253 flags 2',
      '02:00:00:00:00:f2 dev br0 flags 0',
      '02:00:00:00:00:f3 dev eth1 flags 2',
    ])
  })
})

test('Linux 6.1 reports those of vxlans and bridges twice, Linux 6.18 does not', () => {
  const second = (name: string): string[] =>
    lines(goldenMessages(name).filter((message) => isSecondReport(message, links)))
  expect(second('fdb-events-add-linux-6.18')).toEqual([])
  expect(second('fdb-events-add-linux-6.1')).toEqual([
    '02:00:00:00:00:fe dev vxlan0 flags 2',
    '02:00:00:00:00:fe dev vxlan0 flags 2',
    '00:00:00:00:00:00 dev vxlan0 flags 2',
    '02:00:00:00:00:f2 dev br0 flags 2',
  ])
})

test('a report about a link that is not known yet is no second one', () => {
  const [, second] = goldenMessages('fdb-events-add-linux-6.1')
  expect(second && isSecondReport(second, new Map())).toBe(false)
})

test('a neighbour without an age is no forwarding entry', () => {
  const [message] = goldenMessages('fdb-events-add-linux-6.18').slice(-1)
  expect(
    message?.object === 'neighbour' &&
      isSecondReport({ ...message, value: { ...message.value, family: 2, ifindex: 4 } }, links),
  ).toBe(false)
})
