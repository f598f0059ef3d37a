import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { InvalidDesiredState } from '../../../src/agent/desired/issue.ts'
import { loadDesired } from '../../../src/agent/desired/load.ts'
import type { EnforcedState } from '../../../src/agent/trial/enforced-state.ts'
import { NotPossibleNow } from '../../../src/agent/trial/not-possible-now.ts'
import { StateRecord } from '../../../src/agent/trial/state-record.ts'
import { Home, reload, stateOf, vniOf } from './support.ts'

const broken = '{"vxlans":'
const elsewhere = { path: '/tmp/new.yaml', state: stateOf(9) }
const known = { ownsNothing: false }

let home: Home
beforeEach(() => {
  home = new Home()
})

/** What is enforced, by its number, and why. */
const enforced = (enforcedState: EnforcedState): unknown => [vniOf(enforcedState.state), enforcedState.status.enforcing]

/** An agent on which 2 is on trial, in force before it 1; the files say 2. */
async function onTrial(seconds = 60): Promise<EnforcedState> {
  home.write(1)
  const enforcedState = await home.started()
  home.write(2)
  enforcedState.take(await enforcedState.read())
  enforcedState.begin(seconds, known)
  enforcedState.settle()
  return enforcedState
}

describe('without a trial', () => {
  test('the files are in force, and followed', async () => {
    home.write(1)
    const enforcedState = await home.started()
    expect(enforced(enforcedState)).toEqual([1, 'current'])
    home.write(2)
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([2, 'current'])
    expect(enforcedState.status).toMatchObject({
      isValid: true,
      isInForce: true,
      files: [expect.stringContaining('a.json')],
    })
    expect(home.kept).toEqual(['last-valid.json', 'previous.json'])
  })

  test('while the files are read again the status says since when', async () => {
    home.write(1)
    const enforcedState = await home.started()
    expect(enforcedState.status.readingSince).toBeUndefined()
    home.write(broken)
    const reading = enforcedState.read()
    expect(enforcedState.status).toMatchObject({ isValid: true, readingSince: expect.stringMatching(/^\d{4}-.*Z$/) })
    enforcedState.take(await reading)
    expect(enforcedState.status).toMatchObject({ isValid: false })
    expect(enforcedState.status.readingSince).toBeUndefined()
  })

  test('broken files leave the last valid state in force, over a restart too', async () => {
    home.write(1)
    const enforcedState = await home.started()
    const { enforcedSince } = enforcedState.status
    home.write(broken)
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([1, 'last valid'])
    expect(enforcedState.status).toMatchObject({ isValid: false, enforcedSince })
    expect(enforced(await home.started())).toEqual([1, 'last valid'])
  })

  test('files that were broken from the start put nothing in force', async () => {
    home.write(broken)
    const enforcedState = await home.started()
    expect(enforced(enforcedState)).toEqual([undefined, 'none'])
    expect(home.kept).toEqual([])
  })

  test('places in the files are told only as long as these are in force', async () => {
    home.write(1)
    const enforcedState = await home.started()
    expect(enforcedState.locate(['vxlans', 'vxlan0'])).toMatchObject({ line: 1 })
    home.write(2)
    enforcedState.take(await enforcedState.read())
    enforcedState.begin(60, { ...known, candidate: elsewhere })
    enforcedState.settle()
    expect(enforcedState.locate(['vxlans', 'vxlan0'])).toBeUndefined()
  })
})

