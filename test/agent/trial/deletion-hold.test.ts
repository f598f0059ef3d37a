/** Deletions that files ask for, as the state in force goes about them: held, for a moment or until somebody says so. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { EnforcedState } from '../../../src/agent/trial/enforced-state.ts'
import { Home, reload } from './support.ts'

const deletions = { share: 0.5, waitMs: undefined, delayMs: 5000 }
const options = { deletions }

let home: Home
beforeEach(() => {
  home = new Home()
})

/** Files that declare vxlans of these numbers. */
function write(...numbers: readonly number[]): void {
  const vxlans = Object.fromEntries(
    numbers.map((id) => [`vxlan${id}`, { id, remotes: ['10.0.2.9'], dstport: 4789, addresses: [`10.0.${id}.1/24`] }]),
  )
  writeFileSync(join(home.files, 'a.json'), JSON.stringify({ vxlans }))
}

/** Numbers of the vxlans in force, and how that came. */
const inForce = ({ state, status }: EnforcedState): unknown => [
  Object.values(state?.vxlans ?? {})
    .map(({ id }) => id)
    .sort((left = 0, right = 0) => left - right),
  status.enforcing,
]
const waiting = ({ status }: EnforcedState): string[] | undefined => status.toBeDeleted?.map(({ name }) => name)

async function apply(enforcedState: EnforcedState): Promise<void> {
  enforcedState.take(await enforcedState.read())
  enforcedState.settle('apply')
}

