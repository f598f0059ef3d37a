/** The three paths, each gone twice: the second time is counted. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CalledFiles } from './called.ts'
import { fileToAction } from './file-to-action.ts'
import { getFdb } from './get-fdb.ts'
import { messageToEvent } from './message-to-event.ts'

/** Marks the two ends of the path. */
export interface Ends {
  begin(): void
  end(): void
}

/** Goes a path once. */
export type Path = (ends: Ends, directory: string) => Promise<void>

const paths: Readonly<Record<string, Path>> = {
  'desired file → request for a link': fileToAction,
  'kernel message → event': messageToEvent,
  'GET /v1/fdb → answer': getFdb,
}

/** @param bundle the file in which this module is */
export async function pathsOf(bundle: string): Promise<{ readonly name: string; readonly files: readonly string[] }[]> {
  const called = new CalledFiles(bundle)
  const found: { name: string; files: readonly string[] }[] = []
  for (const [name, go] of Object.entries(paths)) {
    await goOnce(go, { begin() {}, end() {} })
    let files: readonly string[] = []
    const ends = {
      begin: () => void called.take(),
      end: () => {
        files = called.take()
      },
    }
    await goOnce(go, ends)
    found.push({ name, files })
  }
  called.close()
  return found
}

async function goOnce(go: Path, ends: Ends): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-path-'))
  try {
    await go(ends, directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