describe('a trial', () => {
  test('is in force until its window ends, then the state before is, until the files change', async () => {
    const enforcedState = await onTrial(60)
    expect(enforced(enforcedState)).toEqual([2, 'trial'])
    expect(enforcedState.windowLeftMs).toBe(60_000)
    expect(Date.parse(enforcedState.status.until ?? '') - Date.now()).toBeGreaterThan(59_000)

    home.clock.time += 59_999
    expect(enforcedState.endWindowIfOver()).toBe(false)
    home.clock.time += 1
    expect(enforcedState.endWindowIfOver()).toBe(true)
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
    expect(enforcedState.status).toMatchObject({ why: 'not confirmed', isInForce: false })

    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
    home.write(3)
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([3, 'current'])
    expect(home.kept).not.toContain('override.json')
  })

  test('does not touch what a restart with broken files would fall back on', async () => {
    await onTrial()
    expect(home.read('last-valid.json')).toEqual(stateOf(1))
  })

  test('that is confirmed stays in force, as the files have it', async () => {
    const enforcedState = await onTrial()
    enforcedState.confirm()
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([2, 'current'])
    home.clock.time += 1_000_000
    expect(enforcedState.endWindowIfOver()).toBe(false)
    expect(enforced(await home.started())).toEqual([2, 'current'])
    expect([home.read('last-valid.json'), home.read('previous.json')]).toEqual([stateOf(2), stateOf(1)])
  })

  test('is in force still after a restart within the window, which is as long as it was', async () => {
    await onTrial(60)
    home.clock.time += 20_000
    const next = await home.started()
    expect(enforced(next)).toEqual([2, 'trial'])
    expect(next.windowLeftMs).toBe(40_000)
  })

  test('whose window ended while nothing ran is rolled back at the next start', async () => {
    await onTrial(60)
    home.clock.time += 60_000
    const next = await home.started()
    expect(enforced(next)).toEqual([1, 'rolled back'])
    expect(next.status.why).toBe('not confirmed')
  })

  test('is rolled back after a reboot, however much of its window is left', async () => {
    await onTrial(60)
    home.clock.bootId = 'second boot'
    const next = await home.started()
    expect(enforced(next)).toEqual([1, 'rolled back'])
    expect(next.status.why).toBe('reboot')
    expect(enforced(await home.started())).toEqual([1, 'rolled back'])
  })

  test('found ended gives way to files that were changed since it began', async () => {
    await onTrial(60)
    home.clock.time += 60_000
    home.write(3)
    expect(enforced(await home.started())).toEqual([3, 'current'])
    expect(home.read('previous.json')).toEqual(stateOf(1))
  })

  test('goes on when the files change, and its end takes nothing else up', async () => {
    const enforcedState = await onTrial()
    home.write(3)
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([2, 'trial'])
    enforcedState.rollBack()
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
  })

  test('goes on when the files break', async () => {
    const enforcedState = await onTrial()
    home.write(broken)
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([2, 'trial'])
    expect(enforcedState.status.isValid).toBe(false)
  })

  test('within a trial returns to what the first returns to, in a window of its own', async () => {
    const enforcedState = await onTrial(60)
    home.clock.time += 50_000
    home.write(3)
    enforcedState.take(await enforcedState.read())
    enforcedState.begin(60, known)
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([3, 'trial'])
    expect(enforcedState.windowLeftMs).toBe(60_000)
    enforcedState.rollBack()
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
  })

  test('of the same state once more makes its window longer', async () => {
    const enforcedState = await onTrial(60)
    home.clock.time += 50_000
    enforcedState.take(await enforcedState.read())
    enforcedState.begin(60, known)
    expect(enforcedState.windowLeftMs).toBe(60_000)
  })

  test('of the state that it returns to is refused', async () => {
    const enforcedState = await onTrial()
    home.write(1)
    enforcedState.take(await enforcedState.read())
    expect(() => enforcedState.begin(60, known)).toThrow(/vxagent rollback returns to it now/)
    expect(enforced(enforcedState)).toEqual([2, 'trial'])
  })

  test('of a state that is in force already returns to the one before the last change', async () => {
    home.write(1)
    const enforcedState = await home.started()
    home.write(2)
    await reload(enforcedState)
    enforcedState.begin(60, known)
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([2, 'trial'])
    enforcedState.rollBack()
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
    expect([home.read('last-valid.json'), home.read('previous.json')]).toEqual([stateOf(1), stateOf(2)])
  })

  test('of a state that is in force already, with none before it, is refused', async () => {
    home.write(1)
    const enforcedState = await home.started()
    expect(() => enforcedState.begin(60, { ownsNothing: true })).toThrow(NotPossibleNow)
    expect(() => enforcedState.begin(60, { ownsNothing: true })).toThrow(/in force already, and none of before/)
    expect(enforced(enforcedState)).toEqual([1, 'current'])
  })

  test('of the first state ever returns to nothing', async () => {
    home.write(1)
    const enforcedState = home.start()
    enforcedState.take(await enforcedState.read())
    enforcedState.begin(60, { ownsNothing: true })
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([1, 'trial'])
    enforcedState.rollBack()
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([0, 'rolled back'])
  })

  test('of a first state where links were made already is refused: what they were made from is not known', async () => {
    home.write(1)
    const enforcedState = home.start()
    enforcedState.take(await enforcedState.read())
    expect(() => enforcedState.begin(60, known)).toThrow(/no record of the state in force/)
  })

  test('of what was rolled back can be begun again', async () => {
    const enforcedState = await onTrial()
    enforcedState.rollBack()
    await reload(enforcedState)
    enforcedState.begin(60, known)
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([2, 'trial'])
    enforcedState.confirm()
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([2, 'current'])
    expect(home.read('previous.json')).toEqual(stateOf(1))
  })

  test('of broken files is refused with their issues', async () => {
    home.write(1)
    const enforcedState = await home.started()
    home.write(broken)
    enforcedState.take(await enforcedState.read())
    expect(() => enforcedState.begin(60, known)).toThrow(InvalidDesiredState)
    expect(home.kept).toEqual(['last-valid.json'])
  })

  test('that cannot be written does not begin', async () => {
    home.write(1)
    const enforcedState = await home.started()
    home.write(2)
    enforcedState.take(await enforcedState.read())
    home.fill()
    expect(() => enforcedState.begin(60, known)).toThrow(/cannot write .*override\.json/)
    expect(enforcedState.trial).toBeUndefined()
  })

  test('ends all the same when that cannot be written', async () => {
    const enforcedState = await onTrial(60)
    home.fill()
    home.clock.time += 60_000
    expect(enforcedState.endWindowIfOver()).toBe(true)
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
    expect(home.log).toContainEqual(expect.objectContaining({ level: 50, msg: expect.stringContaining('cannot keep') }))
  })

  test('that was taken back leaves what was before', async () => {
    const enforcedState = await onTrial()
    enforcedState.rollBack()
    await reload(enforcedState)
    const earlier = enforcedState.override
    enforcedState.begin(60, known)
    enforcedState.withdraw(earlier)
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
    expect(enforced(await home.started())).toEqual([1, 'rolled back'])
  })
})

