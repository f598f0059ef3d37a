/**
 * Hostile and broken desired-state files, each as a way to make it. Sizes are those that once took the daemon minutes, gigabytes, or
 * its life. `npm run hostile` measures them; integration/hostile-files.test.ts asserts the answers.
 */
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const megabyte = 1024 * 1024
const gigabyte = 1024 * megabyte

/** One of them. */
export interface HostileCase {
  readonly name: string
  /** What the first error says; for a file that is fine, the summary of `validate`. */
  readonly answer: RegExp
  readonly verdict: 'invalid' | 'valid'
  /** Puts it into a desired-state directory. May give a way to end it. */
  readonly make: (directory: string) => unknown
}

function repeat(count: number, of: (index: number) => string, separator = ''): string {
  return Array.from({ length: count }, (_, index) => of(index)).join(separator)
}

function macOf(index: number): string {
  const hex = index.toString(16).padStart(10, '0')
  return `02:${(hex.match(/../g) ?? []).join(':')}`
}

const id = 'id: 1\n    dstport: 4789\n'
const link = `vxlans:\n  vxlan9:\n    ${id}`

/** A file of some text, of a size. */
function ofText(
  name: string,
  file: string,
  size: number,
  text: (size: number) => string,
  answer: RegExp,
  verdict: HostileCase['verdict'] = 'invalid',
): HostileCase {
  return { name, answer, verdict, make: (directory) => writeFileSync(join(directory, file), text(size)) }
}

/** JSON of a link with so many entries in `remotes`. */
export function jsonOfEntries(count: number, entry: (index: number) => string): string {
  return `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,"remotes":[${repeat(count, entry, ',')}]}}}`
}

/** Something that is put there in a way of its own. */
function made(
  name: string,
  make: HostileCase['make'],
  answer: RegExp,
  verdict: HostileCase['verdict'] = 'invalid',
): HostileCase {
  return { name, make, answer, verdict }
}

function ofBytes(
  name: string,
  file: string,
  content: Buffer | string,
  answer: RegExp,
  verdict: HostileCase['verdict'] = 'invalid',
): HostileCase {
  return made(name, (directory) => writeFileSync(join(directory, file), content), answer, verdict)
}

const keys: readonly HostileCase[] = [
  ofText(
    '600,000 keys at the top',
    'x.yaml',
    600_000,
    (size) => repeat(size, (index) => `k${index}: 1\n`),
    /keys in one mapping|unknown key/,
  ),
  ofText(
    '600,000 keys at the top, JSON',
    'x.json',
    600_000,
    (size) => `{${repeat(size, (index) => `"k${index}":1`, ',')}}`,
    /keys in one mapping/,
  ),
  ofText(
    '300,000 unknown keys in a link',
    'x.yaml',
    300_000,
    (size) => link + repeat(size, (index) => `    k${index}: 1\n`),
    /keys in one link|unknown key/,
  ),
  ofText(
    '300,000 unknown keys in a link, JSON',
    'x.json',
    300_000,
    (size) => `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,${repeat(size, (index) => `"k${index}":1`, ',')}}}}`,
    /keys in one link/,
  ),
  ofText(
    'unknown keys in 100,000 entries',
    'x.json',
    100_000,
    (size) =>
      `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,"fdb":[${repeat(size, (index) => `{"mac":"${macOf(index)}","dts":"10.0.2.9"}`, ',')}]}}}`,
    /unknown key "dts"/,
  ),
  ofText(
    '100,000 duplicate keys, JSON',
    'x.json',
    100_000,
    (size) => `{"vxlans":{${repeat(size, () => '"vxlan9":{"id":1,"dstport":4789}', ',')}}}`,
    /"vxlan9" stands here a second time/,
  ),
  ofText(
    '100,000 duplicate keys',
    'x.yaml',
    100_000,
    (size) => `vxlans:\n${repeat(size, () => '  vxlan9: {id: 1}\n')}`,
    /more than \d+ keys|takes more than \d+ MiB of memory|"vxlan9" stands here a second time/,
  ),
  ofText(
    'keys of a prototype',
    'x.yaml',
    1000,
    (size) =>
      `__proto__: {}\nconstructor: 1\nvxlans:\n  __proto__: {id: 1}\n  constructor: {id: 2}\n  hasOwnProperty: {id: 3, __proto__: 1, toString: 2}\n${repeat(size, (index) => `  v${index}: {id: ${index + 10}, dstport: 4789, __proto__: {polluted: true}}\n`)}`,
    /__proto__/,
  ),
  ofText(
    'a key of 10 MB',
    'x.json',
    10 * megabyte,
    (size) => `{"vxlans":{"${'k'.repeat(size)}":{"id":1}}}`,
    /the name of a link must/,
  ),
  ofText(
    'an unknown key of 10 MB',
    'x.json',
    10 * megabyte,
    (size) => `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,"${'é'.repeat(size / 2)}":1}}}`,
    /unknown key "éé/,
  ),
]

