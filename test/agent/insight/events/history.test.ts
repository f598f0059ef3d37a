/** What the kernel says, in its order, as what happened: causes that show only afterwards, vxagent's own traces, and what a resync finds. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { OverlayEvent } from '../../../../src/agent/answers/overlay-event.ts'
import { EventLog } from '../../../../src/agent/insight/events/event-log.ts'
import { History } from '../../../../src/agent/insight/events/history.ts'
import { fold } from '../../../../src/agent/kernel/fold.ts'
import type { Observed } from '../../../../src/agent/kernel/observed.ts'
import type { Action } from '../../../../src/agent/reconcile/plan/action.ts'
import { constants, type Link, type Neighbour, type RouteMessage } from '../../../../src/rtnetlink/index.ts'
import { address, device, observed, vxlan } from '../../../support/builders.ts'
import { clockTicksWhenLookedAt } from '../../../support/turns.ts'

const { NTF_SELF, NTF_EXT_LEARNED, NUD_REACHABLE, NUD_STALE, NUD_PERMANENT, NUD_NOARP, IFF_UP } = constants

const eth1 = device(2, 'eth1')
const vxlan0 = vxlan(3, 'vxlan0', { id: 42, group: '239.1.1.1', link: 2, port: 8472 })
const macA = '02:00:00:00:00:fe'

function entry(mac: string, dst: string | undefined, parts: Partial<Neighbour> = {}): Neighbour {
  const attributes = { lladdr: mac, ...(dst !== undefined && { dst }) }
  return { family: 7, ifindex: 3, state: NUD_REACHABLE, flags: NTF_SELF, type: 0, attributes, ...parts }
}

/** A host that is watched; its messages are told one after the other. */
class Watched {
  tables: Observed
  readonly log = new EventLog()
  readonly history: History

  constructor(links: readonly Link[] = [eth1, vxlan0]) {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    this.tables = observed(links)
    const self = this
    const names = {
      nameOf: (index: number) => self.tables.links.get(index)?.attributes.ifname,
      indexOf: () => 0,
    }
    this.history = new History(this.log, {
      get observed() {
        return self.tables
      },
      names,
    })
    // The first one tells at once that the agent has started.
    void this.history.noteResync(observed([]))
  }

  tell(verb: 'new' | 'delete', ...values: readonly (Neighbour | Link)[]): this {
    for (const value of values) {
      const object = 'state' in value ? 'neighbour' : 'link'
      const message = { object, verb, value } as RouteMessage
      this.history.noteChange(fold(this.tables, message))
    }
    return this
  }

  /** What was told since the beginning, once everything that is waited for has been decided. */
  told(...keys: (keyof OverlayEvent)[]): unknown[] {
    vi.advanceTimersByTime(1000)
    const { events } = this.log.read(1, 5000)
    return events.map((event) => [event.kind, ...keys.map((key) => event[key])])
  }
}

function down(link: Link): Link {
  return { ...link, flags: link.flags & ~IFF_UP }
}

