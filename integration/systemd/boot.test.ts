/** Boots: with a broken desired file, and without the network that the overlay stands on. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Machine, machine, whyNoMachine } from '../support/machine.ts'
import { namespace } from '../support/namespace.ts'
import { builtPackage } from '../support/package.ts'
import { converged, declare, desiredDirectory, install, isActive, statusText } from '../support/service.ts'

const refusal = await whyNoMachine()
if (refusal !== undefined) {
  process.stdout.write(`the tests of boots are skipped: ${refusal}\n`)
}

const overlay = { vxlans: { vxlan0: { id: 42, group: '239.1.1.1', dev: 'eth1', dstport: 4789 } } }
const broken = 'vxlans:\n  vxlan0:\n    ttll: 5\n    id: 42\n'

describe.skipIf(refusal !== undefined)('a boot', () => {
  const undo: (() => void | Promise<void>)[] = []
  let host: Machine
  const file = (): string => join(host.root, desiredDirectory, 'overlay.yaml')
  const vxlans = async (): Promise<string[]> =>
    (await host.host.json('ip -j link show type vxlan')).map(({ ifname }: { ifname: string }) => ifname)

  beforeAll(async () => {
    const path = await builtPackage()
    const cleanup = (part: () => void | Promise<void>): void => void undo.push(part)
    const network = await namespace(cleanup)
    await network.addVeth('eth1', '10.0.2.1/24')
    host = await machine(network, cleanup)
    await host.boot()
    expect(await install(host, path)).toMatchObject({ code: 0 })
    await declare(host, 'overlay.yaml', overlay)
    await converged(host)
  }, 120_000)

  afterAll(async () => {
    for (const part of undo.toReversed()) {
      await part()
    }
  })

  /** Off and on again; of what the kernel had nothing is left. */
  async function reboot(meanwhile: () => void | Promise<void>): Promise<void> {
    await host.powerOff()
    for (const name of await vxlans()) {
      await host.host.ip(`link delete ${name}`)
    }
    await meanwhile()
    await host.boot()
    await isActive(host)
  }

  test('with a valid file: the overlay is there when the network is said to be online', async () => {
    await reboot(() => {})
    expect(await vxlans()).toEqual(['vxlan0'])
    expect(await statusText(host)).toBe('Converged: 1 link as declared')
    const order = await host.property('vxagent', 'Before')
    expect(order.split(' ')).toContain('network-online.target')
    expect((await host.property('vxagent', 'After')).split(' ')).toContain('network-pre.target')
  })

  test('with a broken file: the last valid state is put in place, and the file is named', async () => {
    await reboot(() => writeFileSync(file(), broken))
    expect(await vxlans()).toEqual(['vxlan0'])
    expect(await statusText(host)).toBe(
      `Not converged: the desired files are invalid; the last valid state stays in force; ${desiredDirectory}/overlay.yaml:3:5: unknown key "ttll" in vxlan0`,
    )
  })

  test('with a broken file and no state before: it is up, says so, and takes up the file when it is mended', async () => {
    await reboot(() => rmSync(join(host.root, 'var/lib/vxagent'), { recursive: true }))
    expect(await vxlans()).toEqual([])
    expect(await statusText(host)).toMatch(/^Not converged: the desired files are invalid; nothing is in force; /)
    await declare(host, 'overlay.yaml', overlay)
    await converged(host)
    expect(await vxlans()).toEqual(['vxlan0'])
  })

  test('without the underlay device: it is up and waits, and the device brings the overlay', async () => {
    await reboot(() => host.host.ip('link delete eth1').then(() => {}))
    expect(await statusText(host)).toMatch(/^Not converged: vxlan0 is waiting: .*eth1/)
    expect((await host.finish('vxagent', 'status')).code).toBe(3)
    await host.host.addVeth('eth1', '10.0.2.1/24')
    await eventually(async () => expect(await vxlans()).toEqual(['vxlan0']))
    await eventually(async () => expect(await statusText(host)).toBe('Converged: 1 link as declared'))
  })
})
