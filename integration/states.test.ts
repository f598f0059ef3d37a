/** Every state in which something else than the files may be in force, and every command in each: the table of docs/guides/confirm.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { type Namespace, namespace } from './support/namespace.ts'
import { type Installation, installVxagent } from './support/vxagent.ts'

/** Three links; the first is told by its TTL. */
function overlay(ttl: number, ...left: number[]): object {
  const numbers = left.length === 0 ? [0, 1, 2] : left
  return {
    vxlans: Object.fromEntries(
      numbers.map((number) => [`vxlan${number}`, { id: 42 + number, remote: '10.0.2.2', dstport: 4789, ttl }]),
    ),
  }
}

interface Scene {
  readonly host: Namespace
  readonly installation: Installation
  readonly other: string
}

/** TTL of the first link, and how many links there are. */
type Kernel = readonly [ttl: number | undefined, links: number]

async function kernelOf({ host }: Scene): Promise<Kernel> {
  const links = await host.json('ip -d -j link show type vxlan')
  const first = links.find(({ ifname }: { ifname: string }) => ifname === 'vxlan0')
  return [first?.linkinfo.info_data.ttl, links.length]
}

/** What a command is to do. `after`: what the kernel has then, where that is other than before. */
interface Expected {
  readonly code: number
  readonly says: RegExp
  readonly after?: Kernel
}

interface Row {
  readonly state: string
  /** Brings it about, from files with a TTL of 10 that are in force. */
  make(scene: Scene): Promise<unknown>
  /** `desired.enforcing`, and what the kernel has. */
  readonly is: readonly [enforcing: string, kernel: Kernel]
  readonly status: Expected
  readonly diff: Expected
  readonly apply: Expected
  readonly 'apply --files': Expected
  readonly confirm: Expected
  readonly rollback: Expected
  /** What is in force once all three links are declared with a TTL of 40. */
  readonly edited: Kernel
}

const ten: Kernel = [10, 3]
const nothingOnTrial = { code: 1, says: /nothing to confirm: no state is on trial/ }
const nothingBefore = { code: 1, says: /nothing to roll back to: there was no desired state before/ }
const done = { code: 0, says: /Nothing to do: the kernel has what is declared\.\n/ }
const onTrial = {
  code: 1,
  says: /a state is on trial; keep it with vxagent confirm or end the trial with vxagent rollback/,
}
const invalid = { code: 4, says: /overlay\.yaml:1:\d+: error/ }

const write = async ({ installation }: Scene, content: unknown): Promise<void> =>
  installation.write('overlay.yaml', content)
const enforcing = ({ installation }: Scene, word: string): Promise<void> =>
  eventually(async () => expect((await installation.status()).desired.enforcing).toBe(word))
const run = async ({ installation }: Scene, ...args: string[]): Promise<void> =>
  expect(await installation.vxagent(...args)).toMatchObject({ code: 0 })
const tryOther = (scene: Scene): Promise<void> => run(scene, 'apply', '--confirm', '600', '--desired', scene.other)
async function tryFiles(scene: Scene): Promise<void> {
  await write(scene, overlay(20))
  await eventually(async () => expect(await kernelOf(scene)).toEqual([20, 3]))
  await run(scene, 'apply', '--confirm', '600')
}

