import { describe, expect, test } from 'vitest'
import { lingerMs, movesWithinMs } from '../../../src/fleet/members/own-macs.ts'
import { VniMacs } from '../../../src/fleet/members/vni-macs.ts'
import type { MacLine } from '../../../src/fleet/records/mac-record.ts'

const mac = '02:00:00:00:00:aa'
const other = '02:00:00:00:00:bb'

const line = (sequence = 0, ips: readonly string[] = [], of = mac): MacLine => ({ mac: of, sequence, ips })
const shown = (ips: readonly string[] = [], of = mac, isOwn = false) => ({ mac: of, isOwn, ips })

/** A host and those it hears of. */
function hostNamed(self: string, nodes: readonly string[] = ['a', 'b', 'c']): VniMacs {
  const macs = new VniMacs(self)
  const others = nodes.filter((node) => node !== self)
  macs.setVteps(new Map(others.map((node) => [node, { address: `10.0.2.${node.charCodeAt(0)}` }])), 0)
  return macs
}

const entries = (macs: VniMacs): string[] => [...macs.chunks.texts()].flatMap(([, text]) => text.split('\n')).sort()
const said = (macs: VniMacs): string[] =>
  [...macs.ownChunks.lines()].map((each) => [each.mac, each.sequence, ...each.ips].join(' ')).sort()

/** Everything that hosts say reaches all the others. */
function exchange(hosts: readonly VniMacs[], names: readonly string[], now: number): void {
  for (let isQuiet = false; !isQuiet; ) {
    isQuiet = true
    for (const [index, host] of hosts.entries()) {
      for (const [chunk, lines] of host.ownChunks.takeChanges()) {
        isQuiet = false
        for (const each of hosts.filter((one) => one !== host)) {
          each.stored(names[index] as string, chunk, lines, now)
        }
      }
    }
  }
}

describe('what others have', () => {
  test('is where they are, with the port where it is another and the addresses that are known', () => {
    const macs = hostNamed('a')
    macs.stored('b', '0', [line(0, ['10.0.1.5', '2001:db8::5']), line(3, [], other)], 0)
    expect(entries(macs)).toEqual([`${mac} b 10.0.2.98 - 10.0.1.5 2001:db8::5`, `${other} b 10.0.2.98 -`])
    macs.setVteps(new Map([['b', { address: '10.0.2.98', port: 8472 }]]), 0)
    expect(entries(macs)).toEqual([`${mac} b 10.0.2.98 8472 10.0.1.5 2001:db8::5`, `${other} b 10.0.2.98 8472`])
  })

  test('does not count from a host whose address does not', () => {
    const macs = hostNamed('a')
    macs.stored('evil', '0', [line(9)], 0)
    expect(entries(macs)).toEqual([])
    macs.stored('b', '0', [line(1)], 0)
    expect(entries(macs)).toEqual([`${mac} b 10.0.2.98 -`])
  })

  test('the greater number counts, and of equal ones the lower id', () => {
    const macs = hostNamed('a')
    macs.stored('c', '0', [line(4)], 0)
    macs.stored('b', '0', [line(4)], 0)
    expect(entries(macs)).toEqual([`${mac} b 10.0.2.98 -`])
    macs.stored('c', '0', [line(5)], 0)
    expect(entries(macs)).toEqual([`${mac} c 10.0.2.99 -`])
    macs.stored('c', '0', [], 0)
    expect(entries(macs)).toEqual([`${mac} b 10.0.2.98 -`])
  })

  test('stays when its key is gone, until that is long enough ago; a line that has moved to another chunk stays', () => {
    const macs = hostNamed('a')
    macs.stored('b', '0', [line()], 0)
    macs.table.gone('b', '0', 100)
    macs.expire(99, 200)
    expect(entries(macs)).toHaveLength(1)
    macs.stored('b', '1', [line()], 200)
    macs.expire(100, 300)
    expect(entries(macs)).toEqual([`${mac} b 10.0.2.98 -`])
    macs.setVteps(new Map(), 300)
    expect(entries(macs)).toEqual([])
    macs.setVteps(new Map([['b', { address: '10.0.2.98' }]]), 400)
    expect(entries(macs)).toHaveLength(1)
  })

  test('costs the agent one chunk when one address changes', () => {
    const macs = hostNamed('a')
    for (let chunk = 0; chunk < 100; chunk += 1) {
      const of = (index: number): string =>
        `02:00:00:${[chunk, index].map((part) => part.toString(16).padStart(2, '0')).join(':')}:01`
      macs.stored(
        'b',
        `${chunk}`,
        Array.from({ length: 100 }, (_, index) => line(0, [], of(index))),
        0,
      )
    }
    const before = new Set(macs.chunks.summary.chunks)
    expect(macs.chunks.summary.count).toBe(10_000)
    expect(before.size).toBeGreaterThan(30)
    macs.stored('c', '0', [line()], 0)
    expect(macs.chunks.summary.chunks.filter((hash) => !before.has(hash))).toHaveLength(1)
  })
})

test('what an earlier run handed over stays until its host says something else, or long enough', () => {
  const macs = hostNamed('a')
  macs.remember('b', [line(0, ['10.0.1.5']), line(0, [], other)], 100)
  expect(entries(macs)).toHaveLength(2)
  macs.stored('b', '0', [line(3)], 200)
  macs.stored('c', '0', [line(0, [], other)], 200)
  macs.expire(100, 300)
  expect(entries(macs)).toEqual([`${mac} b 10.0.2.98 -`, `${other} c 10.0.2.99 -`])
})

