/** What systemd-networkd's tests of VXLAN assert, and pyroute2's of a forwarding entry. The list is in docs/maintainers/acceptance.md. */
import { expect, onTestFinished, test } from 'vitest'
import { type AppliedHost, applied, type Shown } from '../support/applied.ts'
import { finish } from '../support/command.ts'
import type { Namespace } from '../support/namespace.ts'
import { needsLinux } from '../support/needs-linux.ts'
import { underlay } from '../support/underlay.ts'
import { installVxagent, vxagentPath } from '../support/vxagent.ts'

/** A host with `test1` in which these links have been made. */
const onTest1 = (vxlans: object): Promise<AppliedHost> => applied({ vxlans }, { test1: '10.0.0.1/24' })

async function vxlanData(host: Namespace, name: string): Promise<Shown> {
  const [link] = await host.json(`ip -d -j link show dev ${name}`)
  return link.linkinfo.info_data
}

/** The entries of the link that have a destination, as `bridge fdb` shows them. */
async function remoteEntries(host: Namespace, name: string): Promise<Shown[]> {
  const entries: Shown[] = await host.json(`bridge -d -j fdb show dev ${name}`)
  return entries
    .filter(({ dst }) => dst !== undefined)
    .toSorted((one, other) => `${one.mac} ${one.dst}`.localeCompare(`${other.mac} ${other.dst}`))
}

const everyFlag = {
  ...{ l2miss: true, l3miss: true, rsc: true, udpcsum: true, udp6zerocsumtx: true, udp6zerocsumrx: true },
  ...{ remcsumtx: true, remcsumrx: true, gbp: true },
}
const everyFlagShown = {
  ...{ l2miss: true, l3miss: true, rsc: true, udp_csum: true, udp_zero_csum6_tx: true, udp_zero_csum6_rx: true },
  ...{ remcsum_tx: true, remcsum_rx: true, gbp: true },
}

test('SD-1, SD-4: links with every flag, on a device and on none, are so in the kernel and in what vxagent shows', async () => {
  const { host, installation } = await onTest1({
    vxlan99: { id: 999, dev: 'test1', dstport: 5555, ...everyFlag },
    vxlan98: { id: 1000, dstport: 5556, ...everyFlag },
  })
  expect(await vxlanData(host, 'vxlan99')).toMatchObject({ id: 999, port: 5555, link: 'test1', ...everyFlagShown })
  const independent = await vxlanData(host, 'vxlan98')
  expect(independent).toMatchObject({ id: 1000, port: 5556, ...everyFlagShown })
  expect(independent).not.toHaveProperty('link')

  const { stdout } = await installation.vxagent('links')
  const row = stdout.split('\n').find((line) => line.includes('vxlan99')) ?? ''
  expect(row.split(/\s+/)).toEqual(expect.arrayContaining(['vxlan99', '999', '5555', 'test1']))
})

test('SD-2, PR-1: forwarding entries are permanent, with the device, VNI and port that they state', async () => {
  const fdb = [
    { mac: '00:11:22:33:44:55', dst: '10.0.0.5' },
    { mac: '00:11:22:33:44:66', dst: '10.0.0.6' },
    { mac: '00:11:22:33:44:77', dst: '10.0.0.7', via: 'test1' },
    { mac: '00:11:22:33:44:88', dst: '10.0.0.8', vni: 600, port: 5678 },
  ]
  const { host } = await onTest1({ vxlan99: { id: 500, dev: 'test1', dstport: 5555, fdb } })
  const permanent = { flags: ['self'], state: 'permanent' }
  expect(await remoteEntries(host, 'vxlan99')).toMatchObject([
    { mac: '00:11:22:33:44:55', dst: '10.0.0.5', ...permanent },
    { mac: '00:11:22:33:44:66', dst: '10.0.0.6', ...permanent },
    { mac: '00:11:22:33:44:77', dst: '10.0.0.7', viaIf: 'test1', ...permanent },
    { mac: '00:11:22:33:44:88', dst: '10.0.0.8', vni: 600, port: 5678, ...permanent },
  ])
})

test('SD-3: three link-local VTEPs are flooded to, each by its device and with its VNI', async () => {
  const vteps = ['fe80::23b:d2ff:fe95:967f', 'fe80::27c:16ff:fec0:6c74', 'fe80::2a2:e4ff:fef9:2269']
  const remotes = vteps.map((dst) => ({ dst, via: 'test1', vni: 4_831_584 }))
  const { host } = await onTest1({
    vxlan97: { id: 4_831_583, local: 'fe80::281:8eff:fef0:73aa', dev: 'test1', dstport: 8472, remotes },
  })
  expect(await vxlanData(host, 'vxlan97')).toMatchObject({ id: 4_831_583, local6: 'fe80::281:8eff:fef0:73aa' })
  const floods = (await remoteEntries(host, 'vxlan97')).map(({ mac, dst, viaIf, vni }) => [mac, dst, viaIf, vni])
  expect(floods).toEqual(vteps.map((dst) => ['00:00:00:00:00:00', dst, 'test1', 4_831_584]))
})

test('SD-5: a link whose local address comes later works as soon as it is there', async () => {
  const { near, far } = await underlay({ near: '10.0.2.1/24', far: '10.0.2.2/24' }, onTestFinished)
  await far.ipBatch(`
    address add 2001:db8::2/64 dev eth1 nodad
    link add overlay type vxlan id 4831584 remote 2001:db8::1 local 2001:db8::2 dstport 4789
    address add 10.0.1.2/24 dev overlay
    link set overlay up`)
  const vxlan0 = {
    ...{ id: 4_831_584, local: '2001:db8::1', remote: '2001:db8::2', dstport: 4789 },
    addresses: ['10.0.1.1/24'],
  }
  const installation = installVxagent(near, { 'overlay.yaml': { vxlans: { vxlan0 } } }, onTestFinished)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
  expect(await vxlanData(near, 'vxlan0')).toMatchObject({ local6: '2001:db8::1' })

  await near.ip('address add 2001:db8::1/64 dev eth1 nodad')
  expect(await near.canPing('10.0.1.2')).toBe(true)
})

test('SD-6: an external link has no VNI of its own, and may filter', async (context) => {
  needsLinux(context, 5, 18, 'there is no VNI filter')
  const { host } = await onTest1({ vxlan0: { external: true, vnifilter: true, dstport: 4789 } })
  const data = await vxlanData(host, 'vxlan0')
  expect(data).toMatchObject({ external: true, vnifilter: true })
  expect(data.id ?? 0).toBe(0)
})

test('SD-6: a VNI filter on a link that is not external is refused', async () => {
  const state = { vxlans: { vxlan0: { id: 42, vnifilter: true, dstport: 4789 } } }
  const refused = await finish(process.execPath, [vxagentPath, 'validate', '-'], { input: JSON.stringify(state) })
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('vnifilter of vxlan0 needs external') })
})
