import { describe, expect, test } from 'vitest'
import { type ForeignLink, Model, noteDevice, noteUp } from '../../../scripts/chaos/model.ts'

const [ours, others] = [5, 6]
const byHand = '02:00:00:00:00:02 dst 10.0.2.91'
const byHandToo = '02:00:00:00:00:02 dst 10.0.2.92'
const byVxagent = '02:00:00:00:00:02 dst 10.0.2.3'

function modelWithForeignLink(): Model {
  const model = new Model()
  model.links.set(others, { name: 'fvx0', entries: new Set([byVxagent]) } as Partial<ForeignLink> as ForeignLink)
  return model
}

describe('an entry that hands put on a link of vxagent’s', () => {
  test('is theirs', () => {
    const model = modelWithForeignLink()
    model.enter(ours, byHand, [])
    expect(model.entries.get(ours)).toEqual(new Set([byHand]))
  })

  test('stays vxagent’s where it only changed one that vxagent had put there', () => {
    const model = modelWithForeignLink()
    model.enter(ours, byHand, [byVxagent])
    expect(model.entries.get(ours)).toBeUndefined()
    expect(model.everEntered).toEqual(new Set([byHand]))
  })

  test('is theirs where it changed one of theirs, which is gone', () => {
    const model = modelWithForeignLink()
    model.enter(ours, byHand, [])
    model.enter(ours, byHandToo, [byHand])
    expect(model.entries.get(ours)).toEqual(new Set([byHandToo]))
  })

  test('for floods is theirs beside other destinations, and vxagent’s where that was there already', () => {
    const model = modelWithForeignLink()
    const [one, other] = ['00:00:00:00:00:00 dst 10.0.2.91', '00:00:00:00:00:00 dst 10.0.2.2']
    model.enter(ours, one, [other])
    model.enter(ours, other, [one, other])
    expect(model.entries.get(ours)).toEqual(new Set([one]))
  })
})

test('on a link of others every entry is theirs, whichever it replaced', () => {
  const model = modelWithForeignLink()
  model.enter(others, byHand, [byVxagent])
  expect(model.links.get(others)?.entries).toEqual(new Set([byHand]))
})

test('a link that goes down loses its IPv6 addresses, one that is down already keeps them', () => {
  const link = { isUp: true, addresses: new Set(['192.0.2.1/24', '2001:db8:99::1/64']) }
  noteUp(link, false)
  expect(link.addresses).toEqual(new Set(['192.0.2.1/24']))
  link.addresses.add('2001:db8:99::1/64')
  noteUp(link, false)
  expect(link.addresses).toEqual(new Set(['192.0.2.1/24', '2001:db8:99::1/64']))
})

test('a vxlan that gets another device has no more than its MTU allows, and keeps its own with the same device', () => {
  const link = { dev: 2, mtu: 1450 }
  noteDevice(link, 2, 1400)
  expect(link).toEqual({ dev: 2, mtu: 1450 })
  noteDevice(link, 3, 1400)
  expect(link).toEqual({ dev: 3, mtu: 1350 })
})