describe('a change that would delete much', () => {
  test('is held: the state before stays, and the status says what and since when', async () => {
    write(1, 2)
    const enforcedState = await home.started(options)
    write()
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2], 'held'])
    expect(enforcedState.status).toMatchObject({
      isValid: true,
      isInForce: false,
      held: {
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        losses: [{ what: 'links', count: 2, of: 2, names: ['vxlan1', 'vxlan2'] }],
      },
    })
    expect(enforcedState.status.held).not.toHaveProperty('until')
    expect(home.log).toContainEqual(
      expect.objectContaining({
        level: 40,
        msg: 'held: the desired files would delete all 2 links (vxlan1, vxlan2); vxagent apply carries it out',
      }),
    )
    expect(enforcedState.takeChanges()).toContainEqual({ what: 'held', losses: expect.any(Array) })
  })

  test('waits over restarts, since the same moment, and in another boot too', async () => {
    write(1, 2)
    await home.started(options)
    write()
    const first = await home.started(options)
    expect(inForce(first)).toEqual([[1, 2], 'held'])
    const { held } = first.status
    home.clock.bootId = 'second boot'
    const second = await home.started(options)
    expect(inForce(second)).toEqual([[1, 2], 'held'])
    expect(second.status.held).toEqual(held)
    await reload(second)
    expect(second.status.held).toEqual(held)
  })

  test('takes nothing else of the change up meanwhile', async () => {
    write(1, 2, 3, 4, 5)
    const enforcedState = await home.started(options)
    write(1, 9)
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2, 3, 4, 5], 'held'])
  })

  test('is carried out by an apply, and stays so', async () => {
    write(1, 2)
    const enforcedState = await home.started(options)
    write()
    await reload(enforcedState)
    await apply(enforcedState)
    expect(inForce(enforcedState)).toEqual([[], 'current'])
    expect(enforcedState.status).not.toHaveProperty('held')
    await reload(enforcedState)
    expect(inForce(await home.started(options))).toEqual([[], 'current'])
    expect(home.kept).toEqual(['last-valid.json', 'previous.json'])
  })

  test('is no more when the files come back', async () => {
    write(1, 2)
    const enforcedState = await home.started(options)
    write()
    await reload(enforcedState)
    write(2, 1)
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2], 'current'])
    expect(enforcedState.status.isInForce).toBe(true)
    expect(home.kept).not.toContain('override.json')
  })

  test('is held anew when it becomes another', async () => {
    write(1, 2, 3, 4, 5)
    const enforcedState = await home.started(options)
    write(1)
    await reload(enforcedState)
    write()
    await reload(enforcedState)
    expect(enforcedState.status.held?.losses).toMatchObject([{ count: 5, of: 5 }])
    write(1, 2, 3, 4)
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2, 3, 4, 5], 'current'])
    expect(waiting(enforcedState)).toEqual(['vxlan5'])
  })

  test('stays held while the files are broken', async () => {
    write(1, 2)
    const enforcedState = await home.started(options)
    write()
    await reload(enforcedState)
    home.write('{')
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2], 'held'])
    expect(inForce(await home.started(options))).toEqual([[1, 2], 'held'])
  })

  test('does not end by its time while the files are broken, nor is the time waited for', async () => {
    write(1, 2)
    const enforcedState = await home.started({ deletions: { ...deletions, waitMs: 60_000 } })
    write()
    await reload(enforcedState)
    home.write('{')
    await reload(enforcedState)
    home.clock.time += 60_000
    expect(enforcedState.deletionLeftMs).toBeUndefined()
    enforcedState.settle()
    expect(inForce(enforcedState)).toEqual([[1, 2], 'held'])
  })

  test('waits for as long as is configured, in each life of the agent anew', async () => {
    const patient = { deletions: { ...deletions, waitMs: 60_000 } }
    write(1, 2)
    await home.started(patient)
    write()
    const first = await home.started(patient)
    expect(first.deletionLeftMs).toBe(60_000)
    expect(Date.parse(first.status.held?.until ?? '') - Date.now()).toBeGreaterThan(59_000)
    home.clock.time += 59_000
    const next = await home.started(patient)
    home.clock.time += 59_999
    next.settle()
    expect(inForce(next)).toEqual([[1, 2], 'held'])
    home.clock.time += 1
    next.settle()
    expect(inForce(next)).toEqual([[], 'current'])
    expect(next.deletionLeftMs).toBeUndefined()
  })

  test('is not held where the guard is off', async () => {
    write(1, 2)
    const enforcedState = await home.started({ deletions: { share: undefined, waitMs: undefined, delayMs: 0 } })
    write()
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[], 'current'])
  })

  test('of what is on record alone is held with nothing enforced', async () => {
    write(1)
    const enforcedState = await home.started({ ...options, madeLinks: () => ['vxlan7', 'vxlan8'] })
    expect(enforcedState.state).toBeUndefined()
    expect(enforcedState.status).toMatchObject({
      enforcing: 'held',
      isInForce: false,
      held: { losses: [{ count: 2, of: 2, names: ['vxlan7', 'vxlan8'] }] },
    })
    await apply(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1], 'current'])
  })

  test('leaves nothing to confirm and nothing to roll back', async () => {
    write(1, 2)
    const enforcedState = await home.started(options)
    write()
    await reload(enforcedState)
    const because = /a change of the files is held, and not in force: vxagent apply carries it out/
    expect(() => enforcedState.confirm()).toThrow(because)
    expect(() => enforcedState.rollBack()).toThrow(because)
  })

  test('can be tried out, which deletes at once and returns', async () => {
    write(1, 2)
    const enforcedState = await home.started(options)
    write()
    await reload(enforcedState)
    enforcedState.begin(60, { ownsNothing: false })
    enforcedState.settle()
    expect(inForce(enforcedState)).toEqual([[], 'trial'])
    home.clock.time += 60_000
    enforcedState.endWindowIfOver()
    enforcedState.settle()
    expect(inForce(enforcedState)).toEqual([[1, 2], 'rolled back'])
  })

  test('is held, too, when it follows a state that was rolled back or confirmed', async () => {
    write(1, 2)
    const enforcedState = await home.started(options)
    write(1, 2, 3)
    await reload(enforcedState)
    enforcedState.rollBack()
    enforcedState.settle()
    write()
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2], 'held'])
  })

  test('by a teardown is no question', async () => {
    write(1, 2)
    const enforcedState = await home.started(options)
    enforcedState.clear()
    enforcedState.settle()
    expect(inForce(enforcedState)).toEqual([[], 'current'])
  })
})