describe('a candidate from elsewhere', () => {
  async function begun(): Promise<EnforcedState> {
    home.write(1)
    const enforcedState = await home.started()
    enforcedState.begin(60, { ...known, candidate: elsewhere })
    enforcedState.settle()
    return enforcedState
  }

  test('is on trial beside the files, and told by its path', async () => {
    const enforcedState = await begun()
    expect(enforced(enforcedState)).toEqual([9, 'trial'])
    expect(enforcedState.status).toMatchObject({ candidate: '/tmp/new.yaml', isInForce: false })
  })

  test('stays in force when confirmed, over restarts, until the files change', async () => {
    const enforcedState = await begun()
    enforcedState.confirm()
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([9, 'confirmed'])
    expect(enforcedState.status.candidate).toBe('/tmp/new.yaml')
    home.clock.bootId = 'second boot'
    const next = await home.started()
    expect(enforced(next)).toEqual([9, 'confirmed'])
    home.write(9)
    await reload(next)
    expect(enforced(next)).toEqual([9, 'current'])
    expect(home.kept).not.toContain('override.json')
  })

  test('that is confirmed can be rolled back to the files', async () => {
    const enforcedState = await begun()
    enforcedState.confirm()
    await reload(enforcedState)
    enforcedState.rollBack()
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([1, 'current'])
    expect(enforcedState.status.isInForce).toBe(true)
    expect(home.kept).not.toContain('override.json')
  })

  test('that is not confirmed leaves nothing behind: the files are in force as before', async () => {
    const enforcedState = await begun()
    home.clock.time += 60_000
    enforcedState.endWindowIfOver()
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([1, 'current'])
    expect(enforcedState.status).not.toHaveProperty('why')
    expect(home.kept).not.toContain('override.json')
    expect(enforced(await home.started())).toEqual([1, 'current'])
  })

  test('that ends while changed files are being read waits until they change again', async () => {
    const enforcedState = await begun()
    home.write(3)
    const reading = enforcedState.read()
    home.clock.time += 60_000
    enforcedState.endWindowIfOver()
    enforcedState.settle()
    enforcedState.take(await reading)
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
    home.write(4)
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([4, 'current'])
  })

  test('is known again by its hash when it has been through JSON', async () => {
    home.write(9)
    const { hash } = await loadDesired([home.files])
    expect(hash).toBe((await loadDesired([home.files])).hash)
    const enforcedState = await begun()
    home.write(9)
    enforcedState.take(await enforcedState.read())
    enforcedState.confirm()
    enforcedState.settle()
    expect(enforced(enforcedState)).toEqual([9, 'current'])
  })
})

