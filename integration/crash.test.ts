/** The power of kill -9: at each step of an apply, and afterwards a normal one makes everything right. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isAtLeast, readKernelRelease } from '../src/agent/host/kernel-release.ts'
import { killAtEachStep } from './support/each-step.ts'
import { hostPicture } from './support/host-picture.ts'
import type { Cleanup, Namespace } from './support/namespace.ts'
import { namespace } from './support/namespace.ts'
import { slowness } from './support/slowness.ts'
import { type Installation, installVxagent, vxagentPath } from './support/vxagent.ts'

const crashAt = join(import.meta.dirname, 'support/crash-at.mjs')

/** Static entries, numbered. */
const entries = (first: number, last: number): object[] =>
  Array.from({ length: last - first + 1 }, (_, index) => ({
    mac: `02:00:00:00:01:${(first + index).toString(16).padStart(2, '0')}`,
    dst: '10.0.2.1',
  }))

const before = {
  vxlans: {
    filled: { id: 5, dstport: 4792, fdb: entries(1, 40) },
    changed: { id: 1, dstport: 4789, remote: '10.0.2.1', ttl: 16, addresses: ['10.1.1.1/24'] },
    replaced: { id: 2, dstport: 4790, remote: '10.0.2.1', addresses: ['10.1.2.1/24', '2001:db8:2::1/64'] },
    deleted: { id: 3, dstport: 4791, remote: '10.0.2.1' },
  },
}
const after = {
  vxlans: {
    filled: { id: 6, dstport: 4792, fdb: entries(21, 80) },
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
  for (const name of ['foreign', 'replaced', 'filled', 'changed']) {
    await host.bridge(`fdb add 02:00:00:00:00:99 dev ${name} dst 10.0.2.99`)
  }
  installation.write('links.yaml', after)
  return { host, installation }
}

/** Before Linux 6.2 a replaced link goes before the new one is made: entries of others are lost if vxagent is killed in between. */
const keepsEntriesOfOthers = isAtLeast(readKernelRelease(), 6, 2)

async function picture(host: Namespace): ReturnType<typeof hostPicture> {
  const links = await hostPicture(host)
  for (const name of keepsEntriesOfOthers ? [] : ['replaced', 'filled']) {
    const link = links[name]
    if (link !== undefined) {
      link.fdb = link.fdb.filter((entry: string) => JSON.parse(entry).dst !== '10.0.2.99')
    }
  }
  return links
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
    // With the entries that others put on these links.
    expect(await picture(host), `the kernel after a crash at step ${step}`).toEqual(wanted)
    expect(await host.json('ip -d -j addr show dev foreign')).toEqual(foreign)
    expect(readdirSync(installation.stateDir).sort()).toEqual([
      'last-valid.json',
      'lock',
      'owned-entries',
      'owned.json',
      'previous.json',
    ])
    const [{ ifindex }] = await host.json('ip -j link show dev filled')
    expect(readdirSync(join(installation.stateDir, 'owned-entries'))).toEqual([`${ifindex}.keys`])
    installation.write('links.yaml', step % 2 === 0 ? before : {})
    expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
    expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
    const left = Object.values(await hostPicture(host)).flatMap(({ fdb }) => fdb)
    // Of 40 static entries, the flood entries of `remote` and those of others on the links that are there, nothing is too many.
    expect(left.filter((entry: string) => /"02:00:00:00:01:/.test(entry))).toHaveLength(step % 2 === 0 ? 40 : 0)
    return true
  } finally {
    for (const each of undo.toReversed()) {
      await each()
    }
  }
}

test(
  'an apply that is killed at any step is made good by the next one, be it of the state before',
  async () => {
    const untouched = await prepared(onTestFinished)
    expect(await untouched.installation.vxagent('apply')).toMatchObject({ code: 0 })
    const wanted = await picture(untouched.host)

    const steps = await killAtEachStep((step) => survives(step, wanted), 12)
    // Two for each datagram and each rename: fewer would mean that the steps are no longer seen.
    expect(steps).toBeGreaterThan(15)
  },
  900_000 * slowness,
)
