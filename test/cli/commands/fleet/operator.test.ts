import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readNetwork, readVnis } from '../../../../src/cli/commands/fleet/grant.ts'
import { run } from '../../../../src/cli/run.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'
import { fakeIo } from '../../support.ts'

const at = ['--fleet', 'prod', '--endpoints', 'https://10.9.0.1:2379']
const names = 'up to 63 letters, digits, dots, hyphens and underscores, with a letter or digit at both ends'

test.each<{ args: string[]; complaint: string }>([
  { args: ['evict'], complaint: 'say one host: its NODE, as vxagent fleet nodes has it' },
  { args: ['evict', 'a', 'b'], complaint: 'say one host: its NODE, as vxagent fleet nodes has it' },
  { args: ['evict', 'a/b'], complaint: `NODE must be ${names}, not "a/b"` },
  { args: ['grant', '*'], complaint: `NODE must be ${names}, not "*"` },
  { args: ['grant', 'a', '--fleet', 'p/'], complaint: `--fleet must be ${names}, not "p/"` },
  {
    args: ['grant', 'a', '--vnis', '4-2'],
    complaint: '--vnis must be any, or VNIs from 0 to 16777215 and ranges, such as 42,10000-13999, not "4-2"',
  },
  {
    args: ['grant', 'a', '--vteps', '10.0.0.0/33'],
    complaint: '--vteps must be any, or addresses and networks, such as 10.0.1.1,10.0.2.0/24, not "10.0.0.0/33"',
  },
  {
    args: ['evict', 'a', '--endpoints', 'ftp://h'],
    complaint: '--endpoints must be URLs such as https://10.9.0.1:2379, not "ftp://h"',
  },
  {
    args: ['evict', 'a', ...at],
    complaint:
      "--cert and --key are needed: the certificate of an operator, not that of this host, which may not change others' rights",
  },
  { args: ['evict', 'a', ...at, '--cert', 'x'], complaint: '--cert and --key belong together: give both' },
  {
    args: ['evict', 'a', '--fleet', 'prod', '--endpoints', 'http://127.0.0.1:2379,http://10.9.0.1:2379'],
    complaint:
      'http://10.9.0.1:2379 has no TLS and is not this host itself: anybody on the way could change what is asked for; use https://',
  },
])('fleet $args is wrong usage: $complaint', async ({ args, complaint }) => {
  const io = fakeIo()
  expect(await run(['fleet', ...args], io)).toBe(64)
  expect(io.stderr.text).toBe(`vxagent: ${complaint}\nSee vxagent fleet ${args[0]} --help\n`)
})

test('without a section in the files, endpoints and fleet are to be given', async () => {
  const directory = temporaryDirectory()
  const io = fakeIo()
  expect(await run(['fleet', 'evict', 'a', '--desired', directory], io)).toBe(64)
  expect(io.stderr.text).toContain(
    `vxagent: no file at ${directory} has a fleet section; give --endpoints and --fleet, or --desired for files that have one\n`,
  )
  const none = fakeIo()
  expect(await run(['fleet', 'evict', 'a', '--desired', join(directory, 'none')], none)).toBe(64)
  expect(none.stderr.text).toContain('none does not exist; give --endpoints and --fleet')
})

test('a certificate that cannot be read is named', async () => {
  const io = fakeIo()
  expect(await run(['fleet', 'evict', 'a', ...at, '--cert', '/none.crt', '--key', '/none.key'], io)).toBe(1)
  expect(io.stderr.text).toMatch(/^vxagent: cannot read --cert \/none\.crt: ENOENT.*; give the path of a PEM file\n$/)
})

test('a store that does not answer is told with advice for an operator', async () => {
  const io = fakeIo()
  expect(await run(['fleet', 'evict', 'a', '--endpoints', 'http://127.0.0.1:1', '--fleet', 'prod'], io)).toBe(1)
  expect(io.stderr.text).toMatch(
    /^vxagent: cannot .* at 127\.0\.0\.1:1: .*; check that etcd runs there and that the endpoint is right\n$/,
  )
})

test('VNIs and networks are read as the roster has them', () => {
  expect(['42', '0042', '7-7', '10000-13999'].map((text) => readVnis(text, '--vnis'))).toEqual([
    ...['42', '42', '7', '10000-13999'],
  ])
  expect(['10.0.0.1', 'fd00::1', '10.0.0.0/8', 'fd00::/064'].map((text) => readNetwork(text, '--vteps'))).toEqual([
    ...['10.0.0.1/32', 'fd00::1/128', '10.0.0.0/8', 'fd00::/64'],
  ])
  for (const text of ['', 'x', '10.0.0.1/', '10.0.0.1/8/8', 'fe80::1%eth0', 'fd00::/129', '10.0.0.0/-1']) {
    expect(() => readNetwork(text, '--vteps'), text).toThrow('--vteps must be any, or addresses')
  }
  for (const text of ['', '-1', '1-', '16777216', '1-16777216', '1.5', '123456789']) {
    expect(() => readVnis(text, '--vnis'), text).toThrow('--vnis must be any, or VNIs')
  }
})