const rows: readonly Row[] = [
  {
    state: 'the files are in force',
    make: async () => {},
    is: ['current', ten],
    status: { code: 0, says: /^Converged: 3 links as declared\nDesired state .*, in force for \d+s\n\n/ },
    diff: done,
    apply: done,
    'apply --files': done,
    confirm: nothingOnTrial,
    rollback: nothingBefore,
    edited: [40, 3],
  },
  {
    state: 'the files are on trial',
    make: tryFiles,
    is: ['trial', [20, 3]],
    status: { code: 0, says: /\nOn trial: the state before returns in \d+m unless vxagent confirm comes first\.\n/ },
    diff: { code: 0, says: /the kernel has what is declared\.\nOn trial: .* unless vxagent confirm comes first\.\n$/ },
    apply: onTrial,
    'apply --files': onTrial,
    confirm: { code: 0, says: /^Confirmed: the state stays in force\.\n/, after: [20, 3] },
    rollback: {
      code: 0,
      says: /Rolled back \(asked for\): .* To put it in force: vxagent apply --files\./,
      after: ten,
    },
    edited: [20, 3],
  },
  {
    state: 'another path is on trial',
    make: tryOther,
    is: ['trial', [30, 3]],
    status: { code: 0, says: /\nOn trial is what .*other\.yaml says: .* unless vxagent confirm comes first\.\n/ },
    diff: {
      code: 0,
      says: /^Nothing to do: the kernel has the state in force, which is not what .*desired\.d says\.\nOn trial is .*\nCompared with the state in force, not with .*: vxagent diff --files does that\.\n/,
    },
    apply: onTrial,
    'apply --files': onTrial,
    confirm: { code: 0, says: /^Confirmed: what .*other\.yaml said is in force, not what/, after: [30, 3] },
    rollback: { code: 0, says: /~ +link vxlan0: ttl 30 -> 10 .*\nRolled back\.\n/s, after: ten },
    edited: [30, 3],
  },
  {
    state: 'what the files say was rolled back',
    make: async (scene) => {
      await tryFiles(scene)
      await run(scene, 'rollback')
    },
    is: ['rolled back', ten],
    status: {
      code: 3,
      says: /^Not converged: what the desired files say was rolled back\n.*\nRolled back \(asked for\): the state before is in force, not what .* says; saving that unchanged alters nothing\. To put it in force: vxagent apply --files\./,
    },
    diff: {
      code: 0,
      says: /^Nothing to do: the kernel has the state in force, which is not what .*\nRolled back .*vxagent apply --files.*\nCompared with the state in force, not with .*: vxagent diff --files does that\.\n/,
    },
    apply: { code: 1, says: /Rolled back .* To put it in force: vxagent apply --files\..*was rolled back\n/s },
    'apply --files': { code: 0, says: /~ +link vxlan0: ttl 10 -> 20/, after: [20, 3] },
    confirm: {
      code: 1,
      says: /the one before has returned \(asked for, .*\), and stays until the files change, or vxagent apply --files puts them in force/,
    },
    rollback: { code: 1, says: /nothing to roll back: .*vxagent apply --files puts them in force/ },
    edited: [40, 3],
  },
  {
    state: 'a trial of another path was rolled back',
    make: async (scene) => {
      await tryOther(scene)
      await run(scene, 'rollback')
    },
    is: ['current', ten],
    // Nothing of it lingers.
    status: { code: 0, says: /^Converged: 3 links as declared\nDesired state .*, in force for \d+s\n\n/ },
    diff: done,
    apply: done,
    'apply --files': done,
    confirm: nothingOnTrial,
    rollback: nothingBefore,
    edited: [40, 3],
  },
  {
    state: 'another path was confirmed',
    make: async (scene) => {
      await tryOther(scene)
      await run(scene, 'confirm')
    },
    is: ['confirmed', [30, 3]],
    status: {
      code: 0,
      says: /\nConfirmed: what .*other\.yaml said is in force, not what .* To put .* in force: vxagent apply --files\./,
    },
    diff: {
      code: 0,
      says: /^Nothing to do: the kernel has the state in force, which is not what .*\nConfirmed: .*\nCompared with the state in force/,
    },
    apply: { code: 0, says: /Confirmed: .* in force: vxagent apply --files\./ },
    'apply --files': { code: 0, says: /~ +link vxlan0: ttl 30 -> 10/, after: ten },
    confirm: nothingOnTrial,
    rollback: { code: 0, says: /Rolled back\.\n/, after: ten },
    edited: [40, 3],
  },
  {
    state: 'a change is held',
    make: async (scene) => {
      await write(scene, { vxlans: {} })
      await enforcing(scene, 'held')
    },
    is: ['held', ten],
    status: {
      code: 3,
      says: /\nHeld for .* all 3 links .* The state before stays in force\. To carry it out: vxagent apply\./,
    },
    diff: { code: 2, says: /^- {3}link vxlan0: delete .*\nHeld for .*vxagent apply/s },
    apply: { code: 0, says: /- {3}link vxlan0: delete/, after: [undefined, 0] },
    'apply --files': { code: 0, says: /- {3}link vxlan0: delete/, after: [undefined, 0] },
    confirm: {
      code: 1,
      says: /nothing to confirm: .*; a change of the files is held, and not in force: vxagent apply carries it out/,
    },
    rollback: {
      code: 1,
      says: /nothing to roll back: .*; a change of the files is held, and not in force: vxagent apply carries it out/,
    },
    edited: [40, 3],
  },
  {
    state: 'a link waits to be deleted',
    make: async (scene) => {
      await write(scene, overlay(10, 0, 1))
      await eventually(async () => expect((await scene.installation.status()).desired.toBeDeleted).toHaveLength(1))
    },
    is: ['current', ten],
    status: {
      code: 3,
      says: /\nvxlan2 is to be deleted in (1h|59m) unless a file in .* names it again; vxagent apply deletes it now\.\n/,
    },
    diff: { code: 2, says: /^- {3}link vxlan2: delete/ },
    apply: { code: 0, says: /- {3}link vxlan2: delete/, after: [10, 2] },
    'apply --files': { code: 0, says: /- {3}link vxlan2: delete/, after: [10, 2] },
    confirm: nothingOnTrial,
    rollback: { code: 0, says: /Rolled back \(asked for\): .*vxagent apply --files/, after: ten },
    edited: [40, 3],
  },
  {
    state: 'the files are broken',
    make: async (scene) => {
      await write(scene, '{')
      await enforcing(scene, 'last valid')
    },
    is: ['last valid', ten],
    status: { code: 3, says: /the last valid one, \d+s old, stays in force\n.*hint: vxagent validate/s },
    diff: invalid,
    apply: invalid,
    'apply --files': invalid,
    confirm: nothingOnTrial,
    rollback: nothingBefore,
    edited: [40, 3],
  },
]

