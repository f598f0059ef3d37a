/** The drawing's geometry: everything has a place within it, what is wrong first, and what has no room is counted. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Tunnel } from '../../../../src/agent/answers/tunnel.ts'
import { colourOf, edgePath, layOut, placeOfRest, remotesIn } from '../../../../src/agent/publish/web/client/layout.ts'

function tunnel(remote: string, parts: Partial<Tunnel> = {}): Tunnel {
  return {
    ifname: 'vxlan0',
    vni: 42,
    remote,
    isGroup: false,
    dstport: 8472,
    sources: ['learned'],
    macs: 1,
    isFloodedTo: false,
    underlay: { isResolved: true, dev: 'eth1' },
    ...parts,
  }
}

test('remotes are joined over VNIs: what is wrong first, then groups, then by MAC addresses', () => {
  const nodes = remotesIn([
    tunnel('10.0.0.1', { macs: 2 }),
    tunnel('10.0.0.2', { macs: 1 }),
    tunnel('10.0.0.2', { vni: 43, macs: 5 }),
    tunnel('239.1.1.1', { isGroup: true, membership: 'joined', macs: 0 }),
    tunnel('10.0.0.9', { underlay: { isResolved: false, problem: 'no way' } }),
    tunnel('239.1.1.2', { isGroup: true, membership: 'not joined' }),
  ])
  expect(nodes.map(({ address, macs, problem }) => [address, macs, problem])).toEqual([
    ['10.0.0.9', 1, 'no way'],
    ['239.1.1.2', 1, '239.1.1.2 is not joined on eth1: what others flood does not arrive here'],
    ['239.1.1.1', 0, undefined],
    ['10.0.0.2', 6, undefined],
    ['10.0.0.1', 2, undefined],
  ])
})

test('however many remotes and however wide, each shown has a place of its own within the drawing, and none is lost', () => {
  fc.assert(
    fc.property(fc.nat(400), fc.integer({ min: 280, max: 2000 }), (count, width) => {
      const nodes = remotesIn(Array.from({ length: count }, (_, at) => tunnel(`10.0.${at >> 8}.${at & 255}`)))
      const drawing = layOut(nodes, width)
      expect(drawing.placed.length + drawing.rest.length).toBe(count)
      expect(drawing.placed.length).toBeLessThanOrEqual(28)
      const places = drawing.placed.map(({ x, y }) => ({ x, y }))
      if (drawing.rest.length > 0) {
        places.push(placeOfRest(drawing))
      }
      for (const { x, y } of places) {
        expect(x).toBeGreaterThanOrEqual(0)
        expect(x).toBeLessThanOrEqual(width)
        expect(y).toBeGreaterThanOrEqual(0)
        expect(y).toBeLessThanOrEqual(drawing.height)
      }
      for (const [at, { x, y }] of places.entries()) {
        for (const other of places.slice(at + 1)) {
          expect(Math.hypot(x - other.x, y - other.y)).toBeGreaterThan(12)
        }
      }
    }),
  )
})

test('edges of several VNIs to one remote are told apart, and colours repeat after eight', () => {
  const [from, to] = [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
  ]
  expect(new Set([0, 1, 2].map((at) => edgePath(from, to, at, 3))).size).toBe(3)
  expect(edgePath(from, to, 0, 1)).toBe('M0.0 0.0Q50.0 0.0 100.0 0.0')
  const vnis = Array.from({ length: 9 }, (_, at) => at * 10)
  expect(vnis.map((vni) => colourOf(vnis, vni))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0])
  expect(edgePath(from, from, 0, 2)).not.toContain('NaN')
})
