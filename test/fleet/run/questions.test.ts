import { pino } from 'pino'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod'
import type { MemberNow } from '../../../src/fleet/members/member-now.ts'
import { keysOf } from '../../../src/fleet/records/keys.ts'
import { askKey, largestAnswer, type QuestionKind, writeAnswer, writeAsk } from '../../../src/fleet/records/question.ts'
import { type Answering, answering, Refused } from '../../../src/fleet/run/answerer.ts'
import type { Reply } from '../../../src/fleet/run/asker.ts'
import { Questions } from '../../../src/fleet/run/questions.ts'
import { recordOf } from '../../support/fleet-members.ts'
import { MemoryCluster, type MemoryStore } from '../../support/memory-store.ts'

const keys = keysOf('lab')
const double: QuestionKind<{ number: number }, { twice: number }> = {
  name: 'double',
  ask: z.object({ number: z.int().max(1000) }),
  answer: z.object({ twice: z.int() }),
}
const doubling = answering(double, async ({ number }) => ({ twice: number * 2 }))
const id = 'a'.repeat(32)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function after(ms: number): Promise<unknown> {
  return vi.advanceTimersByTimeAsync(ms)
}

interface Host {
  readonly questions: Questions
  readonly store: MemoryStore
}

/** Hosts of a fleet, and what they know of each other. */
class Lab {
  readonly cluster = new MemoryCluster()
  readonly members = new Map<string, MemberNow>()
  silence: string | undefined

  async host(node: string, answerings: readonly Answering[] = [doubling]): Promise<Host> {
    const store = this.cluster.client()
    const questions = new Questions({
      ...{ store, keys, self: node, answerings },
      clock: { now: () => performance.now() },
      memberNow: (other) => this.members.get(other),
      silence: () => this.silence,
      log: pino({ level: 'silent' }),
    })
    this.members.set(node, { state: 'present', record: { ...recordOf(node), answers: questions.kinds } })
    questions.start()
    onTestFinished(() => questions.close())
    await after(1)
    return { questions, store }
  }

  /** What is asked and answered, by key. */
  keysBelow(part: 'asks' | 'answers'): string[] {
    return [...this.cluster.entries.keys()].filter((key) => key.startsWith(`${keys.all}${part}/`))
  }

  write(key: string, value: Buffer): void {
    this.cluster.apply([{ kind: 'put', key, value }])
  }
}

/** A reply, when it comes; the clock goes on until then. */
async function within<T>(ms: number, reply: Promise<Reply<T>>): Promise<Reply<T> | 'nothing'> {
  let got: Reply<T> | 'nothing' = 'nothing'
  void reply.then((each) => {
    got = each
  })
  await after(ms)
  return got
}

function codeOf(reply: Reply<unknown> | 'nothing'): string {
  return reply === 'nothing' ? reply : 'noAnswer' in reply ? reply.noAnswer.code : 'answer'
}

test('a host is asked, answers, and both keys are on a lease', async () => {
  const lab = new Lab()
  const vyos01 = await lab.host('vyos01')
  await lab.host('ubuntu')
  expect(await within(100, vyos01.questions.ask('ubuntu', double, { number: 21 }))).toEqual({ answer: { twice: 42 } })
  const [ask = ''] = lab.keysBelow('asks')
  const [answer = ''] = lab.keysBelow('answers')
  expect(ask).toMatch(/^\/vxagent\/v1\/lab\/asks\/vyos01\/[0-9a-f]{32}$/)
  expect(answer).toMatch(/^\/vxagent\/v1\/lab\/answers\/ubuntu\/vyos01\/[0-9a-f]{32}$/)
  expect([ask, answer].every((key) => lab.cluster.entries.get(key)?.lease !== undefined)).toBe(true)
})

test('many questions share one lease', async () => {
  const lab = new Lab()
  const vyos01 = await lab.host('vyos01')
  await lab.host('ubuntu')
  const asked = [1, 2, 3, 4, 5].map((number) => vyos01.questions.ask('ubuntu', double, { number }))
  await after(100)
  expect((await Promise.all(asked)).map(codeOf)).toEqual(Array(5).fill('answer'))
  expect(lab.cluster.leases.size).toBe(2)
})

test('a host asks itself without the store', async () => {
  const lab = new Lab()
  const { questions, store } = await lab.host('ubuntu')
  store.fallSilent()
  expect(await questions.ask('ubuntu', double, { number: 1 })).toEqual({ answer: { twice: 2 } })
})

