import { expect, test } from 'vitest'
import type { FleetVtep } from '../../../src/agent/answers/fleet.ts'
import { ProbeBook } from '../../../src/fleet/probe/book.ts'
import { summaryOf } from '../../../src/fleet/probe/summary.ts'
import { type ProbeLink, targetsOn } from '../../../src/fleet/probe/targets.ts'
import { vtepOf } from '../../support/fleet-members.ts'

const place = { device: 'vxlan0', index: 5, mtu: 1450, addresses: ['10.0.1.1'] }
const vtep: FleetVtep = {
  ...{ address: '10.0.2.1', dstport: 4789, mtu: 1450, underlayMtu: 1500, mac: '02:00:00:00:00:0a' },
  ...{ learning: true, gbp: false, gpe: false, addresses: ['10.0.1.1/24'], probe: place },
}
const link: ProbeLink = { name: 'vxlan0', vni: 42, vtep, place }
const counterparts = [{ node: 'two', theirs: vtepOf({ probe: { addresses: ['10.0.1.2'], port: 14_789 } }) }]
const vnis = [{ link, counterparts, targets: targetsOn(link, counterparts) }]

test('a probe that was heard before the failure was seen is no sign that the other direction works', () => {
  const book = new ProbeBook(600_000)
  const findingAt = (now: number) =>
    summaryOf({
      ...{ book, vnis, now, wallTime: Date.UTC(2026, 11, 1) + now },
      settings: { every: 60, staleAfter: 600 },
      requests: { answered: 0, refused: 0 },
    }).findings[0]
  book.note(42, 'two', { state: 'up', sent: 1, roundTripsMs: [2], answered: 7 }, 0)
  // The last one that passed comes right after the last answer.
  book.hear({ vni: 42, node: 'two', size: 100, number: 1 }, 40)
  book.note(42, 'two', { state: 'down', sent: 3, roundTripsMs: [], answered: 7 }, 60_000)
  expect(findingAt(61_000)).toMatchObject({ kind: 'unreachable', since: '2026-12-01T00:00:00.000Z' })
  expect(findingAt(61_000)).not.toHaveProperty('heardAt')
  book.note(42, 'two', { state: 'down', sent: 3, roundTripsMs: [], answered: 7 }, 120_000)
  book.hear({ vni: 42, node: 'two', size: 100, number: 2 }, 121_000)
  expect(findingAt(122_000)).toMatchObject({ heardAt: '2026-12-01T00:02:01.000Z' })
})
