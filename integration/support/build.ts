/** Builds before the integration tests when the sources are newer than the build: they test what users run. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.ts'
import { vxagentPath } from './vxagent.ts'

const root = join(import.meta.dirname, '../..')

/** vitest's global setup. */
export default async function setup(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error('the integration tests make network namespaces, which needs root: run sudo ./check')
  }
  const built = statSync(vxagentPath, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (newest(join(root, 'src')) > built) {
    process.stdout.write('building, since the sources are newer than the build\n')
    await run(process.execPath, [join(root, 'scripts/build.js')])
  }
}

/** When the newest file was written: that one, or any in that directory. Milliseconds since 1970. */
export function newest(path: string): number {
  const status = statSync(path)
  const { mtimeMs } = status
  return status.isDirectory()
    ? Math.max(
        mtimeMs,
        ...readdirSync(path, { recursive: true, withFileTypes: true }).map(
          (entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs,
        ),
      )
    : mtimeMs
}
