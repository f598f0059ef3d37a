import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { fakeIo } from '../support.ts'

/** A file of its own with this text. */
function file(text: string | Buffer, name = 'config.boot'): string {
  const path = join(temporaryDirectory(), name)
  writeFileSync(path, text)
  return path
}

async function importing(...args: string[]) {
  const io = fakeIo()
  const code = await run(['import', ...args], io)
  return { code, stdout: io.stdout.text, stderr: io.stderr.text }
}

const router = `interfaces {
    vxlan vxlan0 {
        remote 10.0.2.9
        vni 42
    }
}
// Release version: 1.4.0
`
const mirroring = router.replace('vni 42', 'vni 42\n        mirror {\n            ingress eth3\n        }')
const state = `vxlans:
  vxlan0:
    id: 42
    remote: 10.0.2.9
    dstport: 4789
    ttl: 16
    tos: inherit
    mtu: 1500
`

test('the desired state goes to standard output, under a comment that says where it is from', async () => {
  const path = file(router)
  expect(await importing('--from', 'vyos', path)).toEqual({
    code: 0,
    stdout: `# Made by vxagent import --from vyos ${path}\n# Look it over, and check it with vxagent validate.\n${state}`,
    stderr: '',
  })
})

test('what is left out is told with its place, and does not fail unless asked to', async () => {
  const path = file(mirroring)
  const stderr = `${path}:6:21: not carried over: interfaces vxlan vxlan0 mirror ingress eth3: it is a rule of tc on VyOS; make one on this host, if it is to hold here\nvxagent: 1 setting not carried over\n`
  const lax = await importing('--from', 'vyos', path)
  expect(lax).toMatchObject({ code: 0, stderr })
  expect(lax.stdout).toContain(state)
  expect(await importing('--from', 'vyos', '--strict', path)).toMatchObject({ code: 1, stderr, stdout: lax.stdout })
  expect(await importing('--from', 'vyos', '--strict', file(router))).toMatchObject({ code: 0 })
})

test('a syntax error is told with its place, and nothing is written', async () => {
  const path = file('interfaces {\n  vxlan vxlan0 {\n')
  expect(await importing('--from', 'vyos', path)).toEqual({
    code: 1,
    stdout: '',
    stderr: `${path}:1:12: error: this { is not closed\n${path}:2:16: error: this { is not closed\n`,
  })
})

test('--json gives state and notes', async () => {
  const { code, stdout, stderr } = await importing('--from', 'vyos', '--json', file(mirroring))
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toMatchObject({
    state: { vxlans: { vxlan0: { id: 42 } } },
    notes: [{ kind: 'left out', line: 6, column: 21, setting: 'interfaces vxlan vxlan0 mirror ingress eth3' }],
  })
})

test('- is standard input', async () => {
  const { stdin } = process
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(router)]), configurable: true })
  onTestFinished(() => {
    Object.defineProperty(process, 'stdin', { value: stdin, configurable: true })
  })
  const { code, stdout } = await importing('--from', 'vyos', '-')
  expect([code, stdout.split('\n')[0]]).toEqual([0, '# Made by vxagent import --from vyos stdin'])
  expect(stdout).toContain(state)
})

test('several files belong together', async () => {
  const netdev = file('[NetDev]\nName=vxlan0\nKind=vxlan\n[VXLAN]\nVNI=1\n', 'a.netdev')
  const network = file('[Match]\nName=eth1\n[Network]\nVXLAN=vxlan0\n', 'b.network')
  const { code, stdout } = await importing('--from', 'networkd', '--strict', netdev, network)
  expect(code).toBe(0)
  expect(stdout).toContain('    dev: eth1\n')
})

test('files without a vxlan or a bridge are told of', async () => {
  const { code, stdout, stderr } = await importing('--from', 'netplan', file('network: {version: 2}\n'))
  expect([code, stderr]).toEqual([0, 'vxagent: there is no vxlan and no bridge in these files\n'])
  expect(stdout).toMatch(/^vxlans: \{\}$/m)
})

test.each([
  { what: 'no tool', args: ['x'], stderr: '--from is needed: vyos, netplan, networkd, ifupdown or iproute2' },
  {
    what: 'an unknown tool',
    args: ['--from', 'ifupdown2', 'x'],
    stderr: '--from must be one of vyos, netplan, networkd, ifupdown, iproute2, not "ifupdown2"',
  },
  { what: 'no file', args: ['--from', 'vyos'], stderr: 'FILE is needed; - stands for standard input' },
])('$what is wrong usage', async ({ args, stderr }) => {
  expect(await importing(...args)).toEqual({
    code: 64,
    stdout: '',
    stderr: `vxagent: ${stderr}\nSee vxagent import --help\n`,
  })
})

test('a file that cannot be read is an error', async () => {
  expect(await importing('--from', 'vyos', '/nonexistent')).toMatchObject({
    code: 1,
    stderr: "vxagent: cannot read /nonexistent: ENOENT: no such file or directory, open '/nonexistent'\n",
  })
  expect(await importing('--from', 'vyos', '/')).toMatchObject({
    code: 1,
    stderr: 'vxagent: cannot read /: it is a directory; name the files in it, such as /*\n',
  })
  const path = file(Buffer.from([0xff, 0xfe]))
  expect(await importing('--from', 'vyos', path)).toMatchObject({
    code: 1,
    stderr: `${path}:1:1: error: ${path} is not UTF-8\n`,
  })
})
