/** Daemons beside the one that is meant: found among the sockets of the network namespace, and asked only if they are vxagent's. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { conflictHint, listeningPaths, otherDaemons, otherDaemonsHint } from '../../src/cli/other-daemons.ts'
import { fakeDaemon } from './commands/fake-daemon.ts'
import { status } from './views/builders.ts'

const header = 'Num       RefCount Protocol Flags    Type St Inode Path'

function row(path: string, { flags = '00010000', type = '0001' } = {}): string {
  return `00000000c5a47632: 00000002 00000000 ${flags} ${type} 01 6341300 ${path}`
}

test('sockets at which somebody listens are told from the others', () => {
  const table = [
    header,
    row('/run/a b.sock'),
    row('/run/client.sock', { flags: '00000000' }),
    row('/run/datagram.sock', { type: '0002' }),
    row('@abstract'),
    '00000000be9203b1: 00000003 00000000 00000000 0001 03 6354743',
    '',
  ].join('\n')
  expect(listeningPaths(table)).toEqual(['/run/a b.sock'])
})

test('a daemon with another state directory is named with the option that asks it', async () => {
  const answers = { 'GET /v1/status': status({ stateDir: '/srv/lab' }) }
  const [other, stranger] = [await fakeDaemon(answers), await fakeDaemon(answers)]
  writeFileSync(join(dirname(other.socket), 'state.json'), '{}')
  const table = [header, row(other.socket), row(stranger.socket), row('/gone/vxagent.sock')].join('\n')
  const meant = { socket: '/run/vxagent/vxagent.sock', stateDir: '/var/lib/vxagent' }
  const found = await otherDaemons(meant, table)
  expect(otherDaemonsHint(found)).toBe(
    `another vxagent runs here and may have created it: the daemon at ${other.socket} (pid 4711), which keeps /srv/lab: vxagent status --socket ${other.socket}`,
  )
  expect(stranger.asked).toEqual([])
  expect(await otherDaemons({ ...meant, stateDir: '/srv/lab' }, table)).toEqual([])
  expect(await otherDaemons({ ...meant, socket: other.socket }, table)).toEqual([])
  expect(otherDaemonsHint([])).toBeUndefined()
})

test('only a conflict asks for them', async () => {
  const { socket, asked } = await fakeDaemon({ 'GET /v1/status': status({ stateDir: '/srv/lab' }) })
  writeFileSync(join(dirname(socket), 'state.json'), '{}')
  const meant = { socket: '/nowhere', stateDir: '/var/lib/vxagent' }
  expect(await conflictHint([{ kind: 'waiting' }], meant)).toBeUndefined()
  expect(asked).toEqual([])
  expect(await conflictHint([{ kind: 'conflict' }], meant)).toContain(`--socket ${socket}`)
})
