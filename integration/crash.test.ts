/** The power of kill -9: at each step of an apply, and afterwards a normal one makes everything right. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { killAtEachStep } from './support/each-step.ts'
import type { Cleanup, Namespace } from './support/namespace.ts'
import { namespace } from './support/namespace.ts'
import { type Installation, installVxagent, vxagentPath } from './support/vxagent.ts'

const crashAt = join(import.meta.dirname, 'support/crash-at.mjs')

const before = {
  vxlans: {
    changed: { id: 1, dstport: 4789, remote: '10.0.2.1', ttl: 16, addresses: ['10.1.1.1/24'] },
    replaced: { id: 2, dstport: 4790, remote: '10.0.2.1', addresses: ['10.1.2.1/24', '2001:db8:2::1/64'] },
    deleted: { id: 3, dstport: 4791, remote: '10.0.2.1' },
  },
}
const after = {
  vxlans: {
    changed: { id: 1, dstport: 4789, remote: '10.0.2.2', addresses: ['10.1.1.2/24'], alias: 'changed' },
    replaced: { id: 4, dstport: 4790, remote: '10.0.2.1', addresses: ['10.1.2.1/24', '2001:db8:2::1/64'] },
    created: { id: 3, dstport: 4791, dev: 'eth1', group: '239.1.1.1', addresses: ['10.1.3.1/24'], alias: 'created' },
  },
}

/** A host with the state before, and beside it links and addresses that are nobody's but the person's. */
async function prepared(cleanup: Cleanup): Promise<{ host: Namespace; installation: Installation }> {
  const host = await namespace(cleanup)
  await host.addVeth('eth1', '10.0.2.9/24')
  await host.ipBatch(`
    link add foreign type vxlan id 77 remote 10.0.2.77 dstport 4777 ttl 7
    address add 10.7.7.7/24 dev foreign
    link set foreign addrgenmode none
    link set foreign up`)
  const installation = installVxagent(host, { 'links.yaml': before }, cleanup)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  await host.bridge('fdb add 02:00:00:00:00:99 dev replaced dst 10.0.2.99')
  installation.write('links.yaml', after)
  return { host, installation }
}

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
type Shown = any

/** All that the host has, without what differs from one making to the next: ifindexes, and MACs with what follows from them. */
async function picture(host: Namespace): Promise<unknown> {
  const links = (await host.json('ip -d -j addr show type vxlan')) as Shown[]
  const stable = links.map(({ ifindex, address, addr_info, ...link }) => ({
    ...link,
    addr_info: addr_info
      .filter(({ scope }: Shown) => scope !== 'link')
      .map(({ local, prefixlen }: Shown) => `${local}/${prefixlen}`)
      .sort(),
  }))
  return stable.sort((one, other) => one.ifname.localeCompare(other.ifname))
}

/** Kills an apply at a step, applies again, and looks. False when the apply had ended before that step. */
async function survives(step: number, wanted: unknown): Promise<boolean> {
  const undo: (() => unknown)[] = []
  try {
    const { host, installation } = await prepared((each) => undo.push(each))
    const foreign = await host.json('ip -d -j addr show dev foreign')
    const env = { ...installation.env, VXA_CRASH_AT: `${step}` }
    const { code } = await host.finish(process.execPath, ['--import', crashAt, vxagentPath, 'apply'], { env })
    if (code === 0) {
      return false
    }
    expect(code, `crash at step ${step}`).toBe(137)
    expect(await installation.vxagent('apply'), `apply after a crash at step ${step}`).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(await installation.vxagent('diff'), `diff after a crash at step ${step}`).toMatchObject({ code: 0 })
    expect(await picture(host), `the kernel after a crash at step ${step}`).toEqual(wanted)
    expect(await host.json('ip -d -j addr show dev foreign')).toEqual(foreign)
    expect(await host.bridge('fdb show dev replaced'), `by hand, after a crash at step ${step}`).toContain('10.0.2.99')
    expect(readdirSync(installation.stateDir).sort()).toEqual([
      'last-valid.json',
      'lock',
      'owned.json',
      'previous.json',
    ])
    return true
  } finally {
    for (const each of undo.toReversed()) {
      await each()
    }
  }
}

test('an apply that is killed at any step is made good by the next one', async () => {
  const untouched = await prepared(onTestFinished)
  expect(await untouched.installation.vxagent('apply')).toMatchObject({ code: 0 })
  const wanted = await picture(untouched.host)

  const steps = await killAtEachStep((step) => survives(step, wanted))
  // Two for each datagram and each rename: fewer would mean that the steps are no longer seen.
  expect(steps).toBeGreaterThan(15)
})