describe('files that are asked for', () => {
  test('take the place of what was rolled back to', async () => {
    const enforcedState = await onTrial()
    enforcedState.rollBack()
    await reload(enforcedState)
    enforcedState.settle('apply')
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
    enforcedState.settle('apply the files')
    expect(enforced(enforcedState)).toEqual([2, 'current'])
    expect(home.kept).not.toContain('override.json')
    expect([home.read('last-valid.json'), home.read('previous.json')]).toEqual([stateOf(2), stateOf(1)])
  })

  test('take the place of what was confirmed', async () => {
    home.write(1)
    const enforcedState = await home.started()
    enforcedState.begin(60, { ...known, candidate: elsewhere })
    enforcedState.confirm()
    enforcedState.settle('apply')
    expect(enforced(enforcedState)).toEqual([9, 'confirmed'])
    enforcedState.settle('apply the files')
    expect(enforced(enforcedState)).toEqual([1, 'current'])
  })

  test('do not end a trial', async () => {
    const enforcedState = await onTrial()
    enforcedState.settle('apply the files')
    expect(enforced(enforcedState)).toEqual([2, 'trial'])
  })
})

describe('confirm', () => {
  test('without a trial says so', async () => {
    home.write(1)
    const enforcedState = await home.started()
    expect(() => enforcedState.confirm()).toThrow(NotPossibleNow)
    expect(() => enforcedState.confirm()).toThrow('nothing to confirm: no state is on trial')
  })

  test('after the end of the window is too late, whether or not the state before has returned', async () => {
    const enforcedState = await onTrial(60)
    home.clock.time += 60_000
    expect(() => enforcedState.confirm()).toThrow(/too late/)
    enforcedState.endWindowIfOver()
    enforcedState.settle()
    expect(() => enforcedState.confirm()).toThrow(
      /no state is on trial; the one before has returned \(not confirmed, .*\)/,
    )
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
  })

  test('by another process needs the state directory alone', async () => {
    await onTrial()
    const other = home.start()
    other.confirm()
    other.settle()
    expect(enforced(other)).toEqual([2, 'current'])
    expect(home.kept).toEqual(['last-valid.json', 'previous.json'])
    expect(enforced(await home.started())).toEqual([2, 'current'])
  })

  test('that a crash cuts in two leaves the state on trial, and the same to return to', async () => {
    await onTrial(60)
    new StateRecord(home.stateDir).takeUp(stateOf(2))
    const next = await home.started()
    expect(enforced(next)).toEqual([2, 'trial'])
    home.clock.time += 60_000
    const last = await home.started()
    expect(enforced(last)).toEqual([1, 'rolled back'])
    expect(home.read('last-valid.json')).toEqual(stateOf(1))
  })

  test('that cannot be written leaves the state on trial', async () => {
    const enforcedState = await onTrial()
    home.fill()
    expect(() => enforcedState.confirm()).toThrow(/cannot|ENOTDIR/)
    expect(enforced(enforcedState)).toEqual([2, 'trial'])
  })
})

