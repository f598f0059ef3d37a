import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { InvalidDesiredState } from '../../../src/agent/desired/issue.ts'
import type { DesiredState } from '../../../src/agent/desired/schema.ts'
import { Fleet } from '../../../src/agent/fleet/fleet.ts'
import { emptyObserved } from '../../../src/agent/kernel/observed.ts'
import type { ApplyContext } from '../../../src/agent/reconcile/apply/apply.ts'
import type { Reconciler } from '../../../src/agent/reconcile/loop/reconciler.ts'
import type { DeletionPolicy } from '../../../src/agent/trial/deletion-policy.ts'
import { EnforcedState } from '../../../src/agent/trial/enforced-state.ts'
import { Enforcer } from '../../../src/agent/trial/enforcer.ts'
import { readFiles } from '../../../src/agent/trial/files-reading.ts'
import { NotPossibleNow } from '../../../src/agent/trial/not-possible-now.ts'
import { release } from '../../support/builders.ts'
import { Home, stateOf, vniOf } from './support.ts'

const silent = pino({ level: 'silent' })

interface Scene {
  readonly home: Home
  readonly enforcedState: EnforcedState
  readonly enforcer: Enforcer
  /** What the reconciler was given, by number, in order. */
  readonly enforced: (number | undefined)[]
}

/** An enforcer over a reconciler that notes what it is to enforce, and on a host without any link. */
function scene({
  home = new Home(),
  adopted = false,
  keepsWindow = true,
  readFiles: read = readFiles,
  deletions = undefined as DeletionPolicy | undefined,
} = {}): Scene {
  const enforced: (number | undefined)[] = []
  const reconciler = {
    counters: { reconciles: 0, repairs: 0, resyncs: 0, overruns: 0 },
    objects: [],
    trouble: undefined,
    isBusy: false,
    setDesired: (state: DesiredState) => enforced.push(vniOf(state)),
    reconcileNow: async () => [],
    stop: async () => {},
  } as unknown as Reconciler
  const link = { index: 7, attributes: { ifname: 'vxlan0', linkinfo: { kind: 'vxlan', data: {} } } }
  const applyContext = {
    client: { counters: { requests: 0, dumps: 0 } },
    observer: {
      events: 0,
      observed: { ...emptyObserved(), links: new Map(adopted ? [[7, link]] : []) },
    },
    ownership: { links: {}, ports: {}, entriesOf: () => ({ fdb: new Set(), neighbours: new Set() }) },
    release,
  } as unknown as ApplyContext
  const enforcedState = new EnforcedState({
    path: home.files,
    stateDir: home.stateDir,
    log: silent,
    readFiles: read,
    ...(deletions !== undefined && { deletions }),
  })
  const fleet = new Fleet(home.stateDir)
  const enforcer = new Enforcer({
    enforcedState,
    fleet,
    reconciler,
    applyContext,
    version: '0.1.0',
    log: silent,
    keepsWindow,
  })
  return { home, enforcedState, enforcer, enforced }
}

async function running(): Promise<Scene> {
  const here = scene()
  here.home.write(1)
  await here.enforcer.reload()
  here.home.write(2)
  return here
}

test('nothing is converged before the first pass over the kernel is over', async () => {
  const { home, enforcer } = scene()
  home.write(1)
  expect(enforcer.status()).toMatchObject({ converged: false, isStarting: true })
  await enforcer.reload()
  expect(enforcer.status()).toMatchObject({ converged: true })
  expect(enforcer.status()).not.toHaveProperty('isStarting')
})

test('a trial is enforced, and confirmed it stays', async () => {
  const { enforcer, enforced } = await running()
  const { status } = await enforcer.tryOut({ seconds: 60 })
  expect(status.desired.enforcing).toBe('trial')
  expect(status.converged).toBe(true)
  expect((await enforcer.confirm()).status.desired.enforcing).toBe('current')
  expect(enforced).toEqual([1, 2, 2])
})

