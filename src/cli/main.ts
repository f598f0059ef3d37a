#!/usr/bin/env node
/** The executable: joins `run` to this process. */
import process from 'node:process'

try {
  process.cwd()
} catch {
  // In a directory that is gone: yargs asks for it as soon as it is loaded.
  process.chdir('/')
}
const { run } = await import('./run.ts')

// A reader that left is noticed where the output is written; without a listener the event would end the process, daemon included.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

const { stdout, stderr, env } = process
// Not process.exit(), which cuts off what a pipe has not taken yet.
process.exitCode = await run(process.argv.slice(2), { stdout, stderr, env, signals: process })