const links: readonly HostileCase[] = [
  ofText(
    'a chain of 100,000 devs',
    'x.yaml',
    100_000,
    (size) => `vxlans:\n${repeat(size, (index) => `  v${index}: {id: ${index}, dstport: 4789, dev: v${index + 1}}\n`)}`,
    /links|values/,
  ),
  ofText(
    'a chain of 100,000 devs, JSON',
    'x.json',
    100_000,
    (size) =>
      `{"vxlans":{${repeat(size, (index) => `"v${index}":{"id":${index},"dstport":4789,"dev":"v${index + 1}"}`, ',')}}}`,
    /keys in one mapping/,
  ),
  ofText(
    'a chain of 15,000 devs, JSON',
    'x.json',
    15_000,
    (size) =>
      `{"vxlans":{${repeat(size, (index) => `"v${index}":{"id":${index + 100},"dstport":4789,"dev":"v${index + 1}"}`, ',')}}}`,
    /stand on one another/,
  ),
  ofText(
    'a ring of 15,000 devs, JSON',
    'x.json',
    15_000,
    (size) =>
      `{"vxlans":{${repeat(size, (index) => `"v${index}":{"id":${index},"dstport":4789,"dev":"v${(index + 1) % size}"}`, ',')}}}`,
    /dev leads in a circle/,
  ),
  ofText(
    'a chain of 15,000 masters, JSON',
    'x.json',
    15_000,
    (size) => `{"bridges":{${repeat(size, (index) => `"b${index}":{"master":"b${index + 1}"}`, ',')}}}`,
    /a bridge cannot be in a bridge/,
  ),
  ofText(
    '15,000 links with one id',
    'x.json',
    15_000,
    (size) => `{"vxlans":{${repeat(size, (index) => `"v${index}":{"id":1,"dstport":4789}`, ',')}}}`,
    /is taken on UDP port 4789/,
  ),
  ofText(
    '15,000 links with overlapping filters',
    'x.json',
    15_000,
    (size) =>
      `{"vxlans":{${repeat(size, (index) => `"v${index}":{"external":true,"vnifilter":true,"dstport":4789,"vnis":["${2 * index + 1}-${2 * index + 2}"]}`, ',')}}}`,
    /15000 vxlans|valid/,
    'valid',
  ),
  ofText(
    '300,000 times the same VNI',
    'x.yaml',
    300_000,
    (size) =>
      `vxlans:\n  vxlan9:\n    external: true\n    vnifilter: true\n    dstport: 4789\n    vnis:\n${repeat(size, () => '    - 7\n')}`,
    /VNI 7 stands twice/,
  ),
  ofText(
    '300,000 overlapping ranges of VNIs',
    'x.json',
    300_000,
    (size) =>
      `{"vxlans":{"vxlan9":{"external":true,"vnifilter":true,"dstport":4789,"vnis":[${repeat(size, (index) => `"${index + 1}-16777215"`, ',')}]}}}`,
    /stands twice in vnis/,
  ),
  ofText(
    '300,000 entries of one MAC address',
    'x.yaml',
    300_000,
    (size) =>
      `${link}    fdb:\n${repeat(size, (index) => `    - {mac: "02:00:00:00:00:01", dst: 10.0.2.${index % 200}}\n`)}`,
    /a MAC address is behind one VTEP/,
  ),
  ofText(
    '300,000 times the same remote',
    'x.json',
    300_000,
    (size) => `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,"remotes":[${repeat(size, () => '"10.0.2.3"', ',')}]}}}`,
    /1 vxlan: valid/,
    'valid',
  ),
  ofText(
    '300,000 times the same address',
    'x.json',
    300_000,
    (size) => `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,"addresses":[${repeat(size, () => '"10.0.1.1/24"', ',')}]}}}`,
    /10\.0\.1\.1 stands twice/,
  ),
  ofText(
    '300,000 bad addresses',
    'x.json',
    300_000,
    (size) => `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,"remotes":[${repeat(size, () => '"10.0.2"', ',')}]}}}`,
    /entry 1 of remotes of vxlan9 must/,
  ),
]

