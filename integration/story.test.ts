/** The story as told: three hosts, three agents, three files, and the tunnel works. */
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { underlay } from './support/underlay.ts'
import { installVxagent } from './support/vxagent.ts'

const addresses = { vyos01: '10.0.2.254/24', vyos02: '10.0.2.253/24', ubuntu: '10.0.2.1/24' }
const names = ['vyos01', 'vyos02', 'ubuntu'] as const

test('three agents with the three files make the segment, and ubuntu sees whom it reaches by which VTEP', async () => {
  const hosts = await underlay(addresses, onTestFinished)
  const installations = names.map((name) => {
    const file = readFileSync(new URL(`../examples/story-${name}.yaml`, import.meta.url), 'utf8')
    return installVxagent(hosts[name], { 'story.yaml': file }, onTestFinished)
  })
  await Promise.all(installations.map((installation) => installation.startAndWait()))
  await Promise.all(installations.map((installation) => installation.converged()))

  expect(await hosts.ubuntu.canPing('10.0.1.254')).toBe(true)
  expect(await hosts.ubuntu.canPing('10.0.1.253')).toBe(true)
  expect(await hosts.vyos01.canPing('10.0.1.253')).toBe(true)

  const mac = async (host: (typeof names)[number]): Promise<string> =>
    (await hosts[host].json('ip -j link show vxlan0'))[0].address
  const oracle = await hosts.ubuntu.json('bridge -d -j fdb show dev vxlan0')
  expect(oracle).toEqual(
    expect.arrayContaining([
      { mac: '00:00:00:00:00:00', dst: '239.1.1.1', viaIf: 'eth1', flags: ['self'], state: 'permanent' },
      { mac: await mac('vyos01'), dst: '10.0.2.254', flags: ['self'], state: '' },
      { mac: await mac('vyos02'), dst: '10.0.2.253', flags: ['self'], state: '' },
    ]),
  )
  const [, , ubuntu] = installations
  const all = await eventually(async () => {
    const { stdout, code } = await (ubuntu as NonNullable<typeof ubuntu>).vxagent('fdb', '--json')
    expect(code).toBe(0)
    const entries = JSON.parse(stdout)
    expect(entries).toEqual(await hosts.ubuntu.json('bridge -d -j fdb show'))
    return entries
  })
  expect(all.length).toBeGreaterThan(oracle.length)
})
