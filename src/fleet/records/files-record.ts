/** How pushed files stand on a host, in its own words: read by whoever pushes, and when somebody asks about the fleet. */
import * as z from 'zod'
import type { PushedPlan } from '../../agent/answers/pushed.ts'
import type { Entry } from '../etcd/store.ts'
import { line } from './push-record.ts'
import { nodeId, readValue, word } from './values.ts'

/** Lines of a plan, and characters of each. */
const mostPlanLines = 100
const longestPlanLine = 400
/** Sessions that one host answers at the same time. */
export const mostSessions = 8

const count = z.int().min(0)

const planSchema = z.object({
  canApply: z.boolean(),
  reason: line(2000).optional(),
  lines: z.array(line(longestPlanLine)).max(mostPlanLines),
  lineCount: count,
})

const standingSchema = z.object({
  name: nodeId,
  revision: z.int().min(1),
  id: word(64),
  state: z.enum(['applied', 'removed', 'trial', 'refused', 'returned']),
  reason: line(2000).optional(),
  inForce: z.int().min(1).optional(),
})

const filesSchema = z.object({
  v: z.int().min(1),
  /** Whether it takes pushed files. */
  config: z.enum(['accept', 'refuse']),
  /** Whether its kernel is as its desired state says, of how many links it is not, and its problems of severity error. */
  converged: z.boolean(),
  failing: count,
  errors: count,
  files: z.array(standingSchema).max(512),
  /** The operators' sessions that ask this host, and how far it has heard them. */
  heard: z.array(z.object({ session: word(64), round: z.int().min(1), plan: planSchema.optional() })).max(mostSessions),
})

export type FilesRecord = z.output<typeof filesSchema>
export type FileStanding = FilesRecord['files'][number]
export type HostPlan = z.output<typeof planSchema>

/** Throws UnreadableValue. */
export function readFiles({ value }: Pick<Entry, 'value'>): FilesRecord {
  return readValue(value, filesSchema)
}

export function writeFiles(record: FilesRecord): Buffer {
  return Buffer.from(JSON.stringify(record))
}

/** One line that fits: what the agent says may have more. */
export function asLine(text: string, most: number): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, most)
}

/** As many lines as fit. */
export function asPlan({
  canApply,
  reason,
  lines,
  lineCount,
}: Pick<PushedPlan, 'canApply' | 'reason' | 'lines' | 'lineCount'>): HostPlan {
  return {
    canApply,
    ...(reason !== undefined && { reason: asLine(reason, 2000) }),
    lines: lines.slice(0, mostPlanLines).map((each) => asLine(each, longestPlanLine)),
    lineCount,
  }
}
