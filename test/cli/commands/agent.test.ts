import { EventEmitter } from 'node:events'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Agent } from '../../../src/agent/run/agent.ts'
import { serve } from '../../../src/cli/commands/agent.ts'

const log = pino({ level: 'silent' })

/** An agent that keeps what is asked of it. */
class FakeAgent implements Agent {
  readonly calls: string[] = []
  reloadFails = false

  async reload(): Promise<void> {
    this.calls.push('reload')
    if (this.reloadFails) {
      throw new Error('unreadable')
    }
  }

  async stop(): Promise<void> {
    this.calls.push('stop')
  }
}

const settled = (): Promise<unknown> => new Promise(setImmediate)

test.each(['SIGTERM', 'SIGINT'])('%s stops the agent, once', async (signal) => {
  const signals = new EventEmitter()
  const agent = new FakeAgent()
  const served = serve(async () => agent, signals, log)
  await settled()
  signals.emit(signal)
  await served
  expect(agent.calls).toEqual(['stop'])
})

test('SIGHUP reloads, as often as it comes and whether or not it fails', async () => {
  const signals = new EventEmitter()
  const agent = new FakeAgent()
  agent.reloadFails = true
  const served = serve(async () => agent, signals, log)
  await settled()
  signals.emit('SIGHUP')
  await settled()
  signals.emit('SIGHUP')
  await settled()
  signals.emit('SIGTERM')
  await served
  expect(agent.calls).toEqual(['reload', 'reload', 'stop'])
})

test('a signal during the start takes effect after it', async () => {
  const signals = new EventEmitter()
  const agent = new FakeAgent()
  let finishStart = (): void => {}
  const start = new Promise<Agent>((resolve) => {
    finishStart = () => resolve(agent)
  })
  const served = serve(() => start, signals, log)
  signals.emit('SIGHUP')
  signals.emit('SIGTERM')
  await settled()
  expect(agent.calls).toEqual([])
  finishStart()
  await served
  expect(agent.calls).toEqual(['stop'])
})

test('after the first signal a second one ends the process in its own way', async () => {
  const signals = new EventEmitter()
  const served = serve(async () => new FakeAgent(), signals, log)
  await settled()
  signals.emit('SIGINT')
  expect([signals.listenerCount('SIGINT'), signals.listenerCount('SIGTERM')]).toEqual([0, 0])
  await served
  expect(signals.listenerCount('SIGHUP')).toBe(0)
})

test('an agent that cannot start leaves no listener behind', async () => {
  const signals = new EventEmitter()
  await expect(serve(() => Promise.reject(new Error('no CAP_NET_ADMIN')), signals, log)).rejects.toThrow(
    'no CAP_NET_ADMIN',
  )
  expect(signals.eventNames()).toEqual([])
})

test('SIGHUP during the start reloads once it is over', async () => {
  const signals = new EventEmitter()
  const agent = new FakeAgent()
  let start = (_: Agent): void => {}
  const served = serve(() => new Promise<Agent>((resolve) => (start = resolve)), signals, log)
  signals.emit('SIGHUP')
  signals.emit('SIGHUP')
  start(agent)
  await settled()
  expect(agent.calls).toEqual(['reload'])
  signals.emit('SIGTERM')
  await served
})
