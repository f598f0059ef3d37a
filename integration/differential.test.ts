/** Random desired states, made by vxagent and made by iproute2: the kernel shows the same; exported and applied elsewhere, again. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DesiredState } from '../src/agent/desired/schema.ts'
import { arbitraryOverlay, foreignPorts } from './support/arbitrary-overlay.ts'
import { overlayCommands } from './support/iproute2-overlay.ts'
import { type Cleanup, type Namespace, namespace } from './support/namespace.ts'
import { overlayPicture } from './support/overlay-picture.ts'
import { type Installation, installVxagent } from './support/vxagent.ts'

/** Fixed, so that a change is judged by the same states as the one before it; any other by $VXA_TEST_SEED. */
const seed = Number(process.env['VXA_TEST_SEED'] ?? 20261123)
const numRuns = Number(process.env['VXA_TEST_RUNS'] ?? 3)

async function host(cleanup: Cleanup): Promise<Namespace> {
  const host = await namespace(cleanup)
  await host.addVeth('eth1', '10.0.2.1/24')
  await host.addVeth('eth2', '10.0.3.1/24')
  await host.ip('address add 2001:db8::1/64 dev eth1 nodad')
  for (const port of foreignPorts) {
    await host.addVeth(port)
  }
  return host
}

async function makeByHand(host: Namespace, desired: DesiredState): Promise<void> {
  const { ip, bridge, settings } = overlayCommands(desired)
  await host.ipBatch(ip.join('\n'))
  await host.bridgeBatch(bridge)
  const script = settings.map(([path, value]) => `echo ${value} > /proc/sys/net/${path}`)
  await host.run('sh', ['-e', '-c', script.join('\n')])
}

async function expectSettled(installation: Installation): Promise<void> {
  const { stdout, code } = await installation.vxagent('diff')
  expect(stdout).toBe('Nothing to do: the kernel has what is declared.\n')
  expect(code).toBe(0)
}

test(`what vxagent makes is what iproute2 makes, and what it exports makes it again (seed ${seed}, ${numRuns} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryOverlay, async (desired) => {
      const undo: (() => unknown)[] = []
      const cleanup: Cleanup = (each) => undo.push(each)
      try {
        const [ours, theirs, elsewhere] = [await host(cleanup), await host(cleanup), await host(cleanup)]
        const installation = installVxagent(ours, { 'overlay.json': desired }, cleanup)
        const applied = await installation.vxagent('apply')
        expect(applied.code, applied.stderr).toBe(0)
        await makeByHand(theirs, desired)
        const picture = await overlayPicture(ours, desired)
        expect(picture).toEqual(await overlayPicture(theirs, desired))
        await expectSettled(installation)

        const exported = await installation.vxagent('export')
        const other = installVxagent(elsewhere, { 'exported.yaml': exported.stdout }, cleanup)
        expect(await other.vxagent('apply')).toMatchObject({ code: 0 })
        expect(await overlayPicture(elsewhere, desired)).toEqual(picture)
        installation.remove('overlay.json')
        installation.write('exported.yaml', exported.stdout)
        await expectSettled(installation)
      } finally {
        for (const each of undo.toReversed()) {
          await each()
        }
      }
    }),
    // To shrink so much costs minutes, and what differs names itself.
    { seed, numRuns, endOnFailure: true },
  )
})
