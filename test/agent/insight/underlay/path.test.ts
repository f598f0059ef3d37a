import { expect, test } from 'vitest'
import { noPath, pathBy, whyNoRoute } from '../../../../src/agent/insight/underlay/path.ts'
import { constants, KernelError, type Link, type Neighbour, type Route } from '../../../../src/rtnetlink/index.ts'
import { bridge, device, observed } from '../../../support/builders.ts'

const refused = (code: string): KernelError => new KernelError({ operation: 'look up the route to 10.0.2.9', code })

test.each([
  ['ENETUNREACH', 'there is no route to 10.0.2.9'],
  ['EACCES', 'a prohibit route leads to 10.0.2.9'],
  // Of no known meaning: the kernel's own words, which name the destination already.
  ['ENOBUFS', 'cannot look up the route to 10.0.2.9: ENOBUFS'],
])('of a refusal with %s the path says: %s', (code, problem) => {
  expect(whyNoRoute(refused(code), '10.0.2.9')).toBe(problem)
  expect(noPath(refused(code), '10.0.2.9')).toEqual({ isResolved: false, problem })
})

test('what is no refusal is thrown', () => {
  const error = new Error('the socket is closed')
  expect(() => noPath(error, '10.0.2.9')).toThrow(error)
})

test('the kernel has no route from an address that the host lacks, and that is what is said', () => {
  expect(noPath(refused('EINVAL'), '10.0.2.9', '10.0.2.77').problem).toBe(
    '10.0.2.77 (local) is not an address of this host: nothing leaves',
  )
})

const route: Route = {
  ...{
    family: 2,
    dstLen: 32,
    srcLen: 0,
    tos: 0,
    table: 254,
    protocol: 0,
    scope: 0,
    type: constants.RTN_UNICAST,
    flags: 0,
  },
  attributes: { oif: 2, prefsrc: '10.0.2.1' },
}

function pathWith(neighbour: Partial<Neighbour>, dst = '10.0.2.9', links: readonly Link[] = [device(2, 'eth1')]) {
  const tables = observed(links)
  const entry = { family: 2, ifindex: 2, state: 0, flags: 0, type: 0, attributes: {}, ...neighbour }
  tables.neighbours.set(2, new Map([['10.0.2.9', entry]]))
  return pathBy(route, dst, { ...tables, neighboursAtMs: Date.parse('2026-01-01T00:01:00Z') })
}

test.each([
  [constants.NUD_REACHABLE, 'reachable', '2026-01-01T00:00:55.000Z'],
  [constants.NUD_STALE, 'stale', '2026-01-01T00:00:55.000Z'],
  [constants.NUD_PROBE, 'probe', '2026-01-01T00:00:55.000Z'],
  // The kernel sets the time of these, too, without that anybody answered.
  [constants.NUD_PERMANENT, 'permanent', undefined],
  [constants.NUD_FAILED, 'failed', undefined],
])('of a next hop in state %s it says when it last proved to be there', (state, neighbour, confirmedAt) => {
  const cacheinfo = { confirmed: 500, used: 0, updated: 0, refcnt: 0 }
  const path = pathWith({ state, attributes: { lladdr: '02:00:00:00:00:09', cacheinfo } })
  expect(path).toMatchObject({ neighbour, isResolved: neighbour !== 'failed' })
  expect(path.confirmedAt).toBe(confirmedAt)
})

test('an entry that another host’s question made is no confirmation, though the kernel gives it a date', () => {
  const cacheinfo = { confirmed: 6100, used: 0, updated: 100, refcnt: 0 }
  const path = pathWith({ state: constants.NUD_STALE, attributes: { lladdr: '02:00:00:00:00:09', cacheinfo } })
  expect(path).toMatchObject({ neighbour: 'stale', isResolved: true })
  expect(path.confirmedAt).toBeUndefined()
})

test.each([
  [6000, 'does not answer ARP on eth1'],
  [7000, 'did not answer ARP on eth1 when it was last asked, more than a minute ago'],
])('a next hop that failed %i ticks ago %s', (updated, words) => {
  const cacheinfo = { confirmed: 0, used: 0, updated, refcnt: 0 }
  const path = pathWith({ state: constants.NUD_FAILED, attributes: { cacheinfo } })
  expect(path).toMatchObject({ isResolved: false, problem: `10.0.2.9 ${words}` })
  expect(path.askedAt).toBe(new Date(Date.parse('2026-01-01T00:01:00Z') - updated * 10).toISOString())
})

test('a group on a port of a bridge is not heard there', () => {
  const port = device(2, 'eth1')
  const links = [{ ...port, attributes: { ...port.attributes, master: 5 } }, bridge(5, 'br9')]
  expect(pathWith({}, '239.1.1.1', links)).toMatchObject({
    isResolved: true,
    problem: expect.stringContaining('eth1 is a port of br9, which takes what arrives there'),
  })
  expect(pathWith({}, '239.1.1.1').problem).toBeUndefined()
})
