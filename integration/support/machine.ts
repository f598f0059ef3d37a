/**
 * A machine of a test's own: systemd as PID 1 on a throw-away copy of this machine's files, in a network namespace of the test's. It
 * can be powered off and booted again, and keeps what was written until the test ends.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Finished, finish, type RunOptions, run } from './command.ts'
import { eventually } from './eventually.ts'
import type { Cleanup, Namespace } from './namespace.ts'

/** What the machine is a copy of: this machine, or a root directory that TEST_MACHINE_ROOT names (scripts/systems). */
const origin = process.env['TEST_MACHINE_ROOT'] ?? '/'

/** Services that this machine may have, and that a test has no use for unless it says so. */
const masked = [
  ...['postgresql', 'postgresql@15-main', 'prometheus', 'apt-daily', 'apt-daily-upgrade'],
  ...['frr', 'etcd', 'systemd-networkd', 'NetworkManager', 'networking'],
]

/** Of whoever logs in there: what is set for the tests is not. */
const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8' }

/** Where cgroups of version 2 are: alone, or beside those of version 1. */
const unified = existsSync('/sys/fs/cgroup/unified/cgroup.procs') ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup'

/** Why no such machine can be had here; undefined when it can. */
export async function whyNoMachine(): Promise<string | undefined> {
  if ((await finish('systemd-nspawn', ['--version']).catch(() => undefined))?.code !== 0) {
    return 'systemd-nspawn is not installed (package systemd-container)'
  }
  if (!existsSync(join(origin, 'lib/systemd/systemd'))) {
    return 'systemd is not installed'
  }
  if (!existsSync(join(unified, 'cgroup.procs'))) {
    return 'there is no cgroup v2 hierarchy'
  }
  const probe = join(unified, `vxa-probe-${process.pid}`)
  try {
    mkdirSync(probe)
    rmdirSync(probe)
  } catch (error) {
    return `no cgroup can be made: ${(error as Error).message}`
  }
  const { code, stderr } = await finish('unshare', ['--mount', 'true'])
  return code === 0 ? undefined : `no mount namespace can be made: ${stderr.trim()}`
}

export class Machine {
  readonly host: Namespace
  /** Its root, as seen from outside. */
  readonly root: string
  readonly #masked: readonly string[]
  readonly #directory: string
  readonly #cgroup: string
  #supervisor: ChildProcess | undefined
  #pid = 0

  /**
   * @param directory an empty one
   * @param services those of `masked` that are to run there
   */
  constructor(host: Namespace, directory: string, services: readonly string[]) {
    this.host = host
    this.#masked = masked.filter((name) => !services.includes(name))
    this.#directory = directory
    this.root = join(directory, 'root')
    this.#cgroup = join(unified, basename(directory))
  }

