/** What a host tells others of its tables: of the VNIs that they may have, and few of many packets. */
import { expect, test, vi } from 'vitest'
import type { Explanation } from '../../../src/agent/answers/explanation.ts'
import { AgentRefused } from '../../../src/agent/ask/request.ts'
import { VtyError } from '../../../src/agent/frr/vty.ts'
import { departureKind, mostPackets } from '../../../src/fleet/records/explain-questions.ts'
import { readRosterEntry } from '../../../src/fleet/records/roster.ts'
import type { Asking } from '../../../src/fleet/run/answerer.ts'
import { explainAnswerings } from '../../../src/fleet/run/explain-answers.ts'

const anybody: Asking = { asker: 'vyos01', roster: undefined }
const limited: Asking = {
  asker: 'vyos01',
  roster: readRosterEntry({ value: Buffer.from('{"v":1,"vnis":["43"]}') }),
}
const packets = Array.from({ length: 600 }, (_, at) => ({
  vni: 42,
  remote: `10.0.${at >> 8}.${at & 255}`,
  dstport: 4789,
}))
const explanation: Explanation = {
  ...{
    target: '10.0.1.1',
    fate: 'flood',
    steps: [{ table: 'vxlan', text: 'floods' }],
    changes: ['x'],
    answer: 'It is flooded.',
  },
  packets,
}
const place = { kind: 'own', vxlan: 'vxlan0', dev: 'vxlan0', mac: '02:00:00:00:00:01', addresses: [] }

function answersOf(answer: unknown) {
  const ask = vi.fn(async (_path: string) => answer)
  const noFrr = async (): Promise<never> => {
    throw new VtyError('absent', 'no FRR')
  }
  const byName = new Map(explainAnswerings(ask as never, noFrr).map((each) => [each.name, each]))
  return {
    ask,
    answer: (kind: string, question: unknown, asking = anybody) => byName.get(kind)?.answer(question, asking),
  }
}

const arrival = {
  source: '10.0.2.254',
  to: '10.0.2.1',
  port: 4789,
  vni: 42,
  mac: '02:00:00:00:00:01',
  features: ['gbp', 'gpe'],
}

test('asks its own agent, in the words of its routes', async () => {
  const { ask, answer } = answersOf({ ...explanation, places: [], steps: [] })
  await answer('whereis', { address: '10.0.1.1', vni: 42 })
  await answer('departure', { to: '10.0.1.1', dev: 'br0', vlan: 7, vni: 42, toward: [] })
  await answer('arrival', arrival)
  await answer('arrival', { ...arrival, features: [], mtu: 1450 })
  expect(ask.mock.calls.map(([path]) => path)).toEqual([
    '/v1/whereis?address=10.0.1.1&vni=42',
    '/v1/explain?to=10.0.1.1&dev=br0&vlan=7',
    '/v1/arrival?source=10.0.2.254&to=10.0.2.1&port=4789&vni=42&mac=02%3A00%3A00%3A00%3A00%3A01&features=gbp%2Cgpe',
    '/v1/arrival?source=10.0.2.254&to=10.0.2.1&port=4789&vni=42&mac=02%3A00%3A00%3A00%3A00%3A01&mtu=1450',
  ])
})

test('names those packets of a flood that are asked for, and how many there are, within what an answer may have', async () => {
  const toward = ['10.0.2.87']
  const { answer } = answersOf(explanation)
  const told = await answer('departure', { to: '10.0.1.1', vni: 42, toward })
  expect(told).toMatchObject({ copies: 600, packets: expect.arrayContaining([packets[599]]) })
  expect((told as Explanation).packets).toHaveLength(mostPackets)
  expect(departureKind.answer.safeParse(told).success).toBe(true)
})

test('tells a host nothing of VNIs that the roster does not let it have', async () => {
  const { answer } = answersOf({
    ...explanation,
    places: [
      { ...place, vni: 42 },
      { ...place, vni: 43 },
    ],
  })
  expect(await answer('whereis', {}, limited)).toEqual({ places: [{ ...place, vni: 43 }] })
  const why = 'the roster does not let vyos01 have VNI 42'
  await expect(answer('departure', { to: '10.0.1.1', vni: 42, toward: [] }, limited)).rejects.toThrow(why)
  // The VNI that is stated is not the one of the packets.
  await expect(answer('departure', { to: '10.0.1.1', vni: 43, toward: [] }, limited)).rejects.toThrow(why)
  await expect(answer('arrival', arrival, limited)).rejects.toThrow(why)
})

test('a question that the agent refuses is refused with its reason', async () => {
  const refusing = async (): Promise<never> => {
    throw new AgentRefused('there is no link br9')
  }
  const [, departure] = explainAnswerings(refusing, refusing)
  await expect(departure?.answer({ to: '10.0.1.1', vni: 42, toward: [] }, anybody)).rejects.toMatchObject({
    name: 'Refused',
    message: 'there is no link br9',
  })
})
