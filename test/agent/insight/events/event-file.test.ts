/** Events on the disk: kept over restarts, bounded, and no reason to stop when the disk is full. */
import { appendFileSync, existsSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { StartupError } from '../../../../src/agent/host/startup-error.ts'
import { EventFile, recallEvents } from '../../../../src/agent/insight/events/event-file.ts'
import { EventLog } from '../../../../src/agent/insight/events/event-log.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'

const silent = pino({ level: 'silent' })

function write(log: EventLog, count: number): void {
  for (let number = 0; number < count; number += 1) {
    log.append({ kind: 'learned', dev: 'vxlan0', mac: `${number}` })
  }
}

test('what was written is there for the next run, and is not written twice', () => {
  const path = join(temporaryDirectory(), 'log', 'events.jsonl')
  const first = new EventLog()
  const file = new EventFile(path, first, silent)
  write(first, 3)
  file.close()
  expect(statSync(path).mode & 0o777).toBe(0o640)
  const second = new EventLog()
  second.recall(recallEvents(path, 2))
  const again = new EventFile(path, second, silent)
  write(second, 1)
  again.close()
  expect(recallEvents(path, 10).map(({ mac }) => mac)).toEqual(['0', '1', '2', '0'])
})

test('two files of a bounded size, however much happens', () => {
  const path = join(temporaryDirectory(), 'events.jsonl')
  const log = new EventLog({ capacity: 100_000 })
  const file = new EventFile(path, log, silent, 20_000)
  write(log, 20_000)
  file.close()
  // A whole batch is written before the size is looked at.
  const most = 20_000 + 1000 * 200
  expect(statSync(path).size).toBeLessThan(most)
  expect(statSync(`${path}.1`).size).toBeLessThan(most)
  expect(existsSync(`${path}.2`)).toBe(false)
  expect(recallEvents(path, 5).map(({ mac }) => mac)).toEqual(['19995', '19996', '19997', '19998', '19999'])
})

test('lines cut by a crash, or that are no events, are passed over', () => {
  const path = join(temporaryDirectory(), 'events.jsonl')
  const log = new EventLog()
  const file = new EventFile(path, log, silent)
  write(log, 1)
  file.close()
  appendFileSync(path, '{"id":"x"}\nnull\n[]\n{"id":"y","kind":"learned","at":"never"}\n{"id":"a-1","kind":"lear')
  expect(recallEvents(path, 10)).toHaveLength(1)
  expect(recallEvents(join(temporaryDirectory(), 'none'), 10)).toEqual([])
})

test('a full disk is told once, and what happens is still told to readers', () => {
  const path = join(temporaryDirectory(), 'events.jsonl')
  symlinkSync('/dev/full', path)
  const log = new EventLog()
  const logger = pino({ level: 'silent' })
  const error = vi.spyOn(logger, 'error')
  const file = new EventFile(path, log, logger)
  write(log, 2)
  log.flush()
  write(log, 2)
  log.flush()
  file.close()
  expect(error).toHaveBeenCalledTimes(1)
  expect(log.size).toBe(4)
})

test('a path that cannot be written is an error of the start, with what to do', () => {
  expect(() => new EventFile('/proc/no/such', new EventLog(), silent)).toThrow(StartupError)
})
