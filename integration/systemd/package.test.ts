/** The Debian package as a file: the same bytes each time, nothing from elsewhere, everything that belongs in it. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { finish, run } from '../support/command.ts'
import { builtPackage, machineArchitecture } from '../support/package.ts'

const canBuild = (await finish('dpkg-deb', ['--version']).catch(() => undefined))?.code === 0
if (!canBuild) {
  process.stdout.write('the tests of the package are skipped: dpkg-deb is not there\n')
}

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'vxagent-package-'))
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

describe.skipIf(!canBuild)('the package', () => {
  let path: string
  /** What is in it, unpacked. */
  let root: string

  beforeAll(async () => {
    path = await builtPackage()
    root = temporaryDirectory()
    await run('dpkg-deb', ['--raw-extract', path, root])
  }, 120_000)

  afterAll(() => rmSync(root, { recursive: true, force: true }))

  test('is the same, byte for byte, whoever builds it and when', async () => {
    const output = temporaryDirectory()
    onTestFinished(() => rmSync(output, { recursive: true, force: true }))
    const again = await builtPackage({ output, umask: 0o077, env: { TZ: 'Asia/Tokyo', LC_ALL: 'C', HOME: output } })
    expect(hashOf(again)).toBe(hashOf(path))
  }, 120_000)

  test('has no error in lintian’s eyes', async (context) => {
    const checked = await finish('lintian', ['--fail-on', 'error', path]).catch(() => undefined)
    if (checked === undefined) {
      context.skip('lintian is not installed')
    }
    expect(checked, checked?.stdout).toMatchObject({ code: 0 })
    expect(checked?.stdout).not.toMatch(/^[EW]:/m)
  })

  test('depends on the C and C++ runtime alone, and its programs need no other library', async () => {
    const depends = (await run('dpkg-deb', ['--field', path, 'Depends'])).trim()
    expect(depends.split(', ').map((each) => each.split(' ')[0])).toEqual(['libc6', 'libgcc-s1', 'libstdc++6'])
    const programs = binariesIn(root)
    expect(programs.map((each) => basename(each)).toSorted()).toEqual(['koffi.node', 'node'])
    for (const program of programs) {
      const needed = [...(await run('readelf', ['--dynamic', program])).matchAll(/NEEDED.*\[(.*)\]/g)].map(
        ([, name]) => name,
      )
      for (const library of needed) {
        expect(library).toMatch(/^(libc|libm|libdl|libpthread|librt|libgcc_s|libstdc\+\+|ld-linux-.*)\.so\.\d+$/)
      }
    }
  })

  test('holds the manual, completions, an example, and the licence of all that is bundled', async () => {
    const files = (await run('dpkg-deb', ['--contents', path])).split('\n').map((line) => line.split(/\s+/)[5])
    for (const file of [
      './usr/share/man/man1/vxagent.1.gz',
      './usr/share/man/man5/vxagent-desired.5.gz',
      './usr/share/bash-completion/completions/vxagent',
      './usr/share/zsh/vendor-completions/_vxagent',
      './usr/share/doc/vxagent/examples/story-ubuntu.yaml',
      './usr/share/doc/vxagent/examples/listen.conf',
      './usr/lib/systemd/system/vxagent.service',
      './usr/lib/sysusers.d/vxagent.conf',
    ]) {
      expect(files).toContain(file)
    }
    const copyright = readFileSync(join(root, 'usr/share/doc/vxagent/copyright'), 'utf8')
    for (const name of ['Node.js', 'koffi', 'fastify', 'pino', 'prom-client', 'yaml', 'yargs', 'zod', 'ipaddr.js']) {
      expect(copyright).toMatch(new RegExp(`^${name.replace('.', '\\.')} \\d+\\.\\d+\\.\\d+ \\(`, 'm'))
    }
  })

  test('lets nobody but root write to any of its files', async () => {
    const writable = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (name) => (statSync(join(root, name)).mode & 0o022) !== 0,
    )
    expect(writable).toEqual([])
    expect(await run('dpkg-deb', ['--contents', path])).not.toMatch(/^(?!\S+ root\/root ).+$/m)
  })

  test('is built for the other architecture too, with that one’s programs', async () => {
    const other = machineArchitecture === 'amd64' ? 'arm64' : 'amd64'
    const directory = temporaryDirectory()
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const built = await builtPackage({ architecture: other })
    await run('dpkg-deb', ['--raw-extract', built, directory])
    expect((await run('dpkg-deb', ['--field', built, 'Architecture'])).trim()).toBe(other)
    for (const program of binariesIn(directory)) {
      const header = await run('readelf', ['--file-header', program])
      expect(header).toMatch(other === 'arm64' ? /Machine:\s+AArch64/ : /Machine:\s+Advanced Micro Devices X86-64/)
    }
  }, 120_000)
})

function binariesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).subarray(0, 4).toString('latin1') === '\x7fELF')
}