describe('a link that no file names any more', () => {
  test('stays for a moment, and the rest of the change is in force at once', async () => {
    write(1, 2, 3)
    const enforcedState = await home.started(options)
    write(1, 2, 4)
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2, 3, 4], 'current'])
    expect(waiting(enforcedState)).toEqual(['vxlan3'])
    expect(enforcedState.status.isInForce).toBe(false)
    expect(enforcedState.deletionLeftMs).toBe(5000)
    expect(enforcedState.takeChanges()).toContainEqual({ what: 'to be deleted', name: 'vxlan3' })
    expect(enforcedState.locate(['vxlans', 'vxlan4'])).toMatchObject({ line: 1 })

    home.clock.time += 4999
    enforcedState.settle()
    expect(inForce(enforcedState)).toEqual([[1, 2, 3, 4], 'current'])
    home.clock.time += 1
    enforcedState.settle()
    expect(inForce(enforcedState)).toEqual([[1, 2, 4], 'current'])
    expect(waiting(enforcedState)).toBeUndefined()
    expect(enforcedState.deletionLeftMs).toBeUndefined()
  })

  test('stays when a file names it again', async () => {
    write(1, 2, 3)
    const enforcedState = await home.started(options)
    write(1, 2)
    await reload(enforcedState)
    home.clock.time += 3000
    write(1, 2, 3)
    await reload(enforcedState)
    expect(waiting(enforcedState)).toBeUndefined()
    home.clock.time += 10_000
    enforcedState.settle()
    expect(inForce(enforcedState)).toEqual([[1, 2, 3], 'current'])
    // Nothing was taken up in between.
    expect(home.kept).toEqual(['last-valid.json'])
  })

  test('goes five seconds after it was left out, though files change meanwhile', async () => {
    write(1, 2, 3)
    const enforcedState = await home.started(options)
    write(1, 2)
    await reload(enforcedState)
    home.clock.time += 4000
    write(1, 2, 4)
    await reload(enforcedState)
    expect(enforcedState.deletionLeftMs).toBe(1000)
    home.clock.time += 1000
    enforcedState.settle()
    expect(inForce(enforcedState)).toEqual([[1, 2, 4], 'current'])
  })

  test('goes at once by an apply', async () => {
    write(1, 2, 3)
    const enforcedState = await home.started(options)
    write(1, 2)
    await reload(enforcedState)
    await apply(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2], 'current'])
    expect(waiting(enforcedState)).toBeUndefined()
  })

  test('is not forgotten over a restart, nor while files are broken', async () => {
    write(1, 2, 3)
    const enforcedState = await home.started(options)
    write(1, 2)
    await reload(enforcedState)
    home.write('{')
    home.clock.time += 10_000
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2, 3], 'last valid'])
    expect(enforcedState.deletionLeftMs).toBeUndefined()
    write(1, 2)
    const next = await home.started(options)
    expect(waiting(next)).toEqual(['vxlan3'])
    home.clock.time += 5000
    next.settle()
    expect(inForce(next)).toEqual([[1, 2], 'current'])
  })

  test.each(['rollback', 'trial'])('is part of the state before for a %s', async (how) => {
    write(1, 2, 3)
    const enforcedState = await home.started(options)
    write(1, 2, 4)
    await reload(enforcedState)
    if (how === 'trial') {
      enforcedState.begin(60, { ownsNothing: false })
      enforcedState.settle()
      expect(inForce(enforcedState)).toEqual([[1, 2, 4], 'trial'])
    }
    enforcedState.rollBack()
    enforcedState.settle()
    expect(inForce(enforcedState)).toEqual([[1, 2, 3], 'rolled back'])
    expect(waiting(enforcedState)).toBeUndefined()
  })

  test('counts for the guard as long as it waits: one after the other is many, too', async () => {
    write(1, 2, 3, 4, 5)
    const enforcedState = await home.started(options)
    for (const left of [
      [1, 2, 3, 4],
      [1, 2, 3],
    ]) {
      write(...left)
      await reload(enforcedState)
      home.clock.time += 1000
    }
    expect(waiting(enforcedState)).toEqual(['vxlan4', 'vxlan5'])
    write(1, 2)
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2, 3, 4, 5], 'held'])
    expect(enforcedState.status.held?.losses).toMatchObject([{ count: 3, of: 5 }])
    expect(waiting(enforcedState)).toBeUndefined()
  })

  test('goes at once where no delay is configured', async () => {
    write(1, 2, 3)
    const enforcedState = await home.started({ deletions: { ...deletions, delayMs: 0 } })
    write(1, 2)
    await reload(enforcedState)
    expect(inForce(enforcedState)).toEqual([[1, 2], 'current'])
  })
})
