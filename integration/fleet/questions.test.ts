/** Questions between hosts on a real etcd, with certificates and the rights that `vxagent fleet grant` gives. */
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import type { EtcdStore } from '../../src/fleet/etcd/client.ts'
import { EtcdRights } from '../../src/fleet/etcd/rights.ts'
import type { MemberNow } from '../../src/fleet/members/member-now.ts'
import { rightsFor } from '../../src/fleet/operate/grant.ts'
import { keysOf } from '../../src/fleet/records/keys.ts'
import { answerKey, type QuestionKind, writeAnswer } from '../../src/fleet/records/question.ts'
import { answering } from '../../src/fleet/run/answerer.ts'
import { Questions } from '../../src/fleet/run/questions.ts'
import { recordOf } from '../../test/support/fleet-members.ts'
import { Authority } from '../support/certificates.ts'
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy.ts'
import { type EtcdCluster, isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { openStore } from '../support/mirror-on-etcd.ts'

const keys = keysOf('lab')
const double: QuestionKind<{ number: number }, { twice: number }> = {
  name: 'double',
  ask: z.object({ number: z.int() }),
  answer: z.object({ twice: z.int() }),
}

interface Host {
  readonly questions: Questions
  readonly store: EtcdStore
  readonly proxy: CuttingProxy
}

describe.skipIf(!isEtcdInstalled)('questions by a real etcd', () => {
  let authority: Authority
  let cluster: EtcdCluster
  let rights: EtcdRights
  const answered: string[] = []

  /** A host with its own certificate and rights, and a path to the store that can be cut. */
  async function host(node: string): Promise<Host> {
    await rights.addUser(node)
    await rights.addRole(node)
    for (const right of rightsFor('lab', node)) {
      await rights.grantRight(node, right)
    }
    await rights.grantRole(node, node)
    const proxy = await cuttingProxy(onTestFinished, cluster.endpoints[0] as never)
    const certificates = authority.credentials(await authority.node(node))
    const store = openStore(onTestFinished, { endpoints: [proxy.endpoint], certificates })
    const memberNow = (other: string): MemberNow => ({
      state: 'present',
      record: { ...recordOf(other), answers: ['double'] },
    })
    const questions = new Questions({
      ...{ store, keys, self: node, memberNow, silence: () => undefined, log: pino({ level: 'silent' }) },
      clock: { now: () => performance.now() },
      answerings: [
        answering(double, async ({ number }, { asker }) => {
          answered.push(`${node} for ${asker}`)
          return { twice: number * 2 }
        }),
      ],
    })
    onTestFinished(() => questions.close())
    questions.start()
    return { questions, store, proxy }
  }

  /** Asks until the other side follows the store. */
  async function expectAnswer({ questions }: Host, node: string, number = 21): Promise<void> {
    await eventually(async () =>
      expect(await questions.ask(node, double, { number }, 2_000)).toEqual({ answer: { twice: number * 2 } }),
    )
  }

  beforeEach(async () => {
    answered.length = 0
    authority = await Authority.create(onTestFinished)
    const root = await authority.node('root')
    cluster = (await startEtcd(onTestFinished, { members: 1, authority })).as(authority, root)
    const certificates = authority.credentials(root)
    rights = new EtcdRights(openStore(onTestFinished, { endpoints: cluster.endpoints, certificates }))
    await rights.addUser('root')
    await rights.grantRole('root', 'root')
    await cluster.etcdctl(['auth', 'enable'])
  })

  test('a host asks another and is answered; each writes below its own name, on a lease of 30 s', async () => {
    const [vyos01, ubuntu] = [await host('vyos01'), await host('ubuntu')]
    await expectAnswer(vyos01, 'ubuntu')
    await expectAnswer(ubuntu, 'vyos01')
    expect(new Set(answered)).toEqual(new Set(['ubuntu for vyos01', 'vyos01 for ubuntu']))
    const asked = [...(await cluster.truth(`${keys.all}asks/vyos01/`)).keys()]
    const answers = [...(await cluster.truth(`${keys.all}answers/ubuntu/vyos01/`)).keys()]
    expect([asked.length, answers.length].every((count) => count > 0)).toBe(true)
    const forged = answerKey(keys, 'ubuntu', { asker: 'vyos01', id: 'f'.repeat(32) })
    const value = writeAnswer({ to: 'vyos01', kind: 'double', answer: { twice: 666 } })
    await expect(vyos01.store.commit([{ kind: 'put', key: forged, value }])).rejects.toMatchObject({ kind: 'refused' })
    await eventually(async () => expect((await cluster.truth(`${keys.all}asks/`)).size).toBe(0), { timeoutMs: 60_000 })
    await eventually(async () => expect((await cluster.truth(`${keys.all}answers/`)).size).toBe(0), {
      timeoutMs: 60_000,
    })
  })

  test('a question is answered though the connection of the answerer breaks, and changes meanwhile are compacted', async () => {
    const [vyos01, ubuntu] = [await host('vyos01'), await host('ubuntu')]
    await expectAnswer(vyos01, 'ubuntu')
    ubuntu.proxy.limit = 0
    ubuntu.proxy.breakAll()
    const asked = vyos01.questions.ask('ubuntu', double, { number: 4 }, 15_000)
    await delay(1_000)
    ubuntu.proxy.limit = undefined
    expect(await asked).toEqual({ answer: { twice: 8 } })

    ubuntu.proxy.limit = 0
    ubuntu.proxy.breakAll()
    await cluster.put('/vxagent/v1/lab/asks/other', 'one')
    await cluster.put('/vxagent/v1/lab/asks/other', 'two')
    const revision = (await vyos01.store.position(keys.all)).revision
    await cluster.etcdctl(['compact', String(revision)])
    ubuntu.proxy.limit = undefined
    await expectAnswer(vyos01, 'ubuntu', 7)
  })

  test('an answer is found though the connection of the asker breaks', async () => {
    const [vyos01] = [await host('vyos01'), await host('ubuntu')]
    await expectAnswer(vyos01, 'ubuntu')
    vyos01.proxy.delayMs = 300
    const asked = vyos01.questions.ask('ubuntu', double, { number: 5 }, 15_000)
    await eventually(() => expect(answered).toHaveLength(2))
    vyos01.proxy.breakAll()
    expect(await asked).toEqual({ answer: { twice: 10 } })
  })

  test('a store that cannot be reached is the reason that is given', async () => {
    const [vyos01] = [await host('vyos01'), await host('ubuntu')]
    await expectAnswer(vyos01, 'ubuntu')
    vyos01.proxy.limit = 0
    vyos01.proxy.breakAll()
    expect(await vyos01.questions.ask('ubuntu', double, { number: 5 }, 4_000)).toMatchObject({
      noAnswer: { code: 'store', message: expect.stringMatching(/^ubuntu cannot be asked: cannot /) },
    })
  })

  test('a host whose fleet process is stopped is said to be silent', async () => {
    const [vyos01, ubuntu] = [await host('vyos01'), await host('ubuntu')]
    await expectAnswer(vyos01, 'ubuntu')
    ubuntu.questions.close()
    expect(await vyos01.questions.ask('ubuntu', double, { number: 5 }, 1_000)).toMatchObject({
      noAnswer: { code: 'silent', message: expect.stringContaining('ubuntu did not answer within 1 s') },
    })
  })
})
