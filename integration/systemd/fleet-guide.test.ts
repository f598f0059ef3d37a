/** docs/guides/fleet.md: its commands are typed on three machines with systemd, in their order, and what it shows is what comes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isEtcdInstalled } from '../support/etcd.ts'
import { eventually } from '../support/eventually.ts'
import { type Machine, machine, whyNoMachine } from '../support/machine.ts'
import { builtPackage } from '../support/package.ts'
import { install } from '../support/service.ts'
import { expectShown, type Typed, typed } from '../support/typed-page.ts'
import { underlay } from '../support/underlay.ts'

const refusal = (await whyNoMachine()) ?? (isEtcdInstalled ? undefined : 'etcd is not installed')
if (refusal !== undefined) {
  process.stdout.write(`the test of docs/guides/fleet.md is skipped: ${refusal}\n`)
}

const page = readFileSync(new URL('../../docs/guides/fleet.md', import.meta.url), 'utf8')
const names = ['host1', 'host2', 'host3'] as const

/** Commands that change nothing: a person repeats them when something has not happened yet. */
const isLook = /^(vxagent (status|fleet (status|nodes|tunnels|check))|etcdctl endpoint|bridge fdb show|ping) ?/

/** A marked block, and the heading under which it stands. */
interface Block {
  readonly heading: string
  readonly onEach: boolean
  /** For a file: where it lies. */
  readonly path: string | undefined
  readonly text: string
}

const marked =
  /^#+ (?<heading>[^\n]+)$|<!-- tested: fleet(?<onEach>, on each host)? -->\n```\w+(?: (?<path>\S+))?\n(?<text>.*?)^```$/gms

function blocks(): Block[] {
  let heading = ''
  return [...page.matchAll(marked)].flatMap(({ groups = {} }) => {
    heading = groups['heading'] ?? heading
    const { onEach, path, text } = groups
    return text === undefined ? [] : [{ heading, onEach: onEach !== undefined, path, text }]
  })
}

/** Ids, revisions, times and counters differ each time. */
function alike(line: string): string {
  return (
    line
      .replace(/\b[\da-f]{2}(:[\da-f]{2}){5}\b/g, 'MAC')
      .replace(/\d{4}-\d\d-\d\d[ T][\d:.]+Z?/g, 'DATE')
      .replace(/\b\d+(\.\d+)? ?(ms|s|m|h|d)\b/g, 'AGE')
      // How old a word is that another host has written is known to a span only.
      .replace(/\bAGE-AGE\b/g, 'AGE')
      .replace(/^(Stale for AGE: cannot) .* (connect ECONNREFUSED \S+:2379);.*/, '$1 $2')
      .replace(/\b(cluster|lease) [\da-f]{8,}/g, '$1 ID')
      .replace(/\b(revision|up to date with|of a record was) \d+/g, '$1 N')
      .replace(/^(\S+:2379 +[\d.]+ +yes) +\d+ +\d+/, '$1 N N')
      .replace(/ +\d+ +(live|stale|frozen) +([\d.]+)/, ' N $1 $2')
      .replace(/\d+ (list|repair|lease|failed call|key)s?\b/g, 'N $1')
      .replace(/\b3\.[45]\.\d+\b/g, 'VERSION')
  )
}

describe.skipIf(refusal !== undefined)('docs/guides/fleet.md', () => {
  const undo: (() => void | Promise<void>)[] = []
  const cleanup = (part: () => void | Promise<void>): void => void undo.push(part)
  const machines = new Map<string, Machine>()
  /** `cd` and `export` of each host's shell. */
  const said = new Map<string, string>()

  const of = (name: string): Machine => {
    const found = machines.get(name)
    if (found === undefined) {
      throw new Error(`the page types on ${name}, which is no machine of this test`)
    }
    return found
  }

  beforeAll(async () => {
    const path = await builtPackage()
    const hosts = await underlay({ host1: '10.0.2.1/24', host2: '10.0.2.2/24', host3: '10.0.2.3/24' }, cleanup)
    await Promise.all(
      names.map(async (name) => {
        const made = await machine(hosts[name], cleanup, { services: name === 'host1' ? ['etcd'] : [] })
        made.writeOffline('/etc/apt/apt.conf.d/yes', 'APT::Get::Assume-Yes "true";\n')
        made.writeOffline('/etc/dpkg/dpkg.cfg.d/quick', 'force-unsafe-io\n')
        await made.boot()
        expect(await install(made, path)).toMatchObject({ code: 0 })
        machines.set(name, made)
      }),
    )
  }, 180_000)

  afterAll(async () => {
    for (const part of undo.toReversed()) {
      await part()
    }
  })

  async function outputOf({ host, command }: Typed): Promise<string> {
    const script = `${said.get(host) ?? ''}\n{ ${command}; } 2>&1`
    const { code, stdout } = await of(host).finish('env', 'LC_ALL=C.UTF-8', 'bash', '-c', script)
    // What looks says by its exit code that the store is silent; all else is well on this page.
    const wanted = /^vxagent fleet status/.test(command) && /^Stale/m.test(stdout) ? 3 : 0
    expect(code, `${host}# ${command}\n${stdout}`).toBe(wanted)
    return stdout
  }

  /** The machines have no SSH. */
  async function copy(command: string): Promise<void> {
    const [, from = '', address = '', to = ''] = /^scp (\S+) root@10\.0\.2\.(\d):(\S+)$/.exec(command) ?? []
    await of(`host${address}`).write(to, readFileSync(join(of('host1').root, '/root/fleet-ca', from), 'utf8'))
  }

  async function typeCommand(each: Typed): Promise<void> {
    const { host, command } = each
    if (/^(cd|export) /.test(command)) {
      said.set(host, `${said.get(host) ?? ''}\n${command}`)
    } else if (command.startsWith('scp ')) {
      await copy(command)
    } else if (isLook.test(command)) {
      await eventually(async () => expectShown(each, await outputOf(each), alike), { timeoutMs: 20_000, everyMs: 500 })
    } else {
      expectShown(each, await outputOf(each), alike)
    }
  }

  async function type({ text, path, onEach }: Block): Promise<void> {
    if (path === undefined) {
      for (const each of typed(text)) {
        await typeCommand(each)
      }
      return
    }
    for (const [index, name] of (onEach ? names : (['host1'] as const)).entries()) {
      await of(name).write(path, onEach ? text.replace('10.0.1.1/24', `10.0.1.${index + 1}/24`) : text)
    }
  }

  const all = blocks()
  const headings = [...new Set(all.map(({ heading }) => heading))]

  test.each(headings)('%s', async (heading) => {
    for (const block of all.filter((each) => each.heading === heading)) {
      await type(block)
    }
  })
})