  /** Lays out its files: those of this machine beneath, what is written in memory. */
  async layOut(): Promise<void> {
    await run('mount', ['-t', 'tmpfs', 'tmpfs', this.#directory])
    for (const name of ['upper', 'work', 'root']) {
      mkdirSync(join(this.#directory, name))
    }
    const layers = `lowerdir=${origin},upperdir=${this.#directory}/upper,workdir=${this.#directory}/work`
    await run('mount', ['-t', 'overlay', 'overlay', '-o', layers, this.root])
    // Whatever runs there brings its own.
    for (const node of ['/usr/bin/node', '/usr/local/bin/node']) {
      rmSync(join(this.root, node), { force: true })
    }
    rmSync(join(this.root, 'var/log/journal'), { recursive: true, force: true })
    rmSync(join(this.root, 'usr/sbin/policy-rc.d'), { force: true })
    // An index of all manual pages with each installation takes longer than the installation.
    rmSync(join(this.root, 'var/lib/man-db/auto-update'), { force: true })
  }

  /** Boots, and waits until systemd has started what it starts. Throws with the console's text when it does not. */
  async boot(): Promise<void> {
    mkdirSync(this.#cgroup)
    const log = join(this.#directory, 'console')
    const file = openSync(log, 'w')
    // In a cgroup of its own, which it takes for the root of all.
    const script = `
      echo $$ > "$CGROUP/cgroup.procs"
      ${unified === '/sys/fs/cgroup' ? '' : 'umount -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup'}
      exec systemd-nspawn --boot --quiet --directory="$ROOT" --machine="$NAME" --register=no --keep-unit \\
        --network-namespace-path="/run/netns/$NETNS" --console=passive --capability=CAP_NET_ADMIN \\
        ${this.#masked.map((name) => `systemd.mask=${name}.service`).join(' ')} systemd.mask=apt-daily.timer`
    this.#supervisor = spawn('unshare', ['--mount', '--propagation', 'private', 'bash', '-ec', script], {
      stdio: ['ignore', file, file],
      env: {
        ...process.env,
        CGROUP: this.#cgroup,
        ROOT: this.root,
        NAME: basename(this.#directory),
        NETNS: this.host.name,
      },
    })
    try {
      this.#pid = await eventually(() => initOf(this.#supervisor?.pid ?? 0))
      await eventually(
        async () => {
          const { stdout } = await this.finish('systemctl', 'is-system-running')
          if (!/^(running|degraded)/.test(stdout)) {
            throw new Error(`systemd is ${stdout}`)
          }
        },
        { timeoutMs: 60_000, everyMs: 100 },
      )
      // As on a host: settings can be written, and all see one boot id. A container has its own in front of it, which services
      // with a /proc of their own do not see.
      await this.run('mount', '--options', 'remount,bind,rw', '/proc/sys')
      await this.finish('umount', '/proc/sys/kernel/random/boot_id')
    } catch (error) {
      throw new Error(`the machine does not boot: ${readFileSync(log, 'utf8')}`, { cause: error })
    }
  }

  /** Powers off as `systemctl poweroff` does, and waits for it. */
  async powerOff(): Promise<void> {
    const supervisor = this.#supervisor
    if (supervisor === undefined) {
      return
    }
    const SIGRTMIN_PLUS_4 = 38
    process.kill(this.#pid, SIGRTMIN_PLUS_4)
    const over = new Promise((resolve) => supervisor.once('exit', resolve))
    const isOver = await Promise.race([over.then(() => true), delay(20_000).then(() => false)])
    if (!isOver) {
      process.kill(this.#pid, 'SIGKILL')
      await over
    }
    this.#supervisor = undefined
    for (const path of foldersOf(this.#cgroup)) {
      await eventually(() => rmdirSync(path))
    }
  }

  /** Powers off, and takes the files away. */
  async remove(): Promise<void> {
    await this.powerOff()
    await finish('umount', ['--lazy', this.root])
    await finish('umount', ['--lazy', this.#directory])
    rmdirSync(this.#directory)
  }

  /** Runs a program on it as root, however it ends. */
  finish(file: string, ...args: readonly string[]): Promise<Finished> {
    return finish('nsenter', this.#words(file, args), { env })
  }

  /** Runs a program on it as root; its output. Throws when it fails. */
  run(file: string, ...args: readonly string[]): Promise<string> {
    return run('nsenter', this.#words(file, args), { env })
  }

  /** The same with something on its standard input. */
  runWith({ input }: Pick<RunOptions, 'input'>, file: string, ...args: readonly string[]): Promise<string> {
    return run('nsenter', this.#words(file, args), { env, ...(input !== undefined && { input }) })
  }

  /** Puts a file there whole, as one should: by a rename. */
  async write(path: string, content: string): Promise<void> {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    await this.runWith({ input: content }, 'sh', '-c', 'cat >"$1~" && chmod 644 "$1~" && mv "$1~" "$1"', 'write', path)
  }

  /** Before it is booted: a file of it. */
  writeOffline(path: string, content: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), content)
  }

  /** One property of a unit, as `systemctl show` tells it. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.run('systemctl', 'show', '--value', '--property', name, unit)).trim()
  }

  #words(file: string, args: readonly string[]): string[] {
    return ['--target', String(this.#pid), '--all', '--wd', '--', file, ...args]
  }
}

/** A folder and those in it, each before the one that it lies in. */
function foldersOf(path: string): string[] {
  const within = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [...within.flatMap(({ name }) => foldersOf(join(path, name))), path]
}

/** The child of a process that is PID 1 in a namespace of its own. Throws while there is none. */
function initOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  const init = children.find((child) => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${child}/status`, 'utf8')))
  if (init === undefined) {
    throw new Error('it has no PID 1 yet')
  }
  return Number(init)
}

/** A machine on a host's network, not booted yet. It goes when the test ends. `services`: of those that are masked else. */
export async function machine(
  host: Namespace,
  cleanup: Cleanup,
  { services = [] }: { readonly services?: readonly string[] } = {},
): Promise<Machine> {
  const made = new Machine(host, mkdtempSync(join(tmpdir(), 'vxa-machine-')), services)
  cleanup(() => made.remove())
  await made.layOut()
  return made
}
