/** Desired-state files for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { InvalidDesiredState, type Issue } from '../../../src/agent/desired/issue.ts'
import { loadDesired } from '../../../src/agent/desired/load.ts'

/** A directory of its own with these files, removed when the test is over. */
export function desiredDirectory(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-desired-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const nested = join(directory, 'desired.d')
  mkdirSync(nested)
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(nested, name), content)
  }
  return nested
}

/** The issues, warnings among them, that loading gives. */
export async function issuesOf(...paths: string[]): Promise<readonly Issue[]> {
  try {
    return (await loadDesired(paths)).warnings
  } catch (error) {
    if (error instanceof InvalidDesiredState) {
      return error.issues
    }
    throw error
  }
}

/** `code name:line:column`, the file without its directory. */
export function codeAndPlace({ code, file, line, column }: Issue): string {
  return `${code} ${file.slice(file.lastIndexOf('/') + 1)}:${line}:${column}`
}