const yaml: readonly HostileCase[] = [
  ofText(
    'a billion laughs',
    'x.yaml',
    30,
    (size) =>
      `a0: &a0 [1, 1]\n${repeat(size, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`)}vxlans: {}\n`,
    /aliases/,
  ),
  ofText(
    '300,000 aliases of a mapping',
    'x.yaml',
    300_000,
    (size) => `a: &a {b: 1}\nvxlans:\n${repeat(size, (index) => `  v${index}: *a\n`)}`,
    /values|alias/,
  ),
  ofText(
    'merges of merges',
    'x.yaml',
    20_000,
    (size) =>
      `a0: &a0 {k0: 1}\n${repeat(size, (index) => `a${index + 1}: &a${index + 1} {<<: *a${index}, k${index + 1}: 1}\n`)}`,
    /aliases/,
  ),
  ofText('an alias within its anchor', 'x.yaml', 1, () => 'vxlans: &a\n  vxlan9: *a\n', /no anchor &a stands before/),
  ofText(
    '300,000 documents',
    'x.yaml',
    300_000,
    (size) => repeat(size, () => '---\nvxlans: {}\n'),
    /a second YAML document begins here/,
  ),
  ofText('300,000 document starts', 'x.yaml', 300_000, (size) => repeat(size, () => '---\n'), /second YAML document/),
  ofText('500,000 open brackets', 'x.yaml', 500_000, (size) => '['.repeat(size), /levels of nesting/),
  ofText('500,000 open brackets, JSON', 'x.json', 500_000, (size) => '['.repeat(size), /levels of nesting/),
  ofText('500,000 open braces', 'x.yaml', 500_000, (size) => '{a: '.repeat(size), /levels of nesting/),
  ofText('500,000 dashes on a line', 'x.yaml', 500_000, (size) => `${'- '.repeat(size)}1\n`, /levels of nesting/),
  ofText('500,000 question marks', 'x.yaml', 500_000, (size) => `${'? '.repeat(size)}1\n`, /levels of nesting/),
  ofText(
    '3,000 levels of blocks',
    'x.yaml',
    3000,
    (size) => repeat(size, (index) => `${' '.repeat(index)}a:\n`),
    /levels of nesting/,
  ),
  ofText(
    '300,000 comments before a key',
    'x.yaml',
    300_000,
    (size) => `vxlans:\n${repeat(size, () => '  # c\n')}  vxlan9: {id: 1, dstport: 4789}\n`,
    /1 vxlan: valid/,
    'valid',
  ),
  ofText(
    '300,000 blank lines within a value',
    'x.yaml',
    300_000,
    (size) => `vxlans:\n  vxlan9:\n    id: 1\n    alias: "a${'\n'.repeat(size)}      b"\n`,
    /characters; no more than/,
  ),
  ofText('300,000 colons', 'x.yaml', 300_000, (size) => `vxlans: ${': '.repeat(size)}\n`, /./),
  ofText('300,000 anchors on a node', 'x.yaml', 300_000, (size) => `vxlans: ${'&a '.repeat(size)}{}\n`, /./),
  ofText('300,000 tags', 'x.yaml', 300_000, (size) => `vxlans: [${'!a b, '.repeat(size)}]\n`, /./),
  ofText('300,000 directives', 'x.yaml', 300_000, (size) => `${'%FOO bar\n'.repeat(size)}---\nvxlans: {}\n`, /./),
  ofText('300,000 commas', 'x.yaml', 300_000, (size) => `vxlans: [${','.repeat(size)}]\n`, /./),
  ofText('300,000 tabs', 'x.yaml', 300_000, (size) => `vxlans:\n${'\t\n'.repeat(size)}\t- x\n`, /./),
  ofText(
    '300,000 lines of nonsense',
    'x.yaml',
    300_000,
    (size) => repeat(size, (index) => `}${index} ]: {{ @ \`\n`),
    /./,
  ),
  ofText(
    'one plain value of 300,000 lines',
    'x.yaml',
    300_000,
    (size) => `vxlans:\n  vxlan9:\n    id: 1\n    alias: a\n${'      b\n'.repeat(size)}`,
    /characters; no more than/,
  ),
  ofText(
    'a block of 15 MB',
    'x.yaml',
    1_500_000,
    (size) => `vxlans:\n  vxlan9:\n    id: 1\n    alias: |\n${'      b c\n'.repeat(size)}`,
    /characters; no more than/,
  ),
]

