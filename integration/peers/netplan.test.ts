/** What netplan's tests of VXLAN tunnels assert: what is visible in the kernel, and what is refused. The list is in docs/maintainers/acceptance.md. */
import { expect, onTestFinished, test } from 'vitest'
import { type Finished, finish } from '../support/command.ts'
import { namespace } from '../support/namespace.ts'
import { installVxagent, vxagentPath } from '../support/vxagent.ts'

/** `vxagent ARGUMENTS -` without a host: what needs no kernel. */
function vxagent(args: readonly string[], input: string): Promise<Finished> {
  return finish(process.execPath, [vxagentPath, ...args, '-'], { input })
}

const tunnels = `
network:
  version: 2
  tunnels:
    vxlan1337:
      mode: vxlan
      id: 1337
      link: eth1
      local: 10.10.10.42
      remote: 224.0.0.5
      ttl: 64
      type-of-service: 128
      ageing: 100
      limit: 600
      port: 4567
      port-range: [4200, 4000]
      mac-learning: false
      short-circuit: true
      notifications: [l2-miss, l3-miss]
      checksums: [udp, zero-udp6-tx, zero-udp6-rx, remote-tx, remote-rx]
      extensions: [group-policy]
      do-not-fragment: true
    vxlan6:
      mode: vxlan
      id: 6
      link: eth1
      remote: ff05::6
      port: 4789
      flow-label: 4660
`

test('NP-1, NP-6, NP-8: a netplan file is imported, and all of it visible in the kernel, with the port range put in order', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.10.10.42/24')
  const imported = await vxagent(['import', '--from', 'netplan'], tunnels)
  expect(imported).toMatchObject({ code: 0, stderr: '' })
  const installation = installVxagent(host, { 'overlay.yaml': imported.stdout }, onTestFinished)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })

  const [ipv4] = await host.json('ip -d -j link show dev vxlan1337')
  expect(ipv4.linkinfo.info_data).toMatchObject({
    ...{ id: 1337, group: '224.0.0.5', link: 'eth1', local: '10.10.10.42', port: 4567 },
    ...{ ttl: 64, tos: '0x80', df: 'set', ageing: 100, limit: 600, learning: false, rsc: true },
    port_range: { low: 4000, high: 4200 },
    ...{ l2miss: true, l3miss: true, gbp: true },
    ...{ udp_csum: true, udp_zero_csum6_tx: true, udp_zero_csum6_rx: true, remcsum_tx: true, remcsum_rx: true },
  })
  const [ipv6] = await host.json('ip -d -j link show dev vxlan6')
  expect(ipv6.linkinfo.info_data).toMatchObject({ id: 6, group6: 'ff05::6', link: 'eth1', label: '0x1234' })
})

test('NP-2 to NP-7: what cannot be is refused, all of it at once, each with its link and key', async () => {
  const remote = '10.10.10.2'
  const { code, stderr } = await vxagent(
    ['validate'],
    JSON.stringify({
      vxlans: {
        np2: { remote, dstport: 4789 },
        np3: { id: 17_000_000, remote, dstport: 4789 },
        np4: { id: 4, remote: '2001:db8::1', flowlabel: 1_111_111, dstport: 4789 },
        np5: { id: 5, local: '10.10.10.1', remote: 'fe80::3', dev: 'eth1', dstport: 4789 },
        np6three: { id: 6, remote, srcport: [4000, 4200, 4400], dstport: 4789 },
        np6text: { id: 7, remote, srcport: ['low', 'high'], dstport: 4789 },
        np6swapped: { id: 8, remote, srcport: [4200, 4000], dstport: 4789 },
        np7: { id: 9, remote, l4miss: true, dstport: 4789 },
      },
    }),
  )
  expect(code).toBe(4)
  for (const sentence of [
    'np2 has no id',
    'id of np3 must be a whole number from 0 to 16777215',
    'flowlabel of np4 must be a whole number from 0 to 1048575',
    'local of np5 is IPv4, but remote (fe80::3) is IPv6',
    'srcport of np6three must be a list of two ports',
    'entry 1 of srcport of np6text must be a whole number',
    'entry 2 of srcport of np6text must be a whole number',
    'srcport of np6swapped must have the lower port first',
    'unknown key "l4miss" in np7',
  ]) {
    expect(stderr).toContain(sentence)
  }
})
