/** The status with the health of the declared links. */
import { expect, test, vi } from 'vitest'
import type { HealthStatus } from '../../../src/agent/answers/health.ts'
import { withHealth } from '../../../src/agent/run/agent-status.ts'
import { concernsHealth } from '../../../src/agent/run/tell-each-other.ts'
import { constants, type RouteMessage } from '../../../src/rtnetlink/index.ts'
import { agentStatus, arpEntry, fdbEntry, object } from '../publish/metrics/support.ts'

const health: HealthStatus = { verdict: 'impaired', checkedAt: 'now', faults: 1, warnings: 0, findings: [] }

test('it asks for the health of what is declared', () => {
  const status = agentStatus({ objects: [object('vxlan0')] })
  const asked = vi.fn((_isMeant: (link: string) => boolean) => health)
  expect(withHealth({ status: () => status }, { status: asked }).status()).toEqual({ ...status, health })
  const [isMeant] = asked.mock.calls[0] as [(link: string) => boolean]
  expect([isMeant('vxlan0'), isMeant('vxlan1')]).toEqual([true, false])
})

test('before the first look it has none', () => {
  const status = agentStatus()
  expect(withHealth({ status: () => status }, { status: () => undefined }).status()).toBe(status)
})

const { NUD_FAILED, NUD_REACHABLE, NUD_STALE, NUD_INCOMPLETE } = constants

test.each([
  { what: 'a link', object: 'link', isLookedAt: true },
  { what: 'an address', object: 'address', isLookedAt: true },
  { what: 'a forwarding entry', object: 'neighbour', now: fdbEntry(5, {}, { state: NUD_FAILED }), isLookedAt: false },
  { what: 'a next hop that is stale', object: 'neighbour', now: arpEntry(2, '10.0.2.2', NUD_STALE), isLookedAt: false },
  { what: 'one that falls silent', object: 'neighbour', now: arpEntry(2, '10.0.2.2', NUD_FAILED), isLookedAt: true },
  { what: 'one that is asked', object: 'neighbour', now: arpEntry(2, '10.0.2.2', NUD_INCOMPLETE), isLookedAt: true },
  {
    what: 'one that answers again',
    object: 'neighbour',
    now: arpEntry(2, '10.0.2.2', NUD_REACHABLE),
    before: arpEntry(2, '10.0.2.2', NUD_FAILED),
    isLookedAt: true,
  },
  { what: 'VLANs of a port', object: 'bridgeLink', isLookedAt: false },
])('$what brings a look: $isLookedAt', ({ object: kind, now, before, isLookedAt }) => {
  const message = { object: kind, verb: 'new', value: now } as unknown as RouteMessage
  expect(concernsHealth({ ...message, before } as Parameters<typeof concernsHealth>[0])).toBe(isLookedAt)
})