test('addresses of this host itself are at no other', () => {
  const macs = hostNamed('a')
  macs.stored('b', '0', [line(0, ['10.0.1.1', '10.0.1.5'])], 0)
  macs.show([shown(['10.0.1.1'], other, true)], [], 0)
  expect(entries(macs)).toEqual([`${mac} b 10.0.2.98 - 10.0.1.5`])
})

describe('what this host has', () => {
  test('is said with 0 where nobody has it, and withdrawn a while after it is gone', () => {
    const macs = hostNamed('a')
    macs.show([shown(['10.0.1.1'])], [], 0)
    expect(said(macs)).toEqual([`${mac} 0 10.0.1.1`])
    macs.show([], [mac], 1_000)
    expect(macs.own.tick(1_500)).toBe(lingerMs - 500)
    expect(said(macs)).toEqual([`${mac} 0 10.0.1.1`])
    expect(macs.own.tick(1_000 + lingerMs)).toBeUndefined()
    expect(said(macs)).toEqual([])
  })

  test('an address that appears here and was elsewhere has one more, and leads nowhere else', () => {
    const macs = hostNamed('a')
    macs.stored('b', '0', [line(6)], 0)
    macs.show([shown()], [], 0)
    expect(said(macs)).toEqual([`${mac} 7`])
    expect(entries(macs)).toEqual([])
  })

  test('it gives way to the greater number, and to an equal one of a lower id', () => {
    for (const [node, sequence] of [
      ['c', 1],
      ['a', 0],
    ] as const) {
      const macs = hostNamed('b')
      macs.show([shown()], [], 0)
      macs.stored(node, '0', [line(sequence)], 0)
      expect(said(macs)).toEqual([])
      expect(entries(macs)).toEqual([`${mac} ${node} 10.0.2.${node.charCodeAt(0)} -`])
      // The bridge has it until the entry is written: no new appearance.
      macs.show([shown(['10.0.1.1'])], [], 10)
      expect(said(macs)).toEqual([])
      macs.show([], [mac], 20)
      macs.show([shown()], [], 30)
      expect(said(macs)).toEqual([`${mac} ${sequence + 1}`])
    }
    const macs = hostNamed('b')
    macs.show([shown()], [], 0)
    macs.stored('c', '0', [line(0)], 0)
    expect(said(macs)).toEqual([`${mac} 0`])
  })

  test('what it said before a restart counts on', () => {
    const macs = hostNamed('b')
    macs.stored('b', '3', [line(4), line(2, [], other)], 0)
    macs.stored('c', '0', [line(3)], 0)
    macs.show([shown()], [], 0)
    expect(said(macs)).toEqual([`${mac} 4`])
    // What it has no longer is written over.
    expect(macs.ownChunks.takeChanges().get('3')).toEqual([])
  })

  test('the address of the link itself gives way to nobody, and is a duplicate', () => {
    const macs = hostNamed('b')
    macs.show([shown([], mac, true)], [], 0)
    macs.stored('a', '0', [line(100)], 0)
    expect(said(macs)).toEqual([`${mac} 0`])
    expect(entries(macs)).toEqual([])
    expect(macs.own.duplicates).toEqual([{ mac, isOwn: true, other: 'a' }])
    macs.stored('a', '0', [], 0)
    expect(macs.own.duplicates).toEqual([])
  })
})

describe('two machines with one address', () => {
  /** Both hosts learn it again and again, some seconds apart. */
  function fight(): { readonly a: VniMacs; readonly b: VniMacs; readonly c: VniMacs; readonly moves: number } {
    const [a, b, c] = [hostNamed('a'), hostNamed('b'), hostNamed('c')]
    const hosts = [a, b, c]
    let moves = 0
    let now = 0
    const share = (): void => exchange(hosts, ['a', 'b', 'c'], now)
    for (let turn = 0; turn < 20; turn += 1) {
      const [mine, theirs] = turn % 2 === 0 ? [a, b] : [b, a]
      now += 3_000
      const before = said(mine).join()
      mine.show([shown()], [], now)
      share()
      moves += said(mine).join() === before ? 0 : 1
      if (said(theirs).length === 0 && theirs.own.duplicates.length === 0) {
        theirs.show([], [mac], now)
      }
    }
    return { a, b, c, moves }
  }

  test('stop to move it after five times, and it is left where it is', () => {
    const { a, b, c, moves } = fight()
    expect(moves).toBeLessThanOrEqual(6)
    const duplicates = [a, b].flatMap(({ own }) => own.duplicates.map((each) => each.mac))
    expect(duplicates).toEqual([mac])
    const [line] = [...said(a), ...said(b)]
    expect([...said(a), ...said(b)]).toHaveLength(1)
    expect(entries(c)).toEqual([`${mac} ${said(a).length === 1 ? 'a 10.0.2.97' : 'b 10.0.2.98'} -`])
    expect(line).toMatch(/ [3-6]$/)
  })

  test('a person who has seen to it lets it move again; so does the other when it goes', () => {
    for (const way of ['thaw', 'the other goes'] as const) {
      const { a, b, c } = fight()
      const [frozen, holder, names] = a.own.duplicates.length > 0 ? [a, b, 'a'] : [b, a, 'b']
      const later = movesWithinMs * 2
      if (way === 'thaw') {
        expect(frozen.own.thaw(later)).toBe(1)
      } else {
        holder.show([], [mac], later)
        holder.own.tick(later + lingerMs)
      }
      exchange([a, b, c], ['a', 'b', 'c'], later)
      expect(frozen.own.duplicates).toEqual([])
      expect(said(frozen)).toHaveLength(1)
      expect(entries(c)).toEqual([`${mac} ${names} 10.0.2.${names.charCodeAt(0)} -`])
    }
  })
})
