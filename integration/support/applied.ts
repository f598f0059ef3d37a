/** A host in which a state has been applied once, and what iproute2 shows of it. */
import { expect, onTestFinished } from 'vitest'
import { type Finished, finish } from './command.ts'
import { type Namespace, namespace } from './namespace.ts'
import { type Installation, installVxagent, vxagentPath } from './vxagent.ts'

// biome-ignore lint/suspicious/noExplicitAny: iproute2's JSON.
export type Shown = any

export interface AppliedHost {
  readonly host: Namespace
  readonly installation: Installation
}

/** A host with this state. @param devices what it has besides: names of devices with their addresses */
export async function applied(state: object, devices: Readonly<Record<string, string>> = {}): Promise<AppliedHost> {
  const host = await namespace(onTestFinished)
  for (const [name, address] of Object.entries(devices)) {
    await host.addVeth(name, address)
  }
  const installation = installVxagent(host, {}, onTestFinished)
  await apply(installation, state)
  return { host, installation }
}

/** Expects that it works, and that there is nothing to say about it. */
export async function apply(installation: Installation, state: object): Promise<void> {
  installation.write('overlay.yaml', state)
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0, stderr: '' })
}

/** `vxagent validate` of a state, without a host. */
export function validate(state: object): Promise<Finished> {
  return finish(process.execPath, [vxagentPath, 'validate', '-'], { input: JSON.stringify(state) })
}

/** The link with its addresses, as iproute2 shows it. */
export async function linkOf(host: Namespace, name: string): Promise<Shown> {
  const [link] = await host.json(`ip -d -j address show dev ${name}`)
  return link
}

/** The VTEPs that floods of a link go to. */
export async function floods(host: Namespace, name: string): Promise<string[]> {
  const entries: Shown[] = await host.json(`bridge -d -j fdb show dev ${name}`)
  return entries.filter(({ mac, dst }) => mac === '00:00:00:00:00:00' && dst !== undefined).map(({ dst }) => dst)
}
