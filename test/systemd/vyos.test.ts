import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const files = join(import.meta.dirname, '../../systemd/vyos')
const postconfig = 'config/scripts/vyos-postconfig-bootup.script'
const preconfig = 'config/scripts/vyos-preconfig-bootup.script'
const templates = 'opt/vyatta/share/vyatta-op/templates'
const line = 'if [ -x /config/vxagent/boot ]; then /config/vxagent/boot || :; fi'

/** A router's root directory. Packages are looked into by the real dpkg; what would change the host is written down instead. */
class Router {
  readonly root = temporaryDirectory()
  readonly #bin = temporaryDirectory()
  readonly #log = join(this.#bin, 'log')

  constructor() {
    this.write(`${templates}/show/node.def`, 'help: Show system information\n')
    this.write(postconfig, '#!/bin/sh\n# Mine.\nexit 0\n', 0o770)
    // The package puts its files in place when it is installed.
    this.#stub('dpkg', [
      `case "$*" in *--install*) echo "dpkg $*" >>'${this.#log}'; readlink '${this.root}/etc/vxagent/desired.d' >>'${this.#log}'; [ ! -e '${this.#bin}/broken' ] || exit 1`,
      `mkdir -p '${this.root}/usr/share/vxagent' && cp -R '${files}' '${this.root}/usr/share/vxagent/vyos'`,
      `echo "installed $(dpkg-deb --field "$(eval echo \\\${$#})" Version)" >'${this.#bin}/installed';;`,
      '*) exec /usr/bin/dpkg "$@";; esac',
    ])
    this.#stub('dpkg-query', [`cat '${this.#bin}/installed'`])
    this.#stub('systemctl', [
      `case $1 in is-enabled) [ ! -e '${this.#bin}/disabled' ];; *) echo "systemctl $*" >>'${this.#log}';; esac`,
    ])
  }

  #stub(name: string, lines: readonly string[]): void {
    writeFileSync(join(this.#bin, name), `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 })
  }

  path(path: string): string {
    return join(this.root, path)
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text)
    chmodSync(this.path(path), mode)
  }

  mode(path: string): number {
    return statSync(this.path(path)).mode & 0o777
  }

  /** What dpkg says of the package, such as `installed 0.1.0`. */
  dpkgSays(text: string): void {
    writeFileSync(join(this.#bin, 'installed'), `${text}\n`)
  }

  /** `broken`: dpkg installs nothing; `disabled`: so is the service. */
  is(state: 'broken' | 'disabled'): void {
    writeFileSync(join(this.#bin, state), '')
  }

  run(script: string, ...args: readonly string[]): { status: number | null; output: string } {
    const env = { ...process.env, ROOT: this.root, PATH: `${this.#bin}:${process.env['PATH']}` }
    const { status, stdout, stderr } = spawnSync(script, args, { env, encoding: 'utf8' })
    return { status, output: stdout + stderr }
  }

  setup(...args: readonly string[]): { status: number | null; output: string } {
    return this.run(join(files, 'setup'), ...args)
  }

  boot(): { status: number | null; output: string } {
    return this.run(this.path('config/vxagent/boot'))
  }

  /** What was done to the host since the last time. */
  deeds(): string[] {
    const text = existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : ''
    writeFileSync(this.#log, '')
    return text.split('\n').filter((deed) => deed !== '')
  }

  /** The next image: of all that was, it has what is below /config. */
  upgradeImage(): Router {
    const next = new Router()
    spawnSync('cp', ['-R', `${this.path('config')}/.`, next.path('config')])
    return next
  }
}

function buildPackage(version: string, name = 'vxagent'): string {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'tree/DEBIAN'), { recursive: true })
  chmodSync(join(directory, 'tree/DEBIAN'), 0o755)
  writeFileSync(
    join(directory, 'tree/DEBIAN/control'),
    `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody\nDescription: for a test\n`,
  )
  const file = join(directory, `${name}_${version}_all.deb`)
  spawnSync('dpkg-deb', ['--build', '--root-owner-group', join(directory, 'tree'), file])
  return file
}

function installedRouter(): Router {
  const router = new Router()
  router.write('etc/vxagent/desired.d/overlay.yaml', 'vxlans: {}\n')
  expect(router.setup('install', buildPackage('0.1.0'))).toEqual({ status: 0, output: '' })
  return router
}

describe('setup', () => {
  test('keeps what an image upgrade would lose below /config', () => {
    const router = installedRouter()
    expect(readdirSync(router.path('config/vxagent')).toSorted()).toEqual([
      'boot',
      'desired.d',
      'vxagent_0.1.0_all.deb',
    ])
    expect(router.read('config/vxagent/desired.d/overlay.yaml')).toBe('vxlans: {}\n')
    expect(readlinkSync(router.path('etc/vxagent/desired.d'))).toBe('/config/vxagent/desired.d')
    expect(readdirSync(router.path('etc/vxagent'))).toEqual(['desired.d'])
    expect(router.mode('config/vxagent/boot')).toBe(0o755)
  })

  test('lets everybody read the desired files: the user of the service is another in each image', () => {
    const router = new Router()
    router.write('etc/vxagent/desired.d/overlay.yaml', 'vxlans: {}\n', 0o600)
    chmodSync(router.path('etc/vxagent/desired.d'), 0o700)
    router.setup('install', buildPackage('0.1.0'))
    expect(router.mode('config/vxagent/desired.d/overlay.yaml')).toBe(0o644)
    expect(router.mode('config/vxagent/desired.d') & 0o5).toBe(0o5)
    expect(router.mode('config/vxagent') & 0o5).toBe(0o5)
  })

  test('puts its line below the first of the bootup script, before any exit, and leaves its mode', () => {
    const router = installedRouter()
    expect(router.read(postconfig)).toBe(
      `#!/bin/sh\n# vxagent begin (put here by /usr/share/vxagent/vyos/setup)\n${line}\n# vxagent end\n# Mine.\nexit 0\n`,
    )
    expect(router.mode(postconfig) & 0o771).toBe(0o771)
    expect(readdirSync(router.path('config/scripts'))).toEqual(['vyos-postconfig-bootup.script'])
    expect(router.run(router.path(postconfig)).status).toBe(0)
  })

  test.each([
    ['none', undefined, `#!/bin/sh\nBLOCK`],
    ['an empty one', '', `#!/bin/sh\nBLOCK`],
    ['one without an interpreter', 'echo mine\n', `BLOCKecho mine\n`],
  ])('makes do with a bootup script where there is %s', (_, text, expected) => {
    const router = new Router()
    if (text !== undefined) {
      router.write(preconfig, text)
    }
    router.setup('install', '--early', buildPackage('0.1.0'))
    const block = `# vxagent begin (put here by /usr/share/vxagent/vyos/setup)\n${line}\n# vxagent end\n`
    expect(router.read(preconfig)).toBe(expected.replace('BLOCK', block))
    expect(router.mode(preconfig) & 0o111).toBe(0o111)
  })

  test('takes nothing of the administrator away where one of its comments is gone', () => {
    const router = installedRouter()
    router.write(postconfig, router.read(postconfig).replace('# vxagent end\n', ''))
    router.setup('uninstall')
    expect(router.read(postconfig)).toBe('#!/bin/sh\n# Mine.\nexit 0\n')
  })

  test('changes a bootup script that is a link where the link leads', () => {
    const router = new Router()
    router.write('config/mine', '#!/bin/sh\n', 0o755)
    symlinkSync(router.path('config/mine'), router.path(preconfig))
    router.setup('install', '--early', buildPackage('0.1.0'))
    expect(router.read('config/mine')).toContain(line)
    expect(readlinkSync(router.path(preconfig))).toBe(router.path('config/mine'))
  })

  test('run again changes nothing', () => {
    const router = installedRouter()
    const snapshot = (): string =>
      spawnSync('sh', ['-c', 'find . -type l -o -type f -exec md5sum {} + | sort; find . -printf "%p %m\\n" | sort'], {
        cwd: router.root,
        encoding: 'utf8',
      }).stdout
    const before = snapshot()
    expect(router.setup('install').output).toBe('')
    expect(router.setup('install', router.path('config/vxagent/vxagent_0.1.0_all.deb')).output).toBe('')
    expect(snapshot()).toBe(before)
  })

  test('keeps one package, the one given last', () => {
    const router = installedRouter()
    router.setup('install', buildPackage('0.2.0'))
    expect(readdirSync(router.path('config/vxagent')).filter((name) => name.endsWith('.deb'))).toEqual([
      'vxagent_0.2.0_all.deb',
    ])
  })

  test('moves its line when another bootup script is to run it', () => {
    const router = installedRouter()
    router.setup('install', '--early')
    expect(router.read(preconfig)).toContain(line)
    expect(router.read(postconfig)).toBe('#!/bin/sh\n# Mine.\nexit 0\n')
  })

  test('says that without the package the next image has no vxagent', () => {
    const { status, output } = new Router().setup('install')
    expect(status).toBe(0)
    expect(output).toContain('gone with the next image')
  })

  test('takes no other package, no missing file and no other word', () => {
    const router = new Router()
    expect(router.setup('install', buildPackage('1', 'other')).output).toContain('is not a package of vxagent')
    expect(router.setup('install', '/nowhere.deb')).toMatchObject({ status: 1 })
    expect(router.setup('install', '--late')).toMatchObject({ status: 64 })
    expect(router.setup('instal')).toMatchObject({ status: 64 })
    expect(router.read(postconfig)).not.toContain('vxagent')
  })

  test('overwrites no desired file by another of its name', () => {
    const router = new Router()
    router.write('etc/vxagent/desired.d/overlay.yaml', 'vxlans: {}\n')
    router.write('config/vxagent/desired.d/overlay.yaml', 'bridges: {}\n')
    const { status, output } = router.setup('install', buildPackage('0.1.0'))
    expect({ status, output }).toMatchObject({ status: 1, output: expect.stringContaining('overlay.yaml is in') })
    expect(router.read('config/vxagent/desired.d/overlay.yaml')).toBe('bridges: {}\n')
    expect(router.read('etc/vxagent/desired.d/overlay.yaml')).toBe('vxlans: {}\n')
  })

  test('keeps the certificates of a fleet below /config, for root alone', () => {
    const router = new Router()
    router.write('etc/vxagent/fleet/node.key', 'secret\n', 0o644)
    chmodSync(router.path('etc/vxagent/fleet'), 0o755)
    expect(router.setup('install', buildPackage('0.1.0'))).toEqual({ status: 0, output: '' })
    expect(readlinkSync(router.path('etc/vxagent/fleet'))).toBe('/config/vxagent/fleet')
    expect(router.read('config/vxagent/fleet/node.key')).toBe('secret\n')
    expect(router.mode('config/vxagent/fleet')).toBe(0o700)
    expect(router.mode('config/vxagent/fleet/node.key')).toBe(0o600)
    expect(router.setup('uninstall')).toEqual({ status: 0, output: '' })
    expect(router.read('etc/vxagent/fleet/node.key')).toBe('secret\n')
    expect(router.mode('etc/vxagent/fleet')).toBe(0o700)
    expect(router.mode('etc/vxagent/fleet/node.key')).toBe(0o600)
  })

  test('an empty folder for certificates, as the package makes it, stays where it is', () => {
    const router = new Router()
    mkdirSync(router.path('etc/vxagent/fleet'), { recursive: true })
    router.setup('install', buildPackage('0.1.0'))
    expect(statSync(router.path('etc/vxagent/fleet')).isDirectory()).toBe(true)
    expect(existsSync(router.path('config/vxagent/fleet'))).toBe(false)
  })

  test('uninstall takes all away but the desired files, which are where the agent looks for them', () => {
    const router = installedRouter()
    expect(router.setup('uninstall')).toEqual({ status: 0, output: '' })
    expect(router.read(postconfig)).toBe('#!/bin/sh\n# Mine.\nexit 0\n')
    expect(readdirSync(router.path('config/vxagent'))).toEqual(['desired.d'])
    const left = readdirSync(router.path(templates), { recursive: true, encoding: 'utf8' })
    expect(left.filter((path) => path.includes('vxagent'))).toEqual([])
    expect(router.read(`${templates}/show/node.def`)).toContain('Show system information')
    expect(router.read('config/vxagent/desired.d/overlay.yaml')).toBe('vxlans: {}\n')
    expect(statSync(router.path('etc/vxagent/desired.d')).isDirectory()).toBe(true)
    expect(router.deeds()).toEqual([])
    expect(router.setup('uninstall')).toEqual({ status: 0, output: '' })
  })
})

describe('boot', () => {
  test('brings vxagent back in a new image: files first, then the package, the commands and the service', () => {
    const next = installedRouter().upgradeImage()
    expect(next.boot()).toMatchObject({ status: 0 })
    const file = next.path('config/vxagent/vxagent_0.1.0_all.deb')
    expect(next.deeds()).toEqual([
      `dpkg --force-confdef --force-confold --install ${file}`,
      '/config/vxagent/desired.d',
      'systemctl start vxagent.service',
    ])
    expect(next.read(`${templates}/show/vxagent/status/node.def`)).toContain('vxagent status')
  })

  test('brings a member of a fleet back with its certificates, and starts its fleet process', () => {
    const router = installedRouter()
    router.write('etc/vxagent/fleet/node.key', 'secret\n', 0o600)
    expect(router.setup('install')).toEqual({ status: 0, output: '' })
    const next = router.upgradeImage()
    expect(next.boot()).toMatchObject({ status: 0 })
    expect(readlinkSync(next.path('etc/vxagent/fleet'))).toBe('/config/vxagent/fleet')
    expect(next.mode('config/vxagent/fleet/node.key')).toBe(0o600)
    expect(next.deeds().slice(-2)).toEqual([
      'systemctl start vxagent.service',
      'systemctl enable --now vxagent-fleet.service',
    ])
    // Who disables it on this image does not want it.
    expect(next.boot()).toMatchObject({ status: 0 })
    expect(next.deeds()).toEqual(['systemctl start vxagent.service'])
  })

  test('installs nothing where the image has that version or a later one', () => {
    const router = installedRouter()
    for (const version of ['0.1.0', '0.2.0']) {
      router.dpkgSays(`installed ${version}`)
      expect(router.boot()).toEqual({ status: 0, output: '' })
      expect(router.deeds()).toEqual(['systemctl start vxagent.service'])
    }
  })

  test('installs a later version, and one in the place of settings that a removal left', () => {
    const router = installedRouter()
    for (const answer of ['installed 0.1.0~rc1', 'config-files 0.1.0']) {
      router.dpkgSays(answer)
      expect(router.boot().status).toBe(0)
      expect(router.deeds()[0]).toContain('--install')
    }
  })

  test('takes the newest of several packages, by the order of Debian', () => {
    const router = installedRouter()
    for (const version of ['0.9.0', '0.10.0']) {
      spawnSync('cp', [buildPackage(version), router.path('config/vxagent')])
    }
    spawnSync('cp', [buildPackage('7', 'other'), router.path('config/vxagent')])
    router.boot()
    expect(router.deeds()[0]).toMatch(/vxagent_0\.10\.0_all\.deb$/)
  })

  test('starts no service that was disabled', () => {
    const router = installedRouter()
    router.dpkgSays('installed 0.1.0')
    router.is('disabled')
    router.boot()
    expect(router.deeds()).toEqual([])
  })

  test('leaves desired files that are in the image alone, and says so', () => {
    const router = installedRouter().upgradeImage()
    router.write('etc/vxagent/desired.d/other.yaml', 'vxlans: {}\n')
    expect(router.boot()).toMatchObject({ status: 1, output: expect.stringContaining('setup install moves them') })
    expect(router.read('etc/vxagent/desired.d/other.yaml')).toBe('vxlans: {}\n')
    expect(router.deeds()).toContain('systemctl start vxagent.service')
  })

  test('says what is wrong when there is no package, or it cannot be installed', () => {
    const none = installedRouter().upgradeImage()
    spawnSync('rm', [none.path('config/vxagent/vxagent_0.1.0_all.deb')])
    expect(none.boot()).toMatchObject({ status: 1, output: expect.stringContaining('there is no package of it') })
    const broken = installedRouter().upgradeImage()
    broken.is('broken')
    expect(broken.boot()).toMatchObject({ status: 1, output: expect.stringContaining('cannot install') })
  })
})

describe('operational commands', () => {
  const nodes = readdirSync(join(files, 'op-mode'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('node.def'))
    .map((path) => ({ words: dirname(path).split('/'), text: readFileSync(join(files, 'op-mode', path), 'utf8') }))
  const runs = nodes.flatMap(({ words, text }) => {
    const run = /^run: (.+)$/m.exec(text)?.[1]
    return run === undefined ? [] : [{ words, run }]
  })

  test('each word of one has a help of its own', () => {
    const known = nodes.map(({ words }) => words.join(' '))
    for (const { words, text } of nodes) {
      expect(text, words.join(' ')).toMatch(/^help: \S.+\n/)
      for (let count = 2; count < words.length; count += 1) {
        expect(known).toContain(words.slice(0, count).join(' '))
      }
    }
  })

  test.each(runs)('$words runs a command that exists', ({ run }) => {
    const name = /^sudo \/usr\/bin\/vxagent (\S+)/.exec(run)?.[1]
    if (name === undefined) {
      expect(run).toBe('sudo /usr/bin/systemctl restart vxagent.service')
    } else {
      expect(commands.map((command) => command.name)).toContain(name)
    }
  })

  test('what is typed for an address reaches vxagent as one word, whatever it is', () => {
    const run = runs.find(({ words }) => words.includes('explain'))?.run ?? ''
    // As VyOS does: $4 becomes the fourth word, and the whole is evaluated.
    const command = run
      .replaceAll(/\$(\d)/g, (_, digit) => `\${args[${digit}]}`)
      .replace('sudo /usr/bin/vxagent', 'show')
    const script = `show() { printf '<%s>' "$@"; }; args=("" show vxagent explain "$1"); eval "$2"`
    for (const typed of ['10.0.1.1', '--help', '$(touch x); y', 'a b']) {
      const { stdout } = spawnSync('bash', ['-c', script, 'bash', typed, command], { encoding: 'utf8' })
      expect(stdout).toBe(`<explain><--><${typed}>`)
    }
  })
})

test.each(['boot', 'setup'])('%s is a script for any shell, and may be run', (name) => {
  expect(statSync(join(files, name)).mode & 0o111).toBe(0o111)
  for (const shell of ['bash', 'dash']) {
    const { status, stderr } = spawnSync(shell, ['-n', join(files, name)], { encoding: 'utf8' })
    expect({ shell, status, stderr }).toEqual({ shell, status: 0, stderr: '' })
  }
})
