/** A state directory on a file system that is really full: no link goes unless the record of its successor can be written. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { VxlanSpec } from '../src/agent/desired/schema.ts'
import { AgentInNetns } from './support/agent-in-netns.ts'
import { linkOf, type Shown } from './support/applied.ts'
import { run } from './support/command.ts'
import { namespace } from './support/namespace.ts'

/** A file system of its own, with room for the record. Gone when the test ends. */
async function smallDisk(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-test-'))
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory])
  onTestFinished(async () => {
    await run('umount', [directory])
    rmSync(directory, { recursive: true })
  })
  return directory
}

/** Gives the path of the file that fills it. */
function fill(directory: string): string {
  const path = join(directory, 'filler')
  expect(() => writeFileSync(path, Buffer.alloc(1 << 20))).toThrow(/ENOSPC/)
  return path
}

const spec: VxlanSpec = { id: 10, dstport: 4789, remote: '192.0.2.2', addresses: ['10.0.0.1/24'] }

test.each<{ name: string; after: Readonly<Record<string, VxlanSpec>> }>([
  { name: 'another link is to have its VNI', after: { vb: spec } },
  { name: 'its successor can only come after it', after: { va: { ...spec, udpcsum: false } } },
  { name: 'its successor comes beside it', after: { va: { ...spec, id: 11 } } },
])('a link stays as it is while the disk is full, where $name', async ({ after }) => {
  const host = await namespace(onTestFinished)
  const stateDir = await smallDisk()
  const agent = new AgentInNetns(host.name, stateDir)
  onTestFinished(() => agent.close())
  await agent.apply({ vxlans: { va: spec }, bridges: {} })
  const before = await linkOf(host, 'va')
  const filler = fill(stateDir)
  await expect(agent.apply({ vxlans: after, bridges: {} })).rejects.toThrow(/owned\.json.*ENOSPC/)
  expect(await linkOf(host, 'va')).toEqual(before)
  const links: Shown[] = await host.json('ip -d -j link show type vxlan')
  expect(links.map(({ ifname }) => ifname)).toEqual(['va'])

  rmSync(filler)
  await agent.apply({ vxlans: after, bridges: {} })
  const [name = '', wanted] = Object.entries(after)[0] ?? []
  const made = await linkOf(host, name)
  expect(made.ifindex).not.toBe(before.ifindex)
  expect(made.linkinfo.info_data).toMatchObject({ id: wanted?.id, port: 4789, udp_csum: wanted?.udpcsum !== false })
  expect((await host.json('ip -d -j link show type vxlan')).length).toBe(1)
})