test.each<{ what: string; member: MemberNow | undefined; code: string; message: string }>([
  { what: 'a host that nobody knows', member: undefined, code: 'unknown-member', message: 'the store has no host x' },
  {
    what: 'a host whose record is gone',
    member: { state: 'gone', record: recordOf('x') },
    code: 'not-present',
    message: 'x is not asked: its record is gone from the store',
  },
  {
    what: 'an evicted host',
    member: { state: 'evicted', record: recordOf('x') },
    code: 'not-present',
    message: 'x is not asked: an operator has put it out of the fleet',
  },
  {
    what: 'a host of a version that answers no questions',
    member: { state: 'present', record: { ...recordOf('x'), agent: '0.1.0' } },
    code: 'cannot-answer',
    message:
      'x does not answer questions of the kind double: its record is that of vxagent 0.1.0, and does not name them',
  },
])('does not ask $what, and says why', async ({ member, code, message }) => {
  const lab = new Lab()
  const { questions } = await lab.host('vyos01')
  if (member !== undefined) {
    lab.members.set('x', member)
  }
  expect(await within(1, questions.ask('x', double, { number: 1 }))).toEqual({ noAnswer: { code, message } })
  expect(lab.keysBelow('asks')).toEqual([])
})

test('a host that says nothing is named, with the time and what may be the reason', async () => {
  const lab = new Lab()
  const { questions } = await lab.host('vyos01')
  lab.members.set('ubuntu', { state: 'present', record: { ...recordOf('ubuntu'), answers: ['double'] } })
  const reply = await within(5_001, questions.ask('ubuntu', double, { number: 1 }))
  expect(reply).toMatchObject({
    noAnswer: {
      code: 'silent',
      message: expect.stringContaining('ubuntu did not answer within 5 s, though its record'),
    },
  })
})

test('a host whose record goes while it is asked is told from one that is silent', async () => {
  const lab = new Lab()
  const { questions } = await lab.host('vyos01')
  lab.members.set('ubuntu', { state: 'present', record: { ...recordOf('ubuntu'), answers: ['double'] } })
  const asked = questions.ask('ubuntu', double, { number: 1 })
  await after(1_000)
  lab.members.set('ubuntu', { state: 'gone' })
  expect(codeOf(await within(5_000, asked))).toBe('not-present')
})

test('a store that is silent is the reason, not the host', async () => {
  const lab = new Lab()
  const vyos01 = await lab.host('vyos01')
  await lab.host('ubuntu')
  vyos01.store.fallSilent()
  expect(await within(100, vyos01.questions.ask('ubuntu', double, { number: 1 }))).toMatchObject({
    noAnswer: { code: 'store', message: expect.stringMatching(/^ubuntu cannot be asked: cannot reach the store/) },
  })
  lab.silence = 'no leader'
  expect(await within(100, vyos01.questions.ask('ubuntu', double, { number: 1 }))).toMatchObject({
    noAnswer: { code: 'store', message: expect.stringContaining('not followed at present: no leader') },
  })
})

test('a question that came while the watch of the answerer was broken is answered when it resumes', async () => {
  const lab = new Lab()
  const vyos01 = await lab.host('vyos01')
  const ubuntu = await lab.host('ubuntu')
  ubuntu.store.fallSilent()
  const asked = vyos01.questions.ask('ubuntu', double, { number: 4 })
  await after(1_000)
  ubuntu.store.answerAgain()
  expect(await within(4_000, asked)).toEqual({ answer: { twice: 8 } })
})

test('an answer that came while the watch of the asker was broken is found', async () => {
  const lab = new Lab()
  const vyos01 = await lab.host('vyos01')
  let answerNow = (): void => {}
  const slowly = answering(double, async ({ number }) => {
    await new Promise<void>((resolve) => {
      answerNow = resolve
    })
    return { twice: number * 2 }
  })
  await lab.host('ubuntu', [slowly])
  const asked = vyos01.questions.ask('ubuntu', double, { number: 5 })
  await after(100)
  vyos01.store.fallSilent()
  answerNow()
  await after(500)
  vyos01.store.answerAgain()
  expect(await within(1_000, asked)).toEqual({ answer: { twice: 10 } })
})

test('goes on answering after the store was wiped', async () => {
  const lab = new Lab()
  const vyos01 = await lab.host('vyos01')
  const ubuntu = await lab.host('ubuntu')
  await within(100, vyos01.questions.ask('ubuntu', double, { number: 1 }))
  lab.cluster.apply([])
  lab.cluster.wipe()
  for (const { store } of [vyos01, ubuntu]) {
    store.fallSilent()
    store.answerAgain()
  }
  await after(60_000)
  expect(await within(1_000, vyos01.questions.ask('ubuntu', double, { number: 6 }))).toEqual({ answer: { twice: 12 } })
})

