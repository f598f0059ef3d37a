import { describe, expect, test } from 'vitest'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { diff } from '../../../../src/agent/reconcile/plan/diff.ts'
import type { OwnedPort } from '../../../../src/agent/record/owned.ts'
import { nothingOwned } from '../../../../src/agent/record/owned.ts'
import type { Link } from '../../../../src/rtnetlink/index.ts'
import { desired, device, observed, owned, release } from '../../../support/builders.ts'

/** A bridge, up. */
function bridge(index: number, ifname: string): Link {
  const { attributes, ...plain } = device(index, ifname)
  return { ...plain, attributes: { ...attributes, linkinfo: { kind: 'bridge', data: {} } } }
}

/** A device as a port of a bridge. */
function portOf(master: number, index: number, ifname: string, slaveData: object = {}): Link {
  const { attributes, ...plain } = device(index, ifname)
  const linkinfo = { kind: 'veth', slaveKind: 'bridge', slaveData }
  return { ...plain, attributes: { ...attributes, master, linkinfo } as Link['attributes'] }
}

const ours = { br0: { id: 0, ifindex: 9 } }

function plan(links: readonly Link[], ports: object, records: Record<string, OwnedPort> = {}) {
  const wanted = desired({}, { br0: { ports } as never })
  const record = owned(ours)
  const links_ = { br0: { ...record.links['br0'], kind: 'bridge' as const } } as typeof record.links
  const found = diff(wanted, observed(links), { ...nothingOwned, links: links_, ports: records }, { release })
  return { actions: found.actions.map(short), obstacles: found.obstacles }
}

function short(action: Action): string {
  const changes = action.kind === 'changePort' ? action.changes.map(({ attribute, to }) => ` ${attribute} ${to}`) : []
  return `${action.kind} ${action.link}${changes.join('')}`
}

const br0 = bridge(9, 'br0')

describe('a link that is not ours', () => {
  test('is attached, and gets its options', () => {
    expect(plan([br0, device(3, 'tap0')], { tap0: { isolated: true } })).toEqual({
      actions: ['attachPort tap0', 'changePort tap0 isolated true'],
      obstacles: [],
    })
  })

  test('that somebody attached already is left where it is, with what is stated', () => {
    expect(plan([br0, portOf(9, 3, 'tap0')], { tap0: {} })).toEqual({ actions: [], obstacles: [] })
    expect(plan([br0, portOf(9, 3, 'tap0')], { tap0: { hairpin: true } }).actions).toEqual([
      'changePort tap0 hairpin true',
    ])
  })

  test('that does not exist is waited for, and nothing is made', () => {
    const { actions, obstacles } = plan([br0], { tap0: {} })
    expect(actions).toEqual([])
    expect(obstacles).toEqual([
      {
        link: 'tap0',
        kind: 'waiting',
        reason: expect.stringContaining('tap0 does not exist'),
        waitsFor: { link: 'tap0', isDeclared: false },
        path: expect.anything(),
      },
    ])
  })

  test('in a bridge of somebody else stays there: a conflict', () => {
    const { actions, obstacles } = plan([br0, bridge(8, 'docker0'), portOf(8, 3, 'tap0')], { tap0: {} })
    expect(actions).toEqual([])
    expect(obstacles).toEqual([
      expect.objectContaining({ link: 'tap0', kind: 'conflict', reason: expect.stringContaining('docker0') }),
    ])
  })

  test('is not attached to a stranger that has the name of its bridge', () => {
    const { actions, obstacles } = plan([bridge(8, 'br0'), device(3, 'tap0')], { tap0: {} })
    expect(actions).toEqual([])
    expect(obstacles.map(({ link, kind }) => [link, kind])).toEqual([
      ['br0', 'conflict'],
      ['tap0', 'waiting'],
    ])
  })

  test('is not a link of ours that somebody has given its name', () => {
    const { actions } = plan([bridge(9, 'tap0')], { tap0: {} })
    expect(actions).toEqual(['deleteLink tap0', 'createLink br0'])
  })

  test('moves from one bridge of ours to another', () => {
    const links = [br0, bridge(8, 'br1'), portOf(8, 3, 'tap0')]
    const attached = { ifindex: 3, master: 'br1', stated: [] }
    // Its record is that of the bridge that it is in, until it is in none.
    expect(plan(links, { tap0: {} }, { tap0: attached }).actions).toEqual(['detachPort tap0', 'attachPort tap0'])
    expect(plan(links, { tap0: {} }, { old0: attached }).actions).toEqual(['attachPort tap0'])
  })

  test('has an option back at its default that is no longer stated', () => {
    const record = { tap0: { ifindex: 3, master: 'br0', stated: ['port.isolated'] } }
    expect(plan([br0, portOf(9, 3, 'tap0', { isolated: true })], { tap0: {} }, record).actions).toEqual([
      'changePort tap0 isolated false',
    ])
  })

  test('keeps what another link of its name was given', () => {
    const record = { tap0: { ifindex: 33, master: 'br0', stated: ['port.isolated'] } }
    expect(plan([br0, portOf(9, 3, 'tap0', { isolated: true })], { tap0: {} }, record).actions).toEqual([])
  })
})

describe('a link that no file names any more', () => {
  const record = { tap0: { ifindex: 3, master: 'br0', stated: [] } }

  test('is detached where it was attached, and stays', () => {
    expect(plan([br0, portOf(9, 3, 'tap0')], {}, record).actions).toEqual(['detachPort tap0'])
  })

  test('is left alone in a stranger that has the name of the bridge to which it was attached', () => {
    const attached = { tap0: { ifindex: 3, master: 'br1', masterIfindex: 7, stated: [] } }
    expect(plan([br0, bridge(8, 'br1'), portOf(8, 3, 'tap0')], {}, attached).actions).toEqual([])
  })

  test('is detached from the bridge to which it was attached, whatever that is called now', () => {
    const attached = { tap0: { ifindex: 3, master: 'br1', masterIfindex: 7, stated: [] } }
    expect(plan([br0, bridge(7, 'renamed0'), portOf(7, 3, 'tap0')], {}, attached).actions).toEqual(['detachPort tap0'])
  })

  test('is left alone where somebody took it elsewhere, or out, or made it anew', () => {
    expect(plan([br0, bridge(8, 'docker0'), portOf(8, 3, 'tap0')], {}, record).actions).toEqual([])
    expect(plan([br0, device(3, 'tap0')], {}, record).actions).toEqual([])
    expect(plan([br0, portOf(9, 4, 'tap0')], {}, record).actions).toEqual([])
  })
})
