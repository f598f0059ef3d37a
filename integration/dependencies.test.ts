/** Links that depend on one another or stand in one another's way, and many of them. */
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { namespace } from './support/namespace.ts'
import { installVxagent } from './support/vxagent.ts'

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
type Shown = any

test('a vxlan over a declared vxlan is made after it, in one apply, whatever their names', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const vxlans = {
    a: { id: 1, dstport: 4789, dev: 'b', group: '239.1.1.1' },
    b: { id: 2, dstport: 4789, dev: 'c', group: '239.1.1.2' },
    c: { id: 3, dstport: 4789, dev: 'eth1', group: '239.1.1.3' },
  }
  const installation = installVxagent(host, { 'nested.yaml': { vxlans } }, onTestFinished)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
  const links = (await host.json('ip -d -j link show type vxlan')) as Shown[]
  const mtus = Object.fromEntries(links.map(({ ifname, mtu }) => [ifname, mtu]))
  expect(mtus).toEqual({ c: 1450, b: 1400, a: 1350 })
})

test('one link that cannot be made holds back none of 300, and all go together when they are no longer declared', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.ip('link add holder type vxlan id 299 dstport 4789')
  const many = Array.from({ length: 299 }, (_, id) => [
    `vx${id}`,
    { id, dstport: 4789, remote: '10.0.2.2', addresses: [`10.${(id >> 8) + 20}.${id & 255}.1/24`] },
  ])
  const vxlans = Object.fromEntries([
    ...many,
    ['late', { id: 400, dstport: 4789, dev: 'eth9' }],
    ['taken', { id: 299, dstport: 4789 }],
  ])
  const installation = installVxagent(host, { 'many.yaml': { vxlans } }, onTestFinished)
  const applied = await installation.vxagent('apply')
  expect(applied.code).toBe(1)
  expect(applied.stderr).toMatch(/late is waiting: .*eth9 does not exist/)
  expect(applied.stderr).toMatch(
    /taken is in conflict: link holder, which is not in vxagent's record in \S+, holds VNI 299/,
  )
  const links = async (): Promise<string[]> =>
    ((await host.json('ip -j link show type vxlan')) as Shown[]).map(({ ifname }) => ifname)
  expect(await links()).toHaveLength(300)

  installation.write('many.yaml', { vxlans: {} })
  const began = performance.now()
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  process.stdout.write(
    `299 links deleted in ${Math.round(performance.now() - began)} ms, the start of the command included\n`,
  )
  expect(await links()).toEqual(['holder'])
})

test('a link that the kernel refuses is tried again, and made as soon as what is in its way goes', async () => {
  const host = await namespace(onTestFinished)
  // Two that share a port must agree on how they receive; the kernel refuses the second when it is set up, not when it is made.
  await host.ip('link add collector type vxlan external dstport 4789')
  await host.ip('link set collector up')
  const vxlans = { refused: { id: 1, dstport: 4789 }, fine: { id: 2, dstport: 8472 } }
  const installation = installVxagent(host, { 'a.yaml': { vxlans } }, onTestFinished)
  await installation.startAndWait()
  const refused = await eventually(async () => {
    const { objects } = await installation.status()
    expect(objects.find(({ name }) => name === 'fine')?.state).toBe('converged')
    const object = objects.find(({ name }) => name === 'refused')
    // From the fifth attempt on the next is seconds away: what then happens at once is the event's doing.
    expect(object?.attempts).toBeGreaterThan(4)
    return object
  })
  expect(refused).toMatchObject({ state: 'failing', reason: expect.stringContaining('EADDRINUSE') })
  // Made and not brought up, it would be half a link.
  expect(((await host.json('ip -j link show type vxlan')) as Shown[]).map(({ ifname }) => ifname).sort()).toEqual([
    'collector',
    'fine',
  ])

  const waitMs = Date.parse(refused?.nextAttempt ?? '') - Date.now()
  await host.ip('link delete collector')
  const began = performance.now()
  await installation.converged()
  process.stdout.write(
    `cured after ${Math.round(performance.now() - began)} ms; the next attempt was ${Math.round(waitMs)} ms away\n`,
  )
  expect(installation.logged('converged').map(({ link }) => link)).toContain('refused')
})
