/** The drawing's geometry: everything has a place within it, nothing moves when numbers change, and labels do not overlap. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  characterWidth,
  colourOf,
  type Drawing,
  edgePath,
  fitted,
  type Label,
  layOut,
} from '../../../../src/agent/publish/web/client/layout.ts'
import { type RemoteNode, remotesIn } from '../../../../src/agent/publish/web/client/remotes.ts'
import { tunnel } from './support.ts'

const width = fc.integer({ min: 280, max: 2000 })
const phone = 390 - 2 * 12

function nodes(count: number, address = (at: number) => `10.0.${at >> 8}.${at & 255}`): RemoteNode[] {
  return remotesIn(Array.from({ length: count }, (_, at) => tunnel(address(at))))
}

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Where the two lines of a label are, as they are drawn. */
function boxOf({ x, anchor, room }: Label, y: number, text: string): Box {
  const length = [...fitted(text, room)].length * characterWidth
  return {
    left: anchor === 'end' ? x - length : x,
    right: anchor === 'end' ? x : x + length,
    top: y - 12,
    bottom: y + 16,
  }
}

/** The labels of all remotes, with those of the host and the rest. */
function boxes({ placed, host, rest, restAt }: Drawing, hostname: string): Box[] {
  const half = ([...fitted(hostname, host.room)].length * characterWidth) / 2
  return [
    ...placed.map(({ node, y, label }) => boxOf(label, y, node.address)),
    host.label === undefined
      ? { left: host.x - half, right: host.x + half, top: host.y + 18, bottom: host.y + 33 }
      : boxOf(host.label, host.y, hostname),
    ...(rest.length > 0 ? [boxOf(restAt.label, restAt.y, `and ${rest.length} more`)] : []),
  ]
}

test('however many remotes and however wide, each shown has a place of its own within the drawing, and none is lost', () => {
  fc.assert(
    fc.property(fc.nat(400), width, (count, wide) => {
      const drawing = layOut(nodes(count), wide)
      expect(drawing.placed.length + drawing.rest.length).toBe(count)
      expect(drawing.placed.length).toBeLessThanOrEqual(28)
      const places = [...drawing.placed, drawing.host, ...(drawing.rest.length > 0 ? [drawing.restAt] : [])]
      for (const { x, y } of places) {
        expect(x).toBeGreaterThanOrEqual(0)
        expect(x).toBeLessThanOrEqual(wide)
        expect(y).toBeGreaterThanOrEqual(0)
        expect(y).toBeLessThanOrEqual(drawing.height)
      }
      for (const [at, { x, y }] of places.entries()) {
        for (const other of places.slice(at + 1)) {
          expect(Math.hypot(x - other.x, y - other.y)).toBeGreaterThan(30)
        }
      }
    }),
  )
})

test.each([
  ['IPv4', (at: number) => `192.168.${100 + (at >> 8)}.${100 + (at % 156)}`],
  ['IPv6 at its longest', (at: number) => `2001:db8:1111:2222:3333:4444:5555:${(0x6000 + at).toString(16)}`],
])('labels of %s neither overlap nor leave the drawing, on a phone and on wide screens', (_, address) => {
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.oneof(fc.constantFrom(280, phone, 735), width),
      fc.string({ maxLength: 64 }),
      (count, wide, hostname) => {
        const drawing = layOut(nodes(count, address), wide)
        const all = boxes(drawing, hostname)
        for (const [at, box] of all.entries()) {
          expect(box.left).toBeGreaterThanOrEqual(0)
          expect(box.right).toBeLessThanOrEqual(wide)
          expect(box.bottom).toBeLessThanOrEqual(drawing.height)
          for (const other of all.slice(at + 1)) {
            const isApart =
              box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top
            expect(isApart).toBe(true)
          }
        }
      },
    ),
  )
})

test('a whole IPv6 address has room on a phone of 390 pixels', () => {
  const [placed] = layOut(nodes(1), phone).placed
  expect(placed?.label.room).toBeGreaterThanOrEqual(39)
})

test('places stay when MAC addresses come and go, and when a remote fails', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), width, fc.nat(), (count, wide, seed) => {
      const before = nodes(count)
      const after = before.map((node, at) => ({
        ...node,
        macs: (seed + at) % 1000,
        problem: (seed >> (at % 30)) % 2 === 0 ? undefined : 'no answer',
      }))
      const place = ({ placed }: Drawing): Map<string, readonly [number, number]> =>
        new Map(placed.map(({ node, x, y }) => [node.address, [x, y]]))
      const there = place(layOut(after, wide))
      const moved = [...place(layOut(before, wide))].filter(([address, [x]]) => there.get(address)?.[0] !== x)
      expect(moved).toEqual([])
      // Below, one row may have been added for those beyond the most that failed: what is above it has moved by nothing.
      if (count <= 14) {
        expect(there).toEqual(place(layOut(before, wide)))
      }
    }),
  )
})

test('a remote beyond those that there is room for is drawn when it has a problem, and moves none of the others', () => {
  const healthy = nodes(100)
  const failing = healthy.map((node, at) => (at === 77 ? { ...node, problem: 'no answer' } : node))
  const [before, after] = [layOut(healthy, 735), layOut(failing, 735)]
  expect(after.placed.at(-1)?.node.address).toBe('10.0.0.77')
  expect(after.placed.slice(0, -1).map(({ x, y }) => [x, y])).toEqual(before.placed.map(({ x, y }) => [x, y]))
  expect(after.rest).toHaveLength(before.rest.length - 1)
})

test('a text that is too long loses its middle, and one that fits nothing', () => {
  expect(fitted('2001:db8::1', 11)).toBe('2001:db8::1')
  expect(fitted('2001:db8:1111::6666', 10)).toBe('2001:…6666')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, room) => {
      expect([...fitted(text, room)].length).toBeLessThanOrEqual(room)
    }),
  )
})

test.each([false, true])('edges of several VNIs to one remote are told apart, in a column: %s', (isColumn) => {
  const [from, to] = [
    { x: 0, y: 0 },
    { x: 100, y: 80 },
  ]
  const paths = [0, 1, 2].map((at) => edgePath(from, to, at, 3, isColumn))
  expect(new Set(paths).size).toBe(3)
  for (const path of paths) {
    expect(path).toMatch(/^M0\.0 0\.0.* 100\.0 80\.0$/)
  }
  expect(edgePath(from, from, 0, 2, isColumn)).not.toContain('NaN')
})

test('one edge leaves and arrives level, and colours repeat after eight', () => {
  expect(edgePath({ x: 0, y: 0 }, { x: 100, y: 40 }, 0, 1)).toBe('M0.0 0.0C50.0 0.0 50.0 40.0 100.0 40.0')
  const vnis = Array.from({ length: 9 }, (_, at) => at * 10)
  expect(vnis.map((vni) => colourOf(vnis, vni))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0])
})
