import { expect, test } from 'vitest'
import { questionOf } from '../../../../src/agent/publish/api/explain-query.ts'

test('the MAC address of the default destinations is told as what it is', () => {
  for (const to of ['00:00:00:00:00:00', '0:0:0:0:0:0']) {
    expect(() => questionOf({ to })).toThrow(
      /^00:00:00:00:00:00 is no MAC address that frames go to: .* vxagent fdb --mac 00:00:00:00:00:00/,
    )
  }
  expect(questionOf({ to: '0:0:0:0:0:1' })).toEqual({ target: '00:00:00:00:00:01', isMac: true })
})
