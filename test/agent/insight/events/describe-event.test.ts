/** Every kind of event is a sentence. */
import { expect, test } from 'vitest'
import { type EventKind, eventKinds } from '../../../../src/agent/answers/overlay-event.ts'
import { describeEvent } from '../../../../src/agent/insight/events/describe-event.ts'

const full = {
  dev: 'vxlan0',
  mac: '02:00:00:00:00:fe',
  vtep: '10.0.2.253',
  from: '10.0.2.254',
  address: '10.0.1.1/24',
  changes: ['mtu 1450 -> 1400'],
  actions: ['~ link vxlan0: mtu 1400 -> 1450'],
  count: 3,
  state: 'converged',
}

test.each(Object.keys(eventKinds) as EventKind[])('%s says what happened, whatever else is known', (kind) => {
  for (const event of [{ kind }, { kind, ...full }, { kind, ...full, cause: 'link down' }]) {
    const words = describeEvent(event)
    expect(words).not.toMatch(/\[object|NaN/)
    expect(words.length).toBeGreaterThan(5)
  }
  expect(describeEvent({ kind, ...full })).not.toContain('undefined')
})

test.each<[Parameters<typeof describeEvent>[0], string]>([
  [{ kind: 'moved', ...full }, '02:00:00:00:00:fe moved on vxlan0 from 10.0.2.254 to 10.0.2.253'],
  [{ kind: 'flushed', ...full, cause: 'link down' }, '02:00:00:00:00:fe to 10.0.2.253 flushed from vxlan0: link down'],
  [
    { kind: 'flushed', dev: 'vxlan0', count: 2000, cause: 'link deleted' },
    '2000 forwarding entries flushed from vxlan0: link deleted',
  ],
  [{ kind: 'resync', count: 3 }, 'dumped anew: 3 had gone unnoticed'],
  [{ kind: 'aged-out', ...full }, '02:00:00:00:00:fe on vxlan0 behind 10.0.2.253 aged out'],
  [{ kind: 'repair', ...full }, 'drift on vxlan0 (mtu 1450 -> 1400) repaired: ~ link vxlan0: mtu 1400 -> 1450'],
])('$kind', (event, sentence) => {
  expect(describeEvent(event)).toBe(sentence)
})
