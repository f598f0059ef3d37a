/** Network namespaces: a host of its own for each test. */
import { type Finished, finish, type Held, hold, type RunOptions, run } from './command.ts'

/** Registers what is to be done when the test ends, also when it fails: vitest's `onTestFinished`. */
export type Cleanup = (undo: () => void | Promise<void>) => void

let count = 0

/** A network namespace with a unique name, `lo` up. It goes when the test ends, and with it whatever is in it, programs too. */
export async function namespace(cleanup: Cleanup): Promise<Namespace> {
  count += 1
  const name = `vxa-${process.pid}-${count}`
  await run('ip', ['netns', 'add', name])
  const host = new Namespace(name)
  cleanup(async () => {
    await host.endPrograms()
    await finish('ip', ['netns', 'delete', name])
  })
  await host.ip('link set lo up')
  return host
}

/** A namespace, and what can be done in it. */
export class Namespace {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  /** `ip ARGUMENTS`, split at blanks; throws when it fails. */
  ip(args: string): Promise<string> {
    return run('ip', ['-n', this.name, ...words(args)])
  }

  /** `bridge ARGUMENTS`. */
  bridge(args: string): Promise<string> {
    return run('bridge', ['-n', this.name, ...words(args)])
  }

  /** Many `ip` commands by one process, a line each; blank lines do not matter. */
  ipBatch(commands: string): Promise<string> {
    return run('ip', ['-n', this.name, '-batch', '-'], { input: `${commands.trim()}\n` })
  }

  /**
   * Any number of `bridge` commands, several thousand by one process: its memory grows with each, and user-mode Linux 5.10 ends a process that
   * has more than 65,530 pages.
   */
  async bridgeBatch(commands: readonly string[]): Promise<void> {
    const share = 5000
    for (let first = 0; first < commands.length; first += share) {
      const input = `${commands.slice(first, first + share).join('\n')}\n`
      await run('bridge', ['-n', this.name, '-batch', '-'], { input })
    }
  }

  /**
   * What iproute2 prints as JSON: `ip -d -j link show vxlan0`, `bridge -d -j fdb show`. Nothing printed counts as the empty list. A link of another
   * kind than the asked one is `{}` when iproute2 leaves it out itself, as while the module of that kind is not loaded: it does not count.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the oracle's JSON has no types; each test says what it expects of it.
  async json(command: string): Promise<any> {
    const [tool, ...args] = words(command)
    const text = await run(tool ?? '', ['-n', this.name, ...args])
    const value = text.trim() === '' ? [] : JSON.parse(text)
    return Array.isArray(value) ? value.filter((each) => Object.keys(each).length > 0) : value
  }

  /** Runs a program in the namespace; throws when it fails. */
  run(file: string, args: readonly string[], options?: RunOptions): Promise<string> {
    return run('ip', ['netns', 'exec', this.name, file, ...args], options)
  }

  /** Runs a program in the namespace, however it ends. */
  finish(file: string, args: readonly string[], options?: RunOptions): Promise<Finished> {
    return finish('ip', ['netns', 'exec', this.name, file, ...args], options)
  }

  /** Starts a program in the namespace; `ip netns exec` becomes it, so its pid is the program's. */
  hold(file: string, args: readonly string[], env?: NodeJS.ProcessEnv): Held {
    return hold('ip', ['netns', 'exec', this.name, file, ...args], env)
  }

  /** Ends what still runs there: a program that its tracer has left, say. It would keep the namespace alive, without a name. */
  async endPrograms(): Promise<void> {
    const { stdout } = await finish('ip', ['netns', 'pids', this.name])
    const pids = stdout.split('\n').filter(Boolean).map(Number)
    // The test itself is there when it could not come back: that is for its own error to say.
    for (const pid of pids.filter((each) => each !== process.pid)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself meanwhile.
      }
    }
  }

  /** Whether an answer to one ping came within two seconds. */
  async canPing(address: string): Promise<boolean> {
    return (await this.finish('ping', ['-c', '1', '-W', '2', address])).code === 0
  }

  /** A veth pair whose near end has the given name, both ends up, the far one named `NAME-far`. */
  async addVeth(name: string, address?: string): Promise<void> {
    await this.ipBatch(`
      link add ${name} type veth peer name ${name}-far
      link set ${name} up
      link set ${name}-far up
      ${address === undefined ? '' : `address add ${address} dev ${name}`}`)
  }
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
