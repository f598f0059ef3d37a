/** Programs that tests try ours with, where they are. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether there is such a program; says so when there is none, for the tests that are skipped then. */
export function isInstalled(program: string): boolean {
  const isThere = (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (!isThere) {
    process.stdout.write(`skipped: ${program} is not installed (apt-get install ${program})\n`)
  }
  return isThere
}