test.each<{ what: string; asker: MemberNow | undefined }>([
  { what: 'a host that nobody knows', asker: undefined },
  { what: 'an evicted host', asker: { state: 'evicted', record: recordOf('x') } },
  { what: 'a host whose record is gone', asker: { state: 'gone', record: recordOf('x') } },
  { what: 'a host whose record nobody can read', asker: { state: 'unreadable' } },
])('does not answer $what', async ({ asker }) => {
  const lab = new Lab()
  const { questions } = await lab.host('ubuntu')
  if (asker !== undefined) {
    lab.members.set('x', asker)
  }
  lab.write(askKey(keys, { asker: 'x', id }), writeAsk({ to: 'ubuntu', kind: 'double', ask: { number: 1 } }))
  await after(1_000)
  expect(lab.keysBelow('answers')).toEqual([])
  expect(questions.ignored).toBe(1)
})

test.each<{ what: string; key: string; value: Buffer }>([
  {
    what: 'a question to another host',
    key: askKey(keys, { asker: 'vyos01', id }),
    value: writeAsk({ to: 'vyos02', kind: 'double', ask: { number: 1 } }),
  },
  { what: 'no JSON', key: askKey(keys, { asker: 'vyos01', id }), value: Buffer.from('{') },
  {
    what: 'a question larger than a question may be',
    key: askKey(keys, { asker: 'vyos01', id }),
    value: writeAsk({ to: 'ubuntu', kind: 'double', ask: { number: 1, more: 'x'.repeat(5000) } }),
  },
  {
    what: 'a key that is none of a question',
    key: `${keys.all}asks/vyos01/${id}/more`,
    value: writeAsk({ to: 'ubuntu', kind: 'double', ask: { number: 1 } }),
  },
])('ignores $what', async ({ key, value }) => {
  const lab = new Lab()
  await lab.host('ubuntu')
  await lab.host('vyos01')
  lab.write(key, value)
  await after(1_000)
  expect(lab.keysBelow('answers')).toEqual([])
})

test.each<{ what: string; kind: string; ask: unknown; why: string }>([
  { what: 'of an unknown kind', kind: 'triple', ask: {}, why: 'it knows no questions of the kind triple' },
  { what: 'that it does not understand', kind: 'double', ask: { number: 'x' }, why: 'it does not understand' },
  { what: 'beyond its limits', kind: 'double', ask: { number: 1001 }, why: 'it does not understand' },
])('refuses a question $what, and says so', async ({ kind, ask, why }) => {
  const lab = new Lab()
  await lab.host('ubuntu')
  await lab.host('vyos01')
  lab.write(askKey(keys, { asker: 'vyos01', id }), writeAsk({ to: 'ubuntu', kind, ask }))
  await after(1_000)
  const [answer = ''] = lab.keysBelow('answers')
  expect(lab.cluster.entries.get(answer)?.value.toString()).toContain(why)
})

test('the reason of a refusal reaches the asker, and no control character with it', async () => {
  const lab = new Lab()
  const vyos01 = await lab.host('vyos01')
  const refusing = answering(double, async () => {
    throw new Refused('not \u001b[2J now')
  })
  await lab.host('ubuntu', [refusing])
  expect(await within(100, vyos01.questions.ask('ubuntu', double, { number: 1 }))).toEqual({
    noAnswer: { code: 'refused', message: 'ubuntu does not answer: not  [2J now' },
  })
})

test('a handler that hangs is a refusal', async () => {
  const lab = new Lab()
  const vyos01 = await lab.host('vyos01')
  await lab.host('ubuntu', [answering(double, () => new Promise<never>(() => {}))])
  expect(await within(10_000, vyos01.questions.ask('ubuntu', double, { number: 1 }, 10_000))).toMatchObject({
    noAnswer: { code: 'refused', message: expect.stringContaining('within 8 s') },
  })
})

test('an answer that is too large is refused by the one who answers', async () => {
  const lab = new Lab()
  const vyos01 = await lab.host('vyos01')
  const large: QuestionKind<{ number: number }, string> = { ...double, name: 'large', answer: z.string() }
  await lab.host('ubuntu', [answering(large, async () => 'x'.repeat(largestAnswer))])
  expect(codeOf(await within(100, vyos01.questions.ask('ubuntu', large, { number: 1 })))).toBe('refused')
})