describe('why an entry went', () => {
  test('it aged', () => {
    const host = new Watched()
      .tell('new', entry(macA, '10.0.2.254'))
      .tell('delete', entry(macA, '10.0.2.254', { state: NUD_STALE }))
    expect(host.told('vtep')).toEqual([
      ['learned', '10.0.2.254'],
      ['aged-out', '10.0.2.254'],
    ])
  })

  test('somebody removed it: nothing else follows', () => {
    const host = new Watched().tell('new', entry(macA, '10.0.2.254')).tell('delete', entry(macA, '10.0.2.254'))
    expect(host.told('cause')).toEqual([
      ['learned', undefined],
      ['deleted', undefined],
    ])
  })

  test('its link went down: what was learned is flushed by that, what was put there is not', () => {
    const fixed = entry('02:00:00:00:00:aa', '10.0.2.9', { state: NUD_PERMANENT | NUD_NOARP })
    const host = new Watched().tell('new', entry(macA, '10.0.2.254'), fixed)
    host.tell('delete', entry(macA, '10.0.2.254'), fixed).tell('new', down(vxlan0))
    expect(host.told('mac', 'cause').slice(2)).toEqual([
      ['flushed', macA, 'link down'],
      ['link-down', undefined, undefined],
      ['deleted', '02:00:00:00:00:aa', undefined],
    ])
  })

  test('its link was deleted: everything went with it, though the link went down first', () => {
    const fixed = entry('02:00:00:00:00:aa', '10.0.2.9', { state: NUD_PERMANENT | NUD_NOARP })
    const host = new Watched().tell('new', entry(macA, '10.0.2.254'), fixed)
    host.tell('delete', entry(macA, '10.0.2.254'), fixed).tell('new', down(vxlan0)).tell('delete', vxlan0)
    expect(host.told('mac', 'cause').slice(2)).toEqual([
      ['flushed', macA, 'link down'],
      ['link-down', undefined, undefined],
      ['flushed', '02:00:00:00:00:aa', 'link deleted'],
      ['link-deleted', undefined, undefined],
    ])
  })

  test('thousands that went with a link are one event with their number', () => {
    const many = Array.from({ length: 1001 }, (_, n) => {
      const low = n.toString(16).padStart(4, '0')
      return entry(`02:00:00:00:${low.slice(0, 2)}:${low.slice(2)}`, '10.0.2.9', { state: NUD_PERMANENT | NUD_NOARP })
    })
    const host = new Watched().tell('new', ...many)
    host.tell('delete', ...many).tell('delete', vxlan0)
    expect(host.told('mac', 'cause', 'count').slice(-2)).toEqual([
      ['flushed', undefined, 'link deleted', 1001],
      ['link-deleted', undefined, undefined, undefined],
    ])
  })

  test('an entry that went long before the link did was removed by somebody', () => {
    const host = new Watched().tell('new', entry(macA, '10.0.2.254')).tell('delete', entry(macA, '10.0.2.254'))
    vi.advanceTimersByTime(1000)
    expect(host.tell('new', down(vxlan0)).told().slice(1)).toEqual([['deleted'], ['link-down']])
  })

  test("a bridge's port: its entries go after it has gone down", () => {
    const bridge = device(5, 'br0')
    const br0 = { ...bridge, attributes: { ...bridge.attributes, linkinfo: { kind: 'bridge', data: {} } } } as Link
    const inBridge = (link: Link): Link => ({ ...link, attributes: { ...link.attributes, master: 5 } })
    const port = inBridge(device(6, 'eth2'))
    const host = new Watched([eth1, br0, inBridge(vxlan0), port])
    const local = entry(macA, undefined, { ifindex: 6, flags: 0, attributes: { lladdr: macA, master: 5 } })
    host.tell('new', local, down(port)).tell('delete', local)
    expect(host.told('dev', 'vtep', 'cause')).toEqual([
      ['learned', 'eth2', 'eth2', undefined],
      ['link-down', 'eth2', undefined, undefined],
      ['flushed', 'eth2', 'eth2', 'link down'],
    ])
  })
})

describe('what comes and changes', () => {
  test('a move, an entry that somebody puts there, one that becomes permanent, and what says nothing new', () => {
    const host = new Watched()
    host.tell('new', entry(macA, '10.0.2.254'), entry(macA, '10.0.2.254'), entry(macA, '10.0.2.253'))
    host.tell('new', entry(macA, '10.0.2.253', { state: NUD_PERMANENT | NUD_NOARP }))
    host.tell('new', entry('02:00:00:00:00:cc', '10.0.2.9', { flags: NTF_SELF | NTF_EXT_LEARNED }))
    expect(host.told('from', 'vtep', 'changes', 'cause')).toEqual([
      ['learned', undefined, '10.0.2.254', undefined, undefined],
      ['moved', '10.0.2.254', '10.0.2.253', undefined, undefined],
      ['changed', undefined, '10.0.2.253', ['permanent'], undefined],
      ['added', undefined, '10.0.2.9', undefined, 'extern_learn'],
    ])
  })

  test('remotes of the all-zeros MAC address come beside each other: none of them moved', () => {
    const zero = '00:00:00:00:00:00'
    const state = NUD_PERMANENT | NUD_NOARP
    const host = new Watched().tell('new', entry(zero, '10.0.2.1', { state }), entry(zero, '10.0.2.2', { state }))
    expect(host.told('vtep', 'cause')).toEqual([
      ['added', '10.0.2.1', 'flood'],
      ['added', '10.0.2.2', 'flood'],
    ])
  })

  test('a MAC address of this very host, learned from afar, is a duplicate at once', () => {
    const host = new Watched().tell('new', entry(vxlan0.attributes.address ?? '', '10.0.2.254'))
    expect(host.told('cause')[1]).toEqual(['duplicate', 'vxlan0 of this host has it itself'])
  })

  test('a link tells what of it changed, in the words of the desired file', () => {
    const host = new Watched()
    host.tell('new', vxlan(3, 'vxlan0', { id: 42, group: '239.1.1.2', link: 2, port: 8472 }, { mtu: 1400 }))
    expect(host.told('changes')).toEqual([['link-changed', ['group 239.1.1.1 -> 239.1.1.2', 'mtu 1500 -> 1400']]])
  })

  test('links beside the overlay are nobody’s concern, until a vxlan stands on one', () => {
    const eth9 = device(9, 'eth9')
    const host = new Watched().tell('new', eth9, down(eth9))
    expect(host.told()).toEqual([])
    host.tell('new', vxlan(10, 'vxlan9', { id: 9, link: 9 }), eth9)
    expect(host.told('dev')).toEqual([
      ['link-added', 'vxlan9'],
      ['link-up', 'eth9'],
    ])
    host.tell('delete', vxlan(10, 'vxlan9', { id: 9, link: 9 }), eth9)
    expect(host.told('dev').slice(2)).toEqual([
      ['link-deleted', 'vxlan9'],
      ['link-deleted', 'eth9'],
    ])
  })
})

