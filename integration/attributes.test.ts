/** Random combinations of link attributes, made by vxagent and made by iproute2: the kernel shows the same. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VxlanSpec } from '../src/agent/desired/schema.ts'
import { arbitraryLinks } from './support/arbitrary-links.ts'
import { iproute2Commands } from './support/iproute2-command.ts'
import { type Cleanup, type Namespace, namespace } from './support/namespace.ts'
import { installVxagent } from './support/vxagent.ts'

/** Fixed, so that a change is judged by the same links as the one before it; any other by $VXA_TEST_SEED. */
const seed = Number(process.env['VXA_TEST_SEED'] ?? 20261123)
const numRuns = Number(process.env['VXA_TEST_RUNS'] ?? 4)

async function hostWithUnderlays(cleanup: Cleanup): Promise<Namespace> {
  const host = await namespace(cleanup)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.addVeth('eth2', '10.0.3.1/24')
  await host.ip('address add 2001:db8::1/64 dev eth1 nodad')
  return host
}

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
type Shown = any

/** What iproute2 shows of the links, less what no two makings share: a random MAC and the address that follows from it, ifindexes, DAD. */
async function picture(host: Namespace, desired: Readonly<Record<string, VxlanSpec>>): Promise<unknown[]> {
  const links = (await host.json('ip -d -j addr show type vxlan')) as Shown[]
  return links
    .map(({ ifindex, address, addr_info, ...link }) => ({
      ...link,
      ...(desired[link.ifname]?.mac !== undefined && { address }),
      addr_info: addr_info
        .filter(({ scope }: Shown) => scope !== 'link')
        .map(({ tentative, ...info }: Shown) => info)
        .sort((one: Shown, other: Shown) => one.local.localeCompare(other.local)),
    }))
    .sort((one, other) => one.ifname.localeCompare(other.ifname))
}

test(`the kernel shows of vxagent's links what it shows of iproute2's (seed ${seed}, ${numRuns} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryLinks, async (vxlans) => {
      const undo: (() => unknown)[] = []
      const cleanup: Cleanup = (each) => undo.push(each)
      try {
        const [ours, theirs] = [await hostWithUnderlays(cleanup), await hostWithUnderlays(cleanup)]
        const installation = installVxagent(ours, { 'links.yaml': { vxlans } }, cleanup)
        expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
        const commands = Object.entries(vxlans).flatMap(([name, spec]) => iproute2Commands(name, spec))
        await theirs.ipBatch(commands.join('\n'))

        expect(await picture(ours, vxlans)).toEqual(await picture(theirs, vxlans))
        expect(await installation.vxagent('diff')).toMatchObject({ code: 0 })
        const again = await installation.vxagent('apply', '--json')
        expect(JSON.parse(again.stdout)).toMatchObject({ actions: [], status: { converged: true } })
      } finally {
        for (const each of undo.toReversed()) {
          await each()
        }
      }
    }),
    // To shrink 25 links costs minutes, and a link that differs names itself.
    { seed, numRuns, endOnFailure: true },
  )
})
