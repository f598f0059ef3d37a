/** `vxagent events`: each way in which an entry comes, moves and goes is told apart. */
import { expect, onTestFinished, test } from 'vitest'
import type { OverlayEvent } from '../../src/agent/answers/overlay-event.ts'
import { eventually } from '../support/eventually.ts'
import { macs, story, threeHosts } from '../support/three-hosts.ts'
import { vxagentPath } from '../support/vxagent.ts'

/** The event that is looked for, as soon as it is there. */
function found(
  events: () => Promise<OverlayEvent[]>,
  wanted: Partial<OverlayEvent>,
  timeoutMs = 10_000,
): Promise<OverlayEvent> {
  return eventually(
    async () => {
      const all = await events()
      const event = all.findLast((each) =>
        Object.entries(wanted).every(([key, value]) => each[key as keyof OverlayEvent] === value),
      )
      if (event === undefined) {
        throw new Error(`no ${JSON.stringify(wanted)} among\n${all.map(({ message }) => message).join('\n')}`)
      }
      return event
    },
    { timeoutMs, everyMs: 100 },
  )
}

test('learned, moved, deleted by hand, flushed by a link that went down: each by its name', async () => {
  const { ubuntu, vyos01, vyos02, events } = await threeHosts(onTestFinished)
  expect(await vyos01.canPing('10.0.1.1')).toBe(true)
  const learned = { kind: 'learned', mac: macs.vyos01, vtep: '10.0.2.254', dev: 'vxlan0', vni: 42 } as const
  await found(events, learned)

  // The host with this MAC address moves to the other router.
  await vyos01.ip('link set vxlan0 address 02:00:00:00:00:f0')
  await vyos02.ip(`link set vxlan0 address ${macs.vyos01}`)
  expect(await vyos02.canPing('10.0.1.1')).toBe(true)
  const moved = await found(events, { kind: 'moved', mac: macs.vyos01 })
  expect(moved).toMatchObject({ from: '10.0.2.254', vtep: '10.0.2.253', dev: 'vxlan0' })

  await ubuntu.bridge(`fdb del ${macs.vyos01} dev vxlan0`)
  await found(events, { kind: 'deleted', mac: macs.vyos01, vtep: '10.0.2.253' })

  expect(await vyos01.canPing('10.0.1.1')).toBe(true)
  await found(events, { kind: 'learned', mac: '02:00:00:00:00:f0' })
  await ubuntu.ip('link set vxlan0 down')
  const flushed = await found(events, { kind: 'flushed', mac: '02:00:00:00:00:f0' })
  expect(flushed.cause).toBe('link down')
  await found(events, { kind: 'link-down', dev: 'vxlan0' })
  const repair = await found(events, { kind: 'repair', dev: 'vxlan0' })
  expect(repair.changes).toEqual(['up was false, is to be true'])

  await ubuntu.bridge('fdb add 02:00:00:00:00:77 dev vxlan0 dst 10.0.2.253')
  const added = await found(events, { kind: 'added', mac: '02:00:00:00:00:77' })
  expect(added).toMatchObject({ vtep: '10.0.2.253', cause: 'permanent' })
  await ubuntu.ip('link del vxlan0')
  await found(events, { kind: 'flushed', mac: '02:00:00:00:00:77', cause: 'link deleted' })
  await found(events, { kind: 'link-deleted', dev: 'vxlan0' })

  const all = await events()
  const ofMac = all.filter(({ mac }) => mac === macs.vyos01).map(({ kind }) => kind)
  expect(ofMac.slice(0, 3)).toEqual(['learned', 'moved', 'deleted'])
  // A slow host may send another frame of its own after the deletion, before the link goes down.
  expect(['', 'learned,flushed']).toContain(ofMac.slice(3).join())
  expect(await events('--mac', macs.vyos01, '--kind', 'moved,aged-out')).toEqual([moved])
  expect(all.map(({ id }) => id)).toEqual([...new Set(all.map(({ id }) => id))])
})

test('an entry without frames ages out, and is told from one that was deleted', async () => {
  const { ubuntu, vyos01, events } = await threeHosts(onTestFinished, story(1))
  expect(await vyos01.canPing('10.0.1.1')).toBe(true)
  await found(events, { kind: 'learned', mac: macs.vyos01 })
  // The kernel looks every ten seconds or so. Until then the other side's ARP cache may ask once more.
  await found(events, { kind: 'aged-out', mac: macs.vyos01, vtep: '10.0.2.254' }, 40_000)
  expect((await ubuntu.json('bridge -j fdb show dev vxlan0')).map(({ mac }: { mac: string }) => mac)).not.toContain(
    macs.vyos01,
  )
})

test('a MAC address that two hosts have flaps, and is named a duplicate; one that is our own at once', async () => {
  const { vyos01, vyos02, events } = await threeHosts(onTestFinished)
  const mac = '02:00:00:00:00:dd'
  await vyos01.ip(`link set vxlan0 address ${mac}`)
  await vyos02.ip(`link set vxlan0 address ${mac}`)
  for (const host of [vyos01, vyos02, vyos01, vyos02, vyos01, vyos02]) {
    // An announcement to all: an answer would go to whichever of them was heard last.
    await host.finish('ping', ['-c', '1', '-W', '1', '-b', '10.0.1.255'])
    await host.finish('bash', ['-c', 'ip neigh flush dev vxlan0; ping -c 1 -W 1 10.0.1.1 >/dev/null'])
  }
  const flapping = await found(events, { kind: 'flapping', mac })
  expect(new Set([flapping.vtep, flapping.from])).toEqual(new Set(['10.0.2.254', '10.0.2.253']))
  expect(flapping.count).toBeGreaterThanOrEqual(3)
  await found(events, { kind: 'duplicate', mac })
})

test('two readers see the same, one of them late; a restart and what is missing is told', async () => {
  const { agent, ubuntu, events } = await threeHosts(onTestFinished)
  const follower = ubuntu.hold(process.execPath, [vxagentPath, 'events', '--json'], agent.env)
  onTestFinished(async () => {
    follower.process.kill('SIGKILL')
    await follower.finished
  })
  await ubuntu.bridge('fdb add 02:00:00:00:00:71 dev vxlan0 dst 10.0.2.253')
  await eventually(() => expect(follower.output()).toContain('02:00:00:00:00:71'))
  await agent.stop()
  await eventually(() => expect(follower.output()).toContain('the daemon has ended; waiting for it'))
  await agent.startAndWait()
  await ubuntu.bridge('fdb add 02:00:00:00:00:72 dev vxlan0 dst 10.0.2.253')
  await eventually(() => expect(follower.output()).toContain('02:00:00:00:00:72'))
  expect(follower.output()).toContain('the agent was started anew')
  expect((await events()).map(({ mac }) => mac)).toContain('02:00:00:00:00:72')
  follower.process.kill('SIGINT')
  expect((await follower.finished).code).toBe(0)
})
