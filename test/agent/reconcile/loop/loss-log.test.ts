import { pino } from 'pino'
import { expect, test } from 'vitest'
import { GuestLog } from '../../../../src/agent/reconcile/loop/loss-log.ts'

function guestLog(): { readonly log: GuestLog; readonly told: string[] } {
  const told: string[] = []
  return { log: new GuestLog(pino({}, { write: (line: string) => told.push(JSON.parse(line).msg) })), told }
}

test('that guests cannot be recorded is said once, as long as it lasts', () => {
  const { log, told } = guestLog()
  const full = new Error('cannot write owned.json: ENOSPC')
  log.note([], full)
  log.note([], full)
  expect(told).toEqual(['cannot record which ports other programs put into bridges: cannot write owned.json: ENOSPC'])
  log.note([], undefined)
  log.note([], full)
  expect(told).toHaveLength(2)
})

test('of a guest that lost its place it is said whether it comes back', () => {
  const { log, told } = guestLog()
  log.note(
    [
      { name: 'tap0', bridge: 'br0' },
      { name: 'eth1', bridge: 'br0', isForgotten: true },
    ],
    undefined,
  )
  expect(told).toEqual([
    'tap0 has lost its place in br0, which went; it comes back if vxagent makes br0 again',
    'eth1 has lost its place in br0, which went; it does not come back, as it has an address of its own by now, or a file names it otherwise',
  ])
})
