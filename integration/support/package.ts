/** The Debian package, built for the tests: compressed little, else as users get it. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { newest } from './build.ts'
import { run } from './command.ts'

const project = join(import.meta.dirname, '../..')
/** What a package is built from. */
const sources = ['src', 'systemd', 'scripts', 'examples', 'package-lock.json']

export interface PackageOptions {
  readonly architecture?: 'amd64' | 'arm64'
  /** Another version than the present one. */
  readonly version?: string
  /** Where it is to lie; without one it is built once for all tests. */
  readonly output?: string
  readonly umask?: number
  readonly env?: Readonly<Record<string, string>>
}

/** The architecture of this machine, in Debian's words. */
export const machineArchitecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** Builds a package unless it is there, and gives its path. */
export async function builtPackage({
  architecture = machineArchitecture,
  version = '0.1.0',
  output = join(project, 'build/test'),
  umask = 0o022,
  env = {},
}: PackageOptions = {}): Promise<string> {
  const path = join(output, `vxagent_${version}_${architecture}.deb`)
  const isThere =
    existsSync(path) && statSync(path).mtimeMs > Math.max(...sources.map((name) => newest(join(project, name))))
  if (!isThere) {
    const options = ['--arch', architecture, '--quick', '--changed-version', version, '--output', output]
    const build = [process.execPath, join(project, 'scripts/deb.js'), ...options]
    await run('sh', ['-c', `umask ${umask.toString(8)} && exec "$@"`, 'build', ...build], {
      env: { ...process.env, ...env },
    })
  }
  return path
}
