import { expect, test } from 'vitest'
import { plain } from '../../../src/cli/colour.ts'
import { fleetExplainLines } from '../../../src/cli/views/fleet-explain.ts'
import type { FleetExplanation } from '../../../src/fleet/explain/answer.ts'

const place = { kind: 'own', vni: 42, vxlan: 'vxlan0', dev: 'vxlan0', mac: '02:00:00:00:00:01', addresses: [] } as const
const told: FleetExplanation = {
  vni: 42,
  from: { asked: 'vyos01', node: 'vyos01', place, ip: '10.0.1.254' },
  to: {
    asked: '10.0.1.7',
    node: 'ubuntu',
    place: { ...place, kind: 'port', dev: 'eth2' },
    ip: '10.0.1.7',
    unconfirmed: 'ubuntu did not answer',
  },
  there: {
    ...{
      from: 'vyos01',
      to: '10.0.1.7',
      outcome: 'dies',
      diesAt: 'ubuntu',
      verdict: 'ubuntu drops it.',
      otherCopies: 2,
    },
    hops: [
      { node: 'vyos01', table: 'vxlan', text: 'it enters vxlan0' },
      { node: 'ubuntu', table: 'bridge', text: 'no port\u001b[2J', isProblem: true },
    ],
  },
  back: { from: '10.0.1.7', to: 'vyos01', outcome: 'arrives', verdict: 'vyos01 takes it', otherCopies: 0, hops: [] },
  unseen: ['the underlay'],
}

test('shows both directions hop by hop, the verdicts, and what nobody looked at', () => {
  expect([...fleetExplainLines(told, { paint: plain, width: 80 })].join('')).toBe(`\
vyos01 (vxlan0, 10.0.1.254) → 10.0.1.7 (port eth2 of ubuntu), VNI 42

STEP  NODE    TABLE   WHAT IT SAYS
   1  vyos01  vxlan   it enters vxlan0
   2  ubuntu  bridge  no port\\u{1b}[2J

2 other copies of the frame go to other VTEPs: not followed.
Dies: ubuntu drops it.

Back: 10.0.1.7 (port eth2 of ubuntu) → vyos01 (vxlan0, 10.0.1.254), VNI 42

Arrives: vyos01 takes it.

What is said of ubuntu is taken from its record: ubuntu did not answer.

Not looked at:
- the underlay
`)
})