describe("vxagent's own doing", () => {
  const removal: Action = {
    kind: 'removeEntries',
    link: 'vxlan0',
    table: 'fdb',
    reason: 'no longer declared',
    entries: [{ key: '02:00:00:00:00:aa', present: entry('02:00:00:00:00:aa', '10.0.2.9') }],
  }
  const fixed = { state: NUD_PERMANENT | NUD_NOARP }

  test('what it removes is withdrawn; what goes beside it is not', () => {
    const host = new Watched()
    const [own, other] = [entry('02:00:00:00:00:aa', '10.0.2.9', fixed), entry('02:00:00:00:00:bb', '10.0.2.9', fixed)]
    host.tell('new', own, other)
    host.history.noteActions([removal])
    host.tell('delete', own, other)
    host.history.noteCycleEnd()
    expect(host.told('mac').slice(2)).toEqual([
      ['withdrawn', '02:00:00:00:00:aa'],
      ['deleted', '02:00:00:00:00:bb'],
    ])
  })

  test('a learned entry that it removes is withdrawn too, as those behind a member that left', () => {
    const host = new Watched()
    const [own, other] = [entry('02:00:00:00:00:aa', '10.0.2.9'), entry('02:00:00:00:00:bb', '10.0.2.9')]
    host.tell('new', own, other)
    host.history.noteActions([removal])
    host.tell('delete', own, other)
    host.history.noteCycleEnd()
    host.history.close()
    expect(host.told('mac').slice(2)).toEqual([
      ['withdrawn', '02:00:00:00:00:aa'],
      ['deleted', '02:00:00:00:00:bb'],
    ])
  })

  test('a repair tells the drift and what was done, and a refusal its reason', () => {
    const host = new Watched()
    const change: Action = {
      kind: 'changeLink',
      link: 'vxlan0',
      ifindex: 3,
      reason: 'differs',
      wanted: { kind: 'vxlan', name: 'vxlan0', spec: { id: 42 }, path: [] },
      changes: [{ attribute: 'ttl', from: 1, to: 16 }],
    }
    host.history.noteOutcomes([{ action: change }], () => true)
    host.history.noteOutcomes([{ action: removal, error: new Error('EBUSY') }], () => false)
    expect(host.told('dev', 'changes', 'actions', 'cause')).toEqual([
      ['repair', 'vxlan0', ['ttl was 1, is to be 16'], ['~ link vxlan0: ttl 1 -> 16 (differs)'], undefined],
      ['failed', 'vxlan0', undefined, [expect.stringMatching(/^- /)], 'EBUSY'],
    ])
  })
})