const texts: readonly HostileCase[] = [
  ofText('one line of 15 MB', 'x.yaml', 15_000_000, (size) => 'x'.repeat(size), /characters; no more than/),
  ofText(
    'one line of 15 MB, a flow mapping',
    'x.yaml',
    1_000_000,
    (size) => `vxlans: {vxlan9: {id: 1, dstport: 4789, fdb: [${repeat(size, () => '{mac: 1}', ', ')}]}}`,
    /values|must be|MiB of memory/,
  ),
  ofText(
    'a value of 15 MB',
    'x.yaml',
    15_000_000,
    (size) => `${link}    alias: ${'x'.repeat(size)}\n`,
    /characters; no more than/,
  ),
  ofText(
    'a value of 15 MB, JSON',
    'x.json',
    15_000_000,
    (size) => `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,"alias":"${'x'.repeat(size)}"}}}`,
    /alias of vxlan9 must have at most 255 bytes/,
  ),
  ofText(
    'a value of 15 MB of escapes, JSON',
    'x.json',
    2_500_000,
    (size) => `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,"dev":"${'\\u0001'.repeat(size)}"}}}`,
    /dev of vxlan9 must/,
  ),
  ofText(
    'a number of a million digits',
    'x.yaml',
    1_000_000,
    (size) => `vxlans:\n  vxlan9:\n    id: ${'9'.repeat(size)}\n`,
    /characters; no more than/,
  ),
  ofText(
    'a number of a million digits, JSON',
    'x.json',
    1_000_000,
    (size) => `{"vxlans":{"vxlan9":{"id":${'9'.repeat(size)}}}}`,
    /id of vxlan9 must be a whole number/,
  ),
  ofText(
    'an IP address of 15 MB',
    'x.json',
    7_500_000,
    (size) => `{"vxlans":{"vxlan9":{"id":1,"dstport":4789,"local":"${'1:'.repeat(size)}"}}}`,
    /local of vxlan9 must/,
  ),
  ofText(
    'a range of 15 MB of spaces',
    'x.json',
    15_000_000,
    (size) => `{"vxlans":{"vxlan9":{"external":true,"vnifilter":true,"vnis":["1${' '.repeat(size)}x"]}}}`,
    /vnis of vxlan9 must/,
  ),
  ofText(
    'a list of 8 million empty lists, JSON',
    'x.json',
    8_000_000,
    (size) => `{"vxlans":[${'[],'.repeat(size)}[]]}`,
    /keys and entries/,
  ),
  ofText('only spaces, 15 MB', 'x.yaml', 15_000_000, (size) => ' '.repeat(size), /valid|says nothing|empty/, 'valid'),
  ofBytes('NUL bytes', 'x.yaml', Buffer.alloc(megabyte), /./),
  ofBytes('a NUL in a value', 'x.yaml', `${link}    alias: "a\0b"\n`, /./),
  ofBytes('invalid UTF-8', 'x.yaml', Buffer.concat([Buffer.from(link), Buffer.alloc(15_000_000, 0xff)]), /not UTF-8/),
  ofBytes(
    'invalid UTF-8 after 30 MB',
    'x.yaml',
    Buffer.concat([Buffer.alloc(30 * megabyte, '# é\n'), Buffer.from([0xc3])]),
    /not UTF-8/,
  ),
  ofBytes('UTF-16', 'x.yaml', Buffer.from(`\ufeff${link}`, 'utf16le'), /not UTF-8/),
  ofBytes('a byte order mark and CRLF', 'x.yaml', `\ufeff${link.replaceAll('\n', '\r\n')}`, /valid/, 'valid'),
  ofBytes('a byte order mark in the middle', 'x.yaml', `${link}\ufeff`, /./),
  ofBytes('carriage returns alone', 'x.yaml', link.replaceAll('\n', '\r'), /./),
  ofBytes(
    'random bytes',
    'x.yaml',
    Buffer.from(Array.from({ length: megabyte }, (_, index) => (index * 7919) % 251)),
    /not UTF-8/,
  ),
]

