/** What was a vxlan and is to be a bridge, and links that have no MAC address. */
import { expect, test } from 'vitest'
import { applied, apply, linkOf } from './support/applied.ts'
import { needsLinux } from './support/needs-linux.ts'

test('a name goes from a vxlan to a bridge and back, and two exchange theirs', async () => {
  const vxlan = { id: 1, dstport: 4889 }
  const { host, installation } = await applied({ vxlans: { kk: vxlan } })
  await apply(installation, { bridges: { kk: { stp: true } } })
  expect((await linkOf(host, 'kk')).linkinfo).toMatchObject({ info_kind: 'bridge', info_data: { stp_state: 1 } })
  await apply(installation, { vxlans: { kk: vxlan }, bridges: { bb: {} } })
  expect((await linkOf(host, 'kk')).linkinfo.info_kind).toBe('vxlan')
  await apply(installation, { vxlans: { bb: vxlan }, bridges: { kk: {} } })
  expect((await linkOf(host, 'kk')).linkinfo.info_kind).toBe('bridge')
  expect((await linkOf(host, 'bb')).linkinfo).toMatchObject({ info_kind: 'vxlan', info_data: { id: 1 } })
})

test('a link for packets instead of frames is ours, and goes with its file', async () => {
  const gpe = { external: true, gpe: true, learning: false, dstport: 4793 }
  const { host, installation } = await applied({ vxlans: { g: gpe } })
  expect((await linkOf(host, 'g')).link_type).toBe('none')
  await apply(installation, { vxlans: { g: { ...gpe, ttl: 9 } } })
  await apply(installation, { vxlans: {} })
  expect(await host.json('ip -j link show type vxlan')).toEqual([])
})

test('of a link that is taken over the plan says what is changed on it', async () => {
  const { host, installation } = await applied({ vxlans: {} })
  await host.ip('link add va type vxlan id 1 dstport 4789 remote 10.0.2.5')
  const va = { id: 2, dstport: 4789, remote: '10.0.2.6', adopt: true, addresses: ['10.0.1.1/24'] }
  installation.write('overlay.yaml', { vxlans: { va } })
  const { code, stdout } = await installation.vxagent('diff')
  expect(code).toBe(2)
  expect(stdout).toMatch(
    /~ {3}link va: take over .*\n-\/\+ link va: replace, forced by id 1 -> 2.*\n(.*\n)*.*10\.0\.1\.1\/24/,
  )
  await apply(installation, { vxlans: { va } })
  expect((await linkOf(host, 'va')).linkinfo.info_data).toMatchObject({ id: 2, remote: '10.0.2.6' })
})

test('flags that are stated to be off take nothing from the reserved bits', async (context) => {
  needsLinux(context, 6, 14, 'there are no reserved bits to state')
  const { host } = await applied({
    vxlans: { vr: { id: 9, dstport: 4888, remcsumrx: false, gbp: false, reserved_bits: '0x77000000000000ff' } },
  })
  expect((await linkOf(host, 'vr')).linkinfo.info_data.id).toBe(9)
})
