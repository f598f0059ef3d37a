import { expect, test } from 'vitest'
import { Turns } from '../../../../src/agent/publish/api/turns.ts'

const root = { name: 'uid 0', isPrivileged: true }
const alice = { name: 'uid 1', isPrivileged: false }
const mallory = { name: 'uid 2', isPrivileged: false }

/** Requests that note when they begin, and end when the test says so. */
class Work {
  readonly begun: string[] = []
  readonly #ends: (() => void)[] = []

  request(name: string): () => Promise<string> {
    return async () => {
      this.begun.push(name)
      await new Promise<void>((resolve) => {
        this.#ends.push(resolve)
      })
      return name
    }
  }

  endAll(): void {
    for (const end of this.#ends.splice(0)) {
      end()
    }
  }
}

async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

test('users take turns, however many requests one of them has', async () => {
  const work = new Work()
  const turns = new Turns({ perPeer: 1, inAll: 1 })
  const all = [
    ...['m1', 'm2', 'm3', 'm4'].map((name) => turns.run(mallory, work.request(name))),
    ...['a1', 'a2'].map((name) => turns.run(alice, work.request(name))),
  ]
  for (let round = 0; round < all.length; round += 1) {
    await aWhile()
    expect(work.begun).toHaveLength(round + 1)
    work.endAll()
  }
  expect(work.begun).toEqual(['m1', 'a1', 'm2', 'a2', 'm3', 'm4'])
  expect(await Promise.all(all)).toEqual(['m1', 'm2', 'm3', 'm4', 'a1', 'a2'])
})

test('one user has so many under way, all together so many, and root any number', async () => {
  const work = new Work()
  const turns = new Turns({ perPeer: 2, inAll: 3 })
  const all = [
    ...['m1', 'm2', 'm3'].map((name) => turns.run(mallory, work.request(name))),
    ...['a1', 'a2'].map((name) => turns.run(alice, work.request(name))),
    ...['r1', 'r2'].map((name) => turns.run(root, work.request(name))),
  ]
  expect(work.begun).toEqual(['r1', 'r2'])
  await aWhile()
  expect(work.begun).toEqual(['r1', 'r2', 'm1', 'a1', 'm2'])
  work.endAll()
  await aWhile()
  work.endAll()
  expect(await Promise.all(all)).toHaveLength(7)
})

test('a request that fails makes room like any other', async () => {
  const turns = new Turns({ perPeer: 1, inAll: 1 })
  const failing = turns.run(alice, async () => {
    throw new Error('no')
  })
  const next = turns.run(alice, async () => 'yes')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
})