test('a window that ends brings the state before back by itself', async () => {
  const { enforcer, enforced } = await running()
  await enforcer.tryOut({ seconds: 1 })
  await delay(700)
  expect(enforced).toEqual([1, 2])
  await delay(700)
  expect(enforced).toEqual([1, 2, 1])
  expect(enforcer.status()).toMatchObject({ converged: false, desired: { enforcing: 'rolled back', isInForce: false } })
})

test('a window that another takes over ends with the other', async () => {
  const { enforcer, enforced } = await running()
  await enforcer.tryOut({ seconds: 1 })
  await enforcer.tryOut({ seconds: 60 })
  await delay(1300)
  expect(enforced).toEqual([1, 2, 2])
  await enforcer.rollBack()
  expect(enforced).toEqual([1, 2, 2, 1])
})

test('where another process keeps the window it leaves that alone, lest it dies halfway', async () => {
  const here = scene({ keepsWindow: false })
  here.home.write(1)
  await here.enforcer.reload()
  here.home.write(2)
  await here.enforcer.tryOut({ seconds: 1 })
  await delay(1300)
  expect(here.enforced).toEqual([1, 2])
  expect(here.home.read('override.json')).toMatchObject({ what: 'trial' })
})

test('once stopped it lets the window pass: the next start sees to that', async () => {
  const { home, enforcer, enforced } = await running()
  await enforcer.tryOut({ seconds: 1 })
  await enforcer.stop()
  await delay(1300)
  expect(enforced).toEqual([1, 2])
  const next = scene({ home })
  await next.enforcer.reload()
  // Once before the files are read, and once for what they say.
  expect(next.enforced).toEqual([1, 1])
})

test('started within the window it keeps it', async () => {
  const { home, enforcer } = await running()
  await enforcer.tryOut({ seconds: 1 })
  await enforcer.stop()
  const next = scene({ home })
  await next.enforcer.reload()
  expect(next.enforced).toEqual([2])
  await delay(1300)
  expect(next.enforced).toEqual([2, 1])
})

test('a plain apply is refused while a state is on trial; a reload is not, and keeps it', async () => {
  const { home, enforcer, enforced } = await running()
  await enforcer.tryOut({ seconds: 60 })
  home.write(3)
  await expect(enforcer.apply()).rejects.toThrow(NotPossibleNow)
  await expect(enforcer.apply()).rejects.toThrow(/vxagent confirm .* vxagent rollback/)
  await enforcer.reload()
  expect(enforced).toEqual([1, 2, 2])
})

test('what must be ready before a trial and is not keeps it from being applied', async () => {
  const { enforcedState, enforcer, enforced, home } = await running()
  const onBegun = async (): Promise<void> => {
    expect(home.read('override.json')).toMatchObject({ what: 'trial', state: stateOf(2), before: stateOf(1) })
    throw new Error('no process can be started')
  }
  await expect(enforcer.tryOut({ seconds: 60, onBegun })).rejects.toThrow('no process can be started')
  expect(enforcedState.override).toBeUndefined()
  expect(home.kept).not.toContain('override.json')
  expect(enforced).toEqual([1])
})

test('a trial that would take over a link is refused, since nobody knows how the link was', async () => {
  const { home, enforcer, enforced, enforcedState } = scene({ adopted: true })
  home.write('{"vxlans":{}}')
  await enforcer.reload()
  home.write(JSON.stringify({ vxlans: { vxlan0: { id: 4, remote: '10.0.2.9', dstport: 4789, adopt: true } } }))
  await expect(enforcer.tryOut({ seconds: 60 })).rejects.toThrow(/takes over vxlan0/)
  expect(enforcedState.override).toBeUndefined()
  expect(enforced).toEqual([0])
})

test('an apply of broken files is refused with their issues, and the status tells of them', async () => {
  const { home, enforcer, enforced } = await running()
  home.write('{')
  await expect(enforcer.apply()).rejects.toThrow(InvalidDesiredState)
  expect(enforcer.status()).toMatchObject({ converged: false, desired: { isValid: false, enforcing: 'last valid' } })
  expect(enforced).toEqual([1])
})

