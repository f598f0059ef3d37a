/** That the command which counts the files of each path goes the whole of it. */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { expect, test } from 'vitest'

test('each path is gone from its beginning to its end', () => {
  const said = execFileSync(process.execPath, ['scripts/paths.js', '--files'], { encoding: 'utf8' })
  const [toAction = '', toEvent = '', toAnswer = ''] = said.split(/^(?=\S)/m)
  expect(toAction).toMatch(/^desired file .*desired\/read\.ts.*apply\/perform-link\.ts.*client\/requests\.ts/s)
  expect(toEvent).toMatch(/^kernel message .*events\/event-log\.ts.*client\/subscription\.ts/s)
  expect(toAnswer).toMatch(/^GET \/v1\/fdb .*api\/app\.ts.*iproute2\/iproute2-fdb\.ts/s)
})