describe('what a resync finds', () => {
  test('a loss is told once, and the dump after it what it had missed', async () => {
    const host = new Watched().tell('new', entry(macA, '10.0.2.254'), entry('02:00:00:00:00:bb', '10.0.2.254'))
    host.history.noteOverrun()
    host.history.noteOverrun()
    const before = host.tables
    const after = observed([eth1, vxlan0], [address(3, '10.0.1.1/24')])
    after.fdb.set(
      3,
      new Map([
        [macA, entry(macA, '10.0.2.253')],
        ['02:00:00:00:00:cc', entry('02:00:00:00:00:cc', '10.0.2.9')],
      ]),
    )
    host.tables = after
    await host.history.noteResync(before)
    expect(host.told('mac', 'cause', 'count').slice(2)).toEqual([
      ['overrun', undefined, undefined, undefined],
      ['address-added', undefined, 'seen at a resync', undefined],
      ['moved', macA, 'seen at a resync', undefined],
      ['learned', '02:00:00:00:00:cc', 'seen at a resync', undefined],
      ['deleted', '02:00:00:00:00:bb', 'seen at a resync', undefined],
      ['resync', undefined, 'events had been lost', 4],
    ])
  })

  test('a dump that finds nothing new is not worth a word', async () => {
    const host = new Watched()
    await host.history.noteResync(host.tables)
    expect(host.told()).toEqual([])
  })

  test('what comes while the tables are compared is told once', async () => {
    clockTicksWhenLookedAt()
    const host = new Watched()
    const mac = (at: number): string =>
      `02:00:00:00:${(at >> 8).toString(16).padStart(2, '0')}:${(at & 255).toString(16).padStart(2, '0')}`
    const table = (from: number, to: number, dst: string): Map<string, Neighbour> =>
      new Map(Array.from({ length: to - from }, (_, at) => [mac(from + at), entry(mac(from + at), dst)]))
    const before = observed([eth1, vxlan0])
    before.fdb.set(3, table(0, 5000, '10.0.2.9'))
    host.tables = observed([eth1, vxlan0])
    // The first one went missedChanges, and one at the end came.
    host.tables.fdb.set(3, table(1, 5001, '10.0.2.9'))
    const told = host.log.end
    const compared = host.history.noteResync(before)
    host.tell('new', entry(mac(6000), '10.0.2.9'), entry(mac(5000), '10.0.2.8'), entry(mac(4000), '10.0.2.8'))
    host.tell('delete', entry(mac(4001), '10.0.2.9', { state: NUD_STALE }))
    await compared
    const events = host.log.read(told, 100).events
    expect(events.map(({ kind, mac: of, cause }) => [kind, of, cause])).toEqual([
      ['learned', mac(6000), undefined],
      ['moved', mac(5000), undefined],
      ['moved', mac(4000), undefined],
      ['aged-out', mac(4001), undefined],
      ['learned', mac(5000), 'seen at a resync'],
      ['deleted', mac(0), 'seen at a resync'],
      ['resync', undefined, undefined],
    ])
  })

  test('of very many the first are told, and how many there were', async () => {
    const host = new Watched()
    const before = host.tables
    host.tables = observed([eth1, vxlan0])
    const many = Array.from(
      { length: 3000 },
      (_, at) => `02:00:00:00:${(at >> 8).toString(16).padStart(2, '0')}:${(at & 255).toString(16).padStart(2, '0')}`,
    )
    host.tables.fdb.set(3, new Map(many.map((mac) => [mac, entry(mac, '10.0.2.9')])))
    await host.history.noteResync(before)
    const told = host.log.read(1, 5000).events
    expect([told.length, told.at(-1)?.kind, told.at(-1)?.count]).toEqual([1001, 'resync', 3000])
  })
})

test('a remote is known since the first entry that led there', () => {
  const host = new Watched()
  vi.setSystemTime(5000)
  host.tell('new', entry(macA, '10.0.2.254'))
  vi.setSystemTime(9000)
  host.tell('new', entry('02:00:00:00:00:bb', '10.0.2.254'), entry(macA, '10.0.2.253'))
  expect([host.history.firstSeen.at(3, '10.0.2.254'), host.history.firstSeen.at(3, '10.0.2.253')]).toEqual([5000, 9000])
  host.tell('delete', vxlan0)
  expect(host.history.firstSeen.at(3, '10.0.2.254')).toBeUndefined()
})

test('objects that stand otherwise are told, and the files too; warnings, and objects that are gone, are not', () => {
  const host = new Watched()
  const object = { name: 'vxlan0', kind: 'vxlan', warnings: [], since: '' } as const
  host.history.noteStatusChanges([
    { what: 'object', object: { ...object, state: 'waiting', reason: 'there is no eth7' } },
    { what: 'warning', name: 'vxlan0', warning: 'its MTU is large' },
  ])
  host.history.noteStatusChanges([
    { what: 'files', isValid: false, enforcing: 'last valid' },
    { what: 'issues' },
    { what: 'object', object: { ...object, state: 'converged' } },
    { what: 'object gone', name: 'vxlan1' },
  ])
  expect(host.told('message')).toEqual([
    ['state', 'vxlan0 is waiting: there is no eth7'],
    ['state', 'the desired files are invalid, in force: last valid'],
    ['state', 'vxlan0 is converged'],
  ])
})

test('of a port that lost its place it is told whether it comes back', () => {
  const { history, log } = new Watched()
  history.noteGuestsLost([
    { name: 'tap0', bridge: 'br0' },
    { name: 'eth1', bridge: 'br0', isForgotten: true },
  ])
  expect(log.read(0, 10, ({ kind }) => kind === 'port-lost').events.map(({ message }) => message)).toEqual([
    'tap0 has lost its place in br0, which went; it comes back if vxagent makes br0 again',
    'eth1 has lost its place in br0, which went; it does not come back, as it has an address of its own by now, or a file names it otherwise',
  ])
})