test('an apply of broken files that finds a window over brings the state before back', async () => {
  const { home, enforcer } = await running()
  await enforcer.tryOut({ seconds: 1 })
  await enforcer.stop()
  await delay(1100)
  home.write('{')
  const next = scene({ home })
  await expect(next.enforcer.apply()).rejects.toThrow(InvalidDesiredState)
  expect(next.enforced).toEqual([1])
})

test('a trial right after a window that nobody kept brings the state before back first, and returns to it', async () => {
  const { home, enforcer, enforced } = await running()
  await enforcer.tryOut({ seconds: 1 })
  // No timer any more.
  await enforcer.stop()
  await delay(1100)
  home.write(3)
  await enforcer.tryOut({ seconds: 60 })
  expect(enforced).toEqual([1, 2, 1, 3])
  await enforcer.rollBack()
  expect(enforced).toEqual([1, 2, 1, 3, 1])
})

test('a trial that is refused right after such a window has brought the state before back', async () => {
  const { home, enforcer, enforced } = await running()
  await enforcer.tryOut({ seconds: 1 })
  await enforcer.stop()
  await delay(1100)
  home.write('{')
  await expect(enforcer.tryOut({ seconds: 60 })).rejects.toThrow(InvalidDesiredState)
  expect(enforced).toEqual([1, 2, 1])
})

/** Files whose next reading ends when the test says so. */
/** Files that are read slowly once that has begun. `isHeld`: what was read waits for `finish`. */
function slowFiles(): {
  readonly readFiles: typeof readFiles
  readonly isHeld: boolean
  begin(): void
  finish(): void
} {
  let isSlow = false
  let isHeld = false
  let finish = (): void => {}
  return {
    get isHeld() {
      return isHeld
    },
    async readFiles(...args) {
      const files = await readFiles(...args)
      if (isSlow) {
        await new Promise<void>((resolve) => {
          finish = resolve
          isHeld = true
        })
      }
      return files
    },
    begin() {
      isSlow = true
    },
    finish: () => finish(),
  }
}

test.each([
  ['where a daemon keeps it', true],
  ['where another process keeps it, which waits for the state directory', false],
])('a window that ends while files are being read does not wait for that: %s', async (_where, keepsWindow) => {
  const slow = slowFiles()
  const { home, enforcer, enforced } = scene({ keepsWindow, readFiles: slow.readFiles })
  home.write(1)
  await enforcer.reload()
  home.write(2)
  await enforcer.tryOut({ seconds: 1 })
  home.write(3)
  slow.begin()
  const reload = enforcer.reload()
  await delay(1300)
  expect(enforced).toEqual([1, 2, 1])
  slow.finish()
  await reload
  // Not 3: what the files say when the trial ends waits until they change again.
  expect(enforced).toEqual([1, 2, 1, 1])
  expect(enforcer.status().desired).toMatchObject({ enforcing: 'rolled back', why: 'not confirmed' })
  home.write(4)
  const next = enforcer.reload()
  await delay(100)
  slow.finish()
  await next
  expect(enforced).toEqual([1, 2, 1, 1, 4])
})

test('a confirmation in time does not wait for files that are being read', async () => {
  const slow = slowFiles()
  const { home, enforcer } = scene({ readFiles: slow.readFiles })
  home.write(1)
  await enforcer.reload()
  home.write(2)
  await enforcer.tryOut({ seconds: 60 })
  slow.begin()
  const reload = enforcer.reload()
  expect((await enforcer.confirm()).status.desired.enforcing).toBe('current')
  // Reading takes its time on a machine with much to do.
  await vi.waitUntil(() => slow.isHeld, { timeout: 20_000 })
  slow.finish()
  await reload
})

