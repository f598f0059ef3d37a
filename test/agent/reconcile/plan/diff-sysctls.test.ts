import { expect, test } from 'vitest'
import { ipv4Sysctls, ipv6Sysctls, type SysctlSpec } from '../../../../src/agent/desired/schema/sysctl.ts'
import { diffSysctls } from '../../../../src/agent/reconcile/plan/diff-sysctls.ts'
import type { Link } from '../../../../src/rtnetlink/index.ts'
import { vxlan } from '../../../support/builders.ts'

/** A link with the kernel's own values but for these. */
function link(ipv4: Record<number, number> = {}, hasIpv6 = true): Link {
  const conf = (rows: object, values: Record<number, number>): number[] => {
    const list: number[] = Array.from({ length: 60 }, () => 0)
    for (const { position, fallback } of Object.values(rows)) {
      list[position] = values[position] ?? fallback
    }
    return list
  }
  const plain = vxlan(5, 'vxlan0', { id: 42 })
  return {
    ...plain,
    attributes: {
      ...plain.attributes,
      afSpec: {
        inet: { conf: conf(ipv4Sysctls, ipv4) },
        ...(hasIpv6 && { inet6: { conf: conf(ipv6Sysctls, {}) } }),
      },
    },
  }
}

function plan(sysctl: SysctlSpec, present: Link, { before = [] as string[], hasIpv6 = true } = {}): string[] {
  const actions = diffSysctls('vxlan0', sysctl, before, present, hasIpv6)
  return actions.flatMap((action) =>
    action.kind === 'changeSysctls'
      ? action.changes.map(({ attribute, from, to }) => `${attribute} ${from} ${to}`)
      : [],
  )
}

test('what differs is written, what is as stated is not', () => {
  const sysctl = { ipv4: { arp_accept: 1, proxy_arp: 0 }, ipv6: { accept_ra: 0, accept_dad: 1 } }
  expect(plan(sysctl, link())).toEqual(['ipv4.arp_accept 0 1', 'ipv6.accept_ra 1 0'])
})

test("what was stated and no longer is goes back to the kernel's default", () => {
  const present = link({ [ipv4Sysctls.arp_accept.position]: 1, [ipv4Sysctls.arp_announce.position]: 2 })
  expect(plan({}, present, { before: ['id', 'sysctl.ipv4.arp_accept'] })).toEqual(['ipv4.arp_accept 1 0'])
})

test('what no file has stated is nobody of ours', () => {
  expect(plan({}, link({ [ipv4Sysctls.arp_accept.position]: 1 }))).toEqual([])
})

test('settings of IPv6 wait where the link will have none, be they stated or dropped', () => {
  const options = { before: ['sysctl.ipv6.accept_ra'], hasIpv6: false }
  expect(plan({ ipv4: { arp_accept: 1 }, ipv6: { disable_ipv6: 1 } }, link({}, false), options)).toEqual([
    'ipv4.arp_accept 0 1',
  ])
})

test('settings of IPv6 are written on a link that is to get IPv6', () => {
  expect(plan({ ipv6: { disable_ipv6: 1 } }, link({}, false))).toEqual(['ipv6.disable_ipv6 undefined 1'])
})
