/** `vxagent export` beyond what the differential test generates: what passes with time, and what no file may say. */
import { expect, test } from 'vitest'
import { applied } from './support/applied.ts'
import { needsLinux } from './support/needs-linux.ts'

test('an address with lifetimes is exported with what is left of them', async (context) => {
  needsLinux(context, 5, 18, 'addresses do not say who made them, so those with lifetimes are not exported')
  const address = { address: '2001:db8::5/64', valid_lft: 600, preferred_lft: 300 }
  const { installation } = await applied({ vxlans: { va: { id: 10, dstport: 4789, addresses: [address] } } })
  const { stdout } = await installation.vxagent('export', '--json')
  const [exported] = JSON.parse(stdout).vxlans.va.addresses
  expect(exported).toMatchObject({ address: '2001:db8::5/64' })
  expect(exported.valid_lft).toBeGreaterThan(500)
  expect(exported.valid_lft).toBeLessThanOrEqual(600)
  expect(exported.preferred_lft).toBeLessThanOrEqual(300)
  installation.write('overlay.yaml', stdout)
  expect(await installation.vxagent('diff')).toMatchObject({ code: 0, stderr: '' })
})

test('what no file may say is told and left out, and the rest is a valid file', async () => {
  const { host, installation } = await applied({ vxlans: {} })
  await host.ip('link add br0 type bridge ageing_time 1234 forward_delay 1500')
  await host.ip('link add va type vxlan id 10 dstport 4789')
  await host.ip('link set va master br0')
  const { code, stdout, stderr } = await installation.vxagent('export')
  expect(code).toBe(0)
  expect(stderr).toMatch(/^vxagent: left out bridges\.br0\.ageing_time: .*\n/)
  installation.write('overlay.yaml', stdout)
  expect(await installation.vxagent('validate')).toMatchObject({ code: 0 })
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
})