test('reading files is not work that the watchdog expects requests of', async () => {
  const slow = slowFiles()
  const { home, enforcer } = scene({ readFiles: slow.readFiles })
  home.write(1)
  slow.begin()
  const reload = enforcer.reload()
  await delay(100)
  expect(enforcer.isBusy).toBe(false)
  slow.finish()
  await reload
})

test('a reload finds a window over: the state before returns before the files are read', async () => {
  const { home, enforcer } = await running()
  await enforcer.tryOut({ seconds: 1 })
  await enforcer.stop()
  await delay(1100)
  const slow = slowFiles()
  const next = scene({ home, readFiles: slow.readFiles })
  slow.begin()
  const reload = next.enforcer.reload()
  await delay(100)
  expect(next.enforced).toEqual([1])
  slow.finish()
  await reload
})

/** What a scene with two vxlans goes through when the second is left out. */
async function leavingOneOut(deletions: DeletionPolicy, slow = slowFiles()): Promise<Scene> {
  const here = scene({ deletions, readFiles: slow.readFiles })
  const { vxlans } = stateOf(1)
  here.home.write(JSON.stringify({ vxlans: { ...vxlans, vxlan1: { ...vxlans['vxlan0'], id: 99 } } }))
  await here.enforcer.reload()
  here.home.write(1)
  await here.enforcer.reload()
  return here
}

test('a link that no file names any more is deleted when its time is over, and till then nothing is converged', async () => {
  const { enforcer, enforcedState } = await leavingOneOut({ share: 0.5, waitMs: undefined, delayMs: 600 })
  expect(enforcer.status()).toMatchObject({ converged: false, desired: { toBeDeleted: [{ name: 'vxlan1' }] } })
  expect(Object.keys(enforcedState.state?.vxlans ?? {})).toHaveLength(2)
  await vi.waitFor(() => expect(enforcer.status().converged).toBe(true), 5000)
  expect(Object.keys(enforcedState.state?.vxlans ?? {})).toEqual(['vxlan0'])
  await enforcer.stop()
})

test('files that are being read when that time is over are waited for: they may name it again', async () => {
  const slow = slowFiles()
  const { home, enforcer, enforcedState } = await leavingOneOut({ share: 0.5, waitMs: undefined, delayMs: 600 }, slow)
  const { vxlans } = stateOf(1)
  home.write(JSON.stringify({ vxlans: { ...vxlans, vxlan1: { ...vxlans['vxlan0'], id: 99 } } }))
  slow.begin()
  const reload = enforcer.reload()
  await delay(1200)
  expect(Object.keys(enforcedState.state?.vxlans ?? {})).toHaveLength(2)
  slow.finish()
  await reload
  await delay(300)
  expect(Object.keys(enforcedState.state?.vxlans ?? {})).toHaveLength(2)
  expect(enforcer.status().converged).toBe(true)
  await enforcer.stop()
})

test('a held change is carried out by an apply of somebody who may decide that, and by nobody else', async () => {
  const { home, enforcer, enforced } = scene({ deletions: { share: 0.5, waitMs: undefined, delayMs: 0 } })
  home.write(1)
  await enforcer.reload()
  home.write('{"vxlans":{}}')
  await enforcer.reload()
  expect(enforcer.status()).toMatchObject({ converged: false, desired: { enforcing: 'held' } })
  await enforcer.apply('reload')
  expect(enforcer.status().desired.enforcing).toBe('held')
  await enforcer.apply()
  expect(enforcer.status()).toMatchObject({ converged: true, desired: { enforcing: 'current' } })
  expect(enforced).toEqual([1, 1, 1, 0])
})

test('a held change is carried out when it has waited for as long as is configured', async () => {
  const { home, enforcer, enforced } = scene({ deletions: { share: 0.5, waitMs: 600, delayMs: 0 } })
  home.write(1)
  await enforcer.reload()
  home.write('{"vxlans":{}}')
  await enforcer.reload()
  expect(enforcer.status().desired.held?.until).toMatch(/Z$/)
  await vi.waitFor(() => expect(enforced).toEqual([1, 1, 0]), 5000)
  await enforcer.stop()
})
