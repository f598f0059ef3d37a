import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { EventLog } from '../../../../src/agent/insight/events/event-log.ts'
import { streamEvents } from '../../../../src/agent/publish/api/event-stream.ts'

/** A log of so many events, every tenth of which is of vxlan1, the others of vxlan0. */
function logOf(count: number): EventLog {
  const log = new EventLog()
  for (let index = 0; index < count; index += 1) {
    log.append({ kind: 'link-up', dev: index % 10 === 9 ? 'vxlan1' : 'vxlan0' })
  }
  return log
}

/** A reader who takes everything, and the ids that it was sent. */
function reader(log: EventLog, filter: { dev?: string[] } = {}): { ids(): string[]; output: PassThrough } {
  const output = new PassThrough({ highWaterMark: 1024 * 1024 * 64 })
  onTestFinished(() => {
    output.destroy()
  })
  let said = ''
  output.on('data', (chunk: Buffer) => {
    said += chunk
  })
  streamEvents(log, { filter, from: log.start }, output)
  return { output, ids: () => [...said.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '') }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

test('a long past is sent in slices, between which others are heard', async () => {
  const log = logOf(3000)
  const { ids } = reader(log)
  await nextTurn()
  expect(ids().length).toBeGreaterThan(0)
  expect(ids().length).toBeLessThan(3000)
  await expect.poll(() => ids().length).toBe(3000)
  expect(new Set(ids()).size).toBe(3000)
})

test('a filter that little passes is no reason to look at everything at once', async () => {
  const log = logOf(3000)
  const { ids } = reader(log, { dev: ['vxlan1'] })
  await nextTurn()
  expect(ids().length).toBeLessThan(300)
  await expect.poll(() => ids().length).toBe(300)
})

test('a reader that left while a slice was due gets no more', async () => {
  const log = logOf(3000)
  const { ids, output } = reader(log)
  output.destroy()
  await nextTurn()
  await nextTurn()
  expect(ids().length).toBeLessThan(3000)
})