test.each<{ what: string; value: Buffer }>([
  { what: 'to another host', value: writeAnswer({ to: 'vyos02', kind: 'double', answer: { twice: 1 } }) },
  { what: 'to another kind of question', value: writeAnswer({ to: 'vyos01', kind: 'x', answer: { twice: 1 } }) },
  { what: 'of another form', value: writeAnswer({ to: 'vyos01', kind: 'double', answer: { twice: 'x' } }) },
  { what: 'that is no JSON', value: Buffer.from('{') },
])('does not take an answer $what', async ({ value }) => {
  const lab = new Lab()
  const { questions } = await lab.host('vyos01')
  lab.members.set('ubuntu', { state: 'present', record: { ...recordOf('ubuntu'), answers: ['double'] } })
  const asked = questions.ask('ubuntu', double, { number: 1 })
  await after(10)
  const [ask = ''] = lab.keysBelow('asks')
  lab.write(ask.replace('/asks/', '/answers/ubuntu/'), value)
  expect(codeOf(await within(100, asked))).toBe('unreadable')
})

test('an answer below the name of another host does not count', async () => {
  const lab = new Lab()
  const { questions } = await lab.host('vyos01')
  lab.members.set('ubuntu', { state: 'present', record: { ...recordOf('ubuntu'), answers: ['double'] } })
  const asked = questions.ask('ubuntu', double, { number: 1 })
  await after(10)
  const [ask = ''] = lab.keysBelow('asks')
  const answer = writeAnswer({ to: 'vyos01', kind: 'double', answer: { twice: 666 } })
  lab.write(ask.replace('/asks/', '/answers/mallory/'), answer)
  expect(codeOf(await within(5_001, asked))).toBe('silent')
})

test('a host that asks too often is not answered, and others are not held up', async () => {
  const lab = new Lab()
  const flooding = await lab.host('vyos01')
  const other = await lab.host('vyos02')
  const { questions } = await lab.host('ubuntu')
  const asked: Promise<Reply<unknown>>[] = []
  for (let number = 0; number < 40; number += 1) {
    asked.push(flooding.questions.ask('ubuntu', double, { number }))
    await after(1)
  }
  expect(await within(100, other.questions.ask('ubuntu', double, { number: 1 }))).toEqual({ answer: { twice: 2 } })
  await after(6_000)
  const codes = (await Promise.all(asked)).map(codeOf)
  expect(codes.filter((code) => code === 'answer')).toHaveLength(20)
  expect(codes.filter((code) => code === 'silent')).toHaveLength(20)
  expect(questions.ignored).toBe(20)
  expect(codeOf(await within(100, flooding.questions.ask('ubuntu', double, { number: 1 })))).toBe('answer')
})

test('questions that take long leave room for those of other hosts', async () => {
  const lab = new Lab()
  const flooding = await lab.host('vyos01')
  const other = await lab.host('vyos02')
  const slow = answering({ ...double, name: 'slow' }, () => new Promise<never>(() => {}))
  const { questions } = await lab.host('ubuntu', [doubling, slow])
  for (let number = 0; number < 20; number += 1) {
    void flooding.questions.ask('ubuntu', { ...double, name: 'slow' }, { number })
    await after(1)
  }
  expect(questions.ignored).toBe(12)
  expect(await within(100, other.questions.ask('ubuntu', double, { number: 1 }))).toEqual({ answer: { twice: 2 } })
})

test('a question that is written over is not answered twice', async () => {
  const lab = new Lab()
  let count = 0
  const counting = answering(double, async ({ number }) => {
    count += 1
    return { twice: number * 2 }
  })
  await lab.host('ubuntu', [counting])
  await lab.host('vyos01')
  for (const number of [1, 2, 3]) {
    lab.write(askKey(keys, { asker: 'vyos01', id }), writeAsk({ to: 'ubuntu', kind: 'double', ask: { number } }))
    await after(100)
  }
  expect(count).toBe(1)
})

test('whoever waits when it is closed waits no longer', async () => {
  const lab = new Lab()
  const { questions } = await lab.host('vyos01')
  lab.members.set('ubuntu', { state: 'present', record: { ...recordOf('ubuntu'), answers: ['double'] } })
  const asked = questions.ask('ubuntu', double, { number: 1 })
  await after(10)
  questions.close()
  expect(codeOf(await within(1, asked))).toBe('silent')
})
