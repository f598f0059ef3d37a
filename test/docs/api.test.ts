/** docs/reference/api.md states the limits that the API has. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { eventKinds } from '../../src/agent/answers/overlay-event.ts'
import { healthReportSchema } from '../../src/agent/publish/api/health-schemas.ts'
import {
  connectionLimits,
  deadlines,
  floodPenaltyMs,
  longestBody,
  longestHead,
  longestState,
  mostHeaders,
  mostPipelined,
  retryAfterSeconds,
  streamLimits,
  turnLimits,
  unsentLimits,
} from '../../src/agent/publish/api/limits.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/api.md'), 'utf8')
test.each(Object.keys(eventKinds))('docs/reference/api.md explains the event kind %s', (kind) => {
  expect(page).toContain(`\n| \`${kind}\` | `)
})

test('docs/reference/api.md explains every key of a health report', () => {
  const keys = Object.keys(z.toJSONSchema(healthReportSchema).properties ?? {}).filter((key) => key !== 'checks')
  const part = page.slice(page.indexOf('\n## Health\n'), page.indexOf('\n## state.json\n'))
  expect(keys.filter((key) => !part.includes(`\`${key}\``))).toEqual([])
})

const KiB = 1024
const MiB = 1024 * KiB

test.each([
  `| open connections * | ${connectionLimits.perPeer} | ${connectionLimits.inAll} |`,
  `| event streams | ${streamLimits.perPeer} | ${streamLimits.inAll}; ${streamLimits.privileged} more for root`,
  `| requests in progress * | ${turnLimits.perPeer} | ${turnLimits.inAll} |`,
  `| answers not read yet * | ${unsentLimits.perPeer / MiB} MiB | ${unsentLimits.inAll / MiB} MiB |`,
  `| request line and headers | ${longestHead / KiB} KiB, ${mostHeaders} headers |`,
  `from root or the daemon's user | ${longestState / MiB} MiB |`,
  `| any other body | ${longestBody / KiB} KiB,`,
  `| requests sent ahead of their answers | ${mostPipelined}, answered one after another |`,
  `stays taken for ${floodPenaltyMs / 1000} s |`,
  `| headers complete | within ${deadlines.headers / 1000} s |`,
  `| request complete | within ${deadlines.request / 1000} s |`,
  `| reader that takes nothing | for ${deadlines.idle / 1000} s |`,
  `| answer taken completely (except event streams) | within ${deadlines.answer / 1000} s |`,
  `| connection without a further request | for ${deadlines.keepAlive / 1000} s |`,
  `has \`Retry-After: ${retryAfterSeconds}\``,
])('docs/reference/api.md says %s', (words) => {
  expect(page).toContain(words)
})
