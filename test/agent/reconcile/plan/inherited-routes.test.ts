import { expect, test } from 'vitest'
import { isInheritedRoute, routeBy } from '../../../../src/agent/reconcile/plan/inherited-routes.ts'
import { constants, type Route } from '../../../../src/rtnetlink/index.ts'

const { RTPROT_BOOT, RTPROT_STATIC, RTPROT_UNSPEC, RTNH_F_ONLINK } = constants
const [RTNH_F_LINKDOWN, RTNH_F_DEAD] = [16, 1]

const plain: Route = {
  family: constants.AF_INET,
  dstLen: 16,
  srcLen: 0,
  tos: 0,
  table: 254,
  protocol: RTPROT_BOOT,
  scope: 0,
  type: 1,
  flags: RTNH_F_ONLINK | RTNH_F_LINKDOWN,
  attributes: { dst: '10.50.0.0', gateway: '10.7.0.2', oif: 5, table: 254, priority: 7, cacheinfo: Buffer.alloc(32) },
}

test.each([
  ['added by hand', RTPROT_BOOT, {}, true],
  ['static', RTPROT_STATIC, {}, true],
  ['without a protocol', RTPROT_UNSPEC, {}, true],
  ['of bird', 12, {}, false],
  ['by a nexthop object', RTPROT_STATIC, { nhId: 10 }, false],
])('a route %s', (_name, protocol, attributes, isKept) => {
  expect(isInheritedRoute({ ...plain, protocol, attributes: { ...plain.attributes, ...attributes } })).toBe(isKept)
})

test('a route is stated by the new link, without what only answers have', () => {
  expect(routeBy(plain, 5, 9)).toEqual({
    ...plain,
    flags: RTNH_F_ONLINK,
    attributes: { dst: '10.50.0.0', gateway: '10.7.0.2', oif: 9, table: 254, priority: 7 },
  })
})

test('of several nexthops those by the old link are by the new one, and none is down', () => {
  const nexthop = (ifindex: number, flags: number) => ({ ifindex, flags, hops: 3, attributes: { gateway: '10.7.0.2' } })
  const attributes = { dst: '10.50.0.0', multipath: [nexthop(5, RTNH_F_DEAD | RTNH_F_LINKDOWN), nexthop(2, 0)] }
  expect(routeBy({ ...plain, attributes }, 5, 9).attributes).toEqual({
    dst: '10.50.0.0',
    multipath: [nexthop(9, 0), nexthop(2, 0)],
  })
})