const files: readonly HostileCase[] = [
  made(
    'a sparse file of 10 GB',
    (directory) => sparse(join(directory, 'x.yaml'), 10 * gigabyte),
    /has 10737418240 bytes/,
  ),
  made('a sparse file of 60 MB', (directory) => sparse(join(directory, 'x.yaml'), 60 * megabyte), /./),
  made(
    '100,000 files',
    (directory) => {
      for (let index = 0; index < 100_000; index += 1) {
        closeSync(openSync(join(directory, `x${index}.yaml`), 'w'))
      }
    },
    /files/,
  ),
  made(
    '5,000 broken files',
    (directory) => {
      for (let index = 0; index < 5000; index += 1) {
        writeFileSync(join(directory, `x${index}.yaml`), 'a: 1\nb: 2\nc: 3\n')
      }
    },
    /unknown key "a"/,
  ),
  made('a FIFO', (directory) => run('mkfifo', join(directory, 'x.yaml')), /is no regular file/),
  made(
    'a socket',
    (directory) => {
      const server = createServer().listen(join(directory, 'x.yaml'))
      return () => server.close()
    },
    /is no regular file/,
  ),
  made('a device', (directory) => run('mknod', join(directory, 'x.yaml'), 'c', '1', '5'), /is no regular file/),
  made('a link to /dev/zero', (directory) => symlinkSync('/dev/zero', join(directory, 'x.yaml')), /is no regular file/),
  made('a directory', (directory) => mkdirSync(join(directory, 'x.yaml')), /is no regular file/),
  made('a link in a circle', (directory) => symlinkSync('x.yaml', join(directory, 'x.yaml')), /cannot be read/),
  made('a link to nothing', (directory) => symlinkSync('nowhere', join(directory, 'x.yaml')), /does not exist/),
  made('a file of /proc without a size', (directory) => symlinkSync('/proc/kallsyms', join(directory, 'x.yaml')), /./),
  made(
    'a file that grows',
    (directory) => grow(join(directory, 'x.yaml')),
    /bytes or more|is empty|mapping|characters/,
  ),
  made(
    'a file that is replaced all the time',
    (directory) => replaceOften(join(directory, 'x.yaml')),
    /map|does not exist/,
  ),
  made('an empty file', (directory) => writeFileSync(join(directory, 'x.yaml'), ''), /is empty/),
]

function sparse(path: string, size: number): void {
  writeFileSync(path, '# a comment\n')
  truncateSync(path, size)
}

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args)
  if (status !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
  }
}

/** Every one. */
export const cases: readonly HostileCase[] = [...keys, ...links, ...yaml, ...texts, ...files]

/** Writes on and on to a file, until it is ended. */
function grow(path: string): () => void {
  const file = openSync(path, 'w')
  const block = `# ${'x'.repeat(megabyte)}\n`
  let size = 0
  const timer = setInterval(() => {
    size += writeSync(file, block)
    if (size > gigabyte) {
      ftruncateSync(file, 0)
      size = 0
    }
  }, 1)
  return () => {
    clearInterval(timer)
    closeSync(file)
  }
}

/** Puts another file in its place, again and again, until it is ended. */
function replaceOften(path: string): () => void {
  let count = 0
  const timer = setInterval(() => {
    count += 1
    writeFileSync(`${path}~`, `vxlans: {\n# ${'x'.repeat(count % 100_000)}`)
    renameSync(`${path}~`, path)
  }, 1)
  return () => clearInterval(timer)
}
