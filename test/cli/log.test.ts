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