describe('rollback', () => {
  test('without a trial returns to the previous state, which stays until the files change', async () => {
    home.write(1)
    const enforcedState = await home.started()
    home.write(2)
    await reload(enforcedState)
    enforcedState.rollBack()
    await reload(enforcedState)
    expect(enforced(enforcedState)).toEqual([1, 'rolled back'])
    expect(enforcedState.status.why).toBe('asked for')
    expect(enforced(await home.started())).toEqual([1, 'rolled back'])
  })

  test('a second time is refused: it would bring back what was rolled back', async () => {
    const enforcedState = await onTrial()
    enforcedState.rollBack()
    await reload(enforcedState)
    expect(() => enforcedState.rollBack()).toThrow(NotPossibleNow)
    expect(() => enforcedState.rollBack()).toThrow(
      /nothing to roll back: no state is on trial; the one before has returned/,
    )
  })

  test('without a previous state says so', async () => {
    home.write(1)
    const enforcedState = await home.started()
    expect(() => enforcedState.rollBack()).toThrow('nothing to roll back to: there was no desired state before')
  })

  test('by another process, which has not read the files, holds as long as these stay', async () => {
    home.write(1)
    await reload(await home.started())
    home.write(2)
    await home.started()
    const other = home.start()
    other.decide()
    other.rollBack()
    other.settle()
    expect(enforced(await home.started())).toEqual([1, 'rolled back'])
    home.write(3)
    expect(enforced(await home.started())).toEqual([3, 'current'])
  })
})

describe('damaged files of the state directory', () => {
  test('an override is told, and the files are in force', async () => {
    await onTrial()
    home.damage('override.json')
    const next = await home.started()
    expect(enforced(next)).toEqual([2, 'current'])
    expect(home.log.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('going on without it'))
    home.write(3)
    await reload(next)
    next.begin(60, known)
    next.settle()
    expect(enforced(await home.started())).toEqual([3, 'trial'])
  })

  test('an override of a version to come is told too', async () => {
    home.write(1)
    const enforcedState = await home.started()
    home.write(2)
    enforcedState.take(await enforcedState.read())
    enforcedState.begin(60, known)
    writeFileSync(
      join(home.stateDir, 'override.json'),
      JSON.stringify({ ...(home.read('override.json') as object), version: 2 }),
    )
    expect(enforced(await home.started())).toEqual([2, 'current'])
  })

  test('a previous state keeps a trial from beginning and a rollback from being done, and nothing else', async () => {
    home.write(1)
    const enforcedState = await home.started()
    home.write(2)
    await reload(enforcedState)
    home.damage('previous.json')
    expect(() => enforcedState.begin(60, known)).toThrow(/previous\.json is damaged/)
    expect(() => enforcedState.rollBack()).toThrow(/previous\.json is damaged/)
    expect(enforced(enforcedState)).toEqual([2, 'current'])
    home.write(3)
    await reload(enforcedState)
    expect(home.read('previous.json')).toEqual(stateOf(2))
  })
})

test('a start says which state is in force, and why', async () => {
  await onTrial()
  home.log.length = 0
  await home.started()
  const line = 'desired state is valid; the one on trial stays in force'
  expect(home.log).toContainEqual(expect.objectContaining({ level: 40, msg: line }))
})

test('what is kept is for its owner alone', async () => {
  await onTrial()
  expect(statSync(join(home.stateDir, 'override.json')).mode & 0o777).toBe(0o600)
})
