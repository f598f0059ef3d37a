/** Who sends and hears nothing: a fault, and what is none. */
import { describe, expect, test } from 'vitest'
import { silence } from '../../../../../src/agent/insight/health/checks/silence.ts'
import type { CounterWatch } from '../../../../../src/agent/insight/health/counter-watch.ts'
import { observed } from '../../../../support/builders.ts'
import { eth1, facts, found, looked, remote, sample, stats, vxlan0, watched, way, withAttributes } from '../support.ts'

/** Link 5 has heard something once, then sent so many packets within half a minute. */
const sent = (txPackets: number, protocol: readonly [number, number] = [0, 0]): CounterWatch =>
  watched(
    [0, 1].map((at) =>
      sample(at * 30, {
        protocol: new Map([['udpNoPorts', protocol[at] ?? 0]]),
        links: new Map([[5, stats({ rxPackets: 9, txPackets: at * txPackets })]]),
      }),
    ),
  )
const many = Array.from({ length: 100 }, (_, at) => way(`10.0.2.${at + 2}`))

test.each([
  { what: 'one remote, many packets', ways: [way('10.0.2.2')], packets: 20, findings: ['fault vxlan0: vxlan0'] },
  { what: 'one remote, as many as the kernel sends by itself', ways: [way('10.0.2.2')], packets: 19, findings: [] },
  { what: 'a few frames with a copy to each of 100', ways: many, packets: 1000, findings: [] },
  { what: 'many frames with a copy to each of 100', ways: many, packets: 2000, findings: ['fault vxlan0: vxlan0'] },
  { what: 'nobody to hear from', ways: [], packets: 500, findings: [] },
])('$what', ({ ways, packets, findings }) => {
  expect(found(silence, facts({ ways, counters: sent(packets) }))).toEqual(findings)
})

test('a link whose underlay is in another network namespace is listened to as well', () => {
  const tables = observed([eth1, withAttributes(vxlan0, { linkNetnsid: 0 })])
  expect(found(silence, facts({ observed: tables, remotes: [remote('10.0.2.2')], counters: sent(50) }))).toHaveLength(1)
})

test('each VNI is one of its own, with the VTEPs that it has', () => {
  const tables = observed([eth1, vxlan0])
  tables.vnis.set(
    5,
    new Map([
      [7, undefined],
      [8, undefined],
    ]),
  )
  const at = (seconds: number, txPackets: number) =>
    sample(seconds, {
      vnis: new Map([
        [
          5,
          new Map([
            [7, { rxPackets: 1, txPackets }],
            [8, { rxPackets: seconds, txPackets }],
          ]),
        ],
      ]),
    })
  const ways = [way('10.0.2.2', {}, { vni: 7 }), way('10.0.2.3', {}, { vni: 8 }), way('10.0.2.4', {}, { vni: 8 })]
  const { found: findings } = looked(
    silence,
    facts({ observed: tables, ways, counters: watched([at(0, 0), at(30, 90)]) }),
  )
  expect(findings.map(({ subject, vni, vtep }) => [subject, vni, vtep])).toEqual([['vxlan0 VNI 7', 7, '10.0.2.2']])
})

describe('what is found', () => {
  const finding = (counters: CounterWatch, ways = [way('10.0.2.2')]) =>
    looked(silence, facts({ ways, counters, nowMs: 30_000 })).found[0]

  test('names the numbers, and the likely causes', () => {
    const { found: text, means, vtep, vni } = finding(sent(20)) ?? {}
    expect(text).toBe('20 packets sent and none received for 30 s')
    expect(means).toMatch(/^nobody answers: .*another VNI or UDP port \(here 4789\)/)
    expect([vtep, vni]).toEqual(['10.0.2.2', 42])
  })

  test('of two VTEPs names none', () => {
    expect(finding(sent(50), [way('10.0.2.2'), way('10.0.2.3')])?.vtep).toBeUndefined()
  })

  test('of a group mentions switches', () => {
    const { means } =
      looked(silence, facts({ groups: [remote('239.1.1.1', { isGroup: true })], counters: sent(20) })).found[0] ?? {}
    expect(means).toContain('a switch that snoops drops the group')
  })

  test('is explained by another counter that grows', () => {
    expect(finding(sent(20, [0, 9]))?.means).toMatch(/^UDP packets arrive for a port/)
  })

  test('is a warning after one look, of a link that never heard anything', () => {
    const counters = watched([sample(0, { links: new Map([[5, stats({ txPackets: 50 })]]) })], true)
    expect(finding(counters)).toMatchObject({
      severity: 'warning',
      found: '50 packets sent and none received since the link was made',
    })
  })
})
