/** A question at a terminal. */
import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import type { Io } from './output.ts'

/** Whether somebody can be asked: both ends are a terminal. */
export function canAsk({ stderr }: Pick<Io, 'stderr'>): boolean {
  return process.stdin.isTTY === true && stderr.isTTY === true
}

/** Whether the answer is yes. Anything else is no, and so is the end of the input, or of the time. */
export async function isYes(question: string, waitMs?: number): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const timeout = waitMs === undefined ? undefined : AbortSignal.timeout(waitMs)
  try {
    const end = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    const asked = timeout === undefined ? lines.question(question) : lines.question(question, { signal: timeout })
    const answer = await Promise.race([asked, end])
    return /^y(es)?$/i.test(answer.trim())
  } catch (error) {
    if (timeout?.aborted === true) {
      process.stderr.write('\n')
      return false
    }
    throw error
  } finally {
    lines.close()
  }
}