async function scene({ make, is: [word, kernel] }: Row): Promise<Scene> {
  const host = await namespace(onTestFinished)
  const installation = installVxagent(host, { 'overlay.yaml': overlay(10) }, onTestFinished)
  const other = join(installation.directory, 'other.yaml')
  writeFileSync(other, JSON.stringify(overlay(30)))
  const here = { host, installation, other }
  await start(here)
  await installation.converged()
  await make(here)
  await enforcing(here, word)
  expect(await kernelOf(here)).toEqual(kernel)
  return here
}

const start = ({ installation }: Scene): Promise<unknown> =>
  installation.startAndWait('env', 'VXAGENT_DELETION_DELAY=3600')

async function expectDone(here: Scene, command: string, { code, says }: Expected): Promise<void> {
  // This is about the declaration; the VTEPs that it names are nobody's.
  const more = command === 'status' ? ['--ignore-health'] : []
  const finished = await here.installation.vxagent(...command.split(' '), ...more)
  expect((finished.stdout + finished.stderr).replace(/^Health: .*\n/m, ''), command).toMatch(says)
  expect(finished.code, command).toBe(code)
}

const commands = ['status', 'diff', 'apply', 'apply --files', 'confirm', 'rollback'] as const

describe.each(rows)('$state', (row) => {
  const [word, kernel] = row.is
  const lasting = commands.filter((command) => row[command].after === undefined)
  const changing = commands.filter((command) => row[command].after !== undefined)

  test(`${lasting.join(', ')}, a touched file and a restart leave it as it is, and say how it ends`, async () => {
    const here = await scene(row)
    const expectAsBefore = async (): Promise<void> => {
      await enforcing(here, word)
      expect(await kernelOf(here)).toEqual(kernel)
    }
    for (const command of lasting) {
      await expectDone(here, command, row[command])
      await expectAsBefore()
    }
    const path = join(here.installation.desired, 'overlay.yaml')
    writeFileSync(path, readFileSync(path))
    await delay(300)
    await expectAsBefore()
    await here.installation.stop()
    await start(here)
    await expectAsBefore()
    await expectDone(here, 'status', row.status)
  })

  test.each(changing)('%s ends it', async (command) => {
    const here = await scene(row)
    await expectDone(here, command, row[command])
    expect(await kernelOf(here)).toEqual(row[command].after)
    // For good: a restart finds the same.
    await here.installation.stop()
    await start(here)
    expect(await kernelOf(here)).toEqual(row[command].after)
  })

  test('diff --files compares with the files', async () => {
    const here = await scene(row)
    const { code, stdout, stderr } = await here.installation.vxagent('diff', '--files', '--json')
    if (row.diff === invalid) {
      expect(code).toBe(4)
      return
    }
    expect(stderr).not.toContain('Compared with')
    const { comparedWith, actions } = JSON.parse(stdout)
    expect(comparedWith).toBe('files')
    const after = row['apply --files'].after ?? kernel
    expect([code, actions.length > 0]).toEqual(
      row['apply --files'] === onTrial && word === 'trial' && row.diff.says.source.includes('state in force')
        ? [2, true]
        : JSON.stringify(after) === JSON.stringify(kernel)
          ? [0, false]
          : [2, true],
    )
  })

  test('an edited file takes its place, except that of a trial', async () => {
    const here = await scene(row)
    await write(here, overlay(40))
    await delay(word === 'trial' ? 500 : 0)
    await eventually(async () => expect(await kernelOf(here)).toEqual(row.edited))
    await enforcing(here, word === 'trial' ? 'trial' : 'current')
  })
})
