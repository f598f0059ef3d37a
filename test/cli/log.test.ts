import { expect, test } from 'vitest'
import { openLog } from '../../src/cli/log.ts'
import { FakeOutput } from './support.ts'

test('where no terminal is, each line is JSON with an ISO time', async () => {
  const output = new FakeOutput()
  const log = await openLog(output, { level: 'info', isJson: false, hasColours: false })
  log.child({ link: 'vxlan0' }).warn('waiting')
  log.debug('unheard')
  const lines = output.text.trimEnd().split('\n')
  expect(lines).toHaveLength(1)
  const line: unknown = JSON.parse(lines[0] as string)
  expect(line).toEqual({
    level: 40,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    link: 'vxlan0',
    msg: 'waiting',
  })
})

test('on a terminal a line is for people, at once and in order', async () => {
  const output = new FakeOutput({ isTTY: true })
  const log = await openLog(output, { level: 'info', isJson: false, hasColours: false })
  log.info({ link: 'vxlan0' }, 'converged')
  expect(output.text).toMatch(/^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] INFO: converged \{"link":"vxlan0"\}\n$/)
})

test('JSON on a terminal, when asked for', async () => {
  const output = new FakeOutput({ isTTY: true })
  const log = await openLog(output, { level: 'info', isJson: true, hasColours: true })
  log.info('converged')
  expect(JSON.parse(output.text)).toMatchObject({ msg: 'converged' })
})

test('in the journal a line has its priority in front, says what the error was, and stays one line', async () => {
  const output = new FakeOutput()
  const log = await openLog(output, { level: 'trace', isJson: false, hasColours: false, isJournal: true })
  log.fatal('over')
  log.error({ err: new Error('EACCES: no\nright') }, 'cannot write')
  log.warn({ link: 'vxlan0', attempts: 3 }, 'waiting')
  log.info('converged')
  log.debug('asked')
  log.trace('sent')
  expect(output.text.split('\n')).toEqual([
    '<2>over',
    '<3>cannot write: EACCES: no\\nright',
    '<4>waiting link=vxlan0 attempts=3',
    '<6>converged',
    '<7>asked',
    '<7>sent',
    '',
  ])
})

test('JSON in the journal, when asked for, with its priority in front', async () => {
  const output = new FakeOutput()
  const log = await openLog(output, { level: 'info', isJson: true, hasColours: false, isJournal: true })
  log.warn('waiting')
  expect(output.text.slice(0, 3)).toBe('<4>')
  expect(JSON.parse(output.text.slice(3))).toMatchObject({ msg: 'waiting' })
})
