import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { asOwnerOf } from '../../../src/agent/host/as-owner.ts'
import {
  DamagedFile,
  makeDirectory,
  openToWrite,
  readJsonFile,
  removeFile,
  writeFileAtomically,
} from '../../../src/agent/host/files.ts'
import { builtProgram, firstOutput, started } from '../../support/child.ts'
import { fileSteps } from '../../support/file-steps.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const schema = z.object({ version: z.literal(1) })
const plain = { mode: 0o600, isDurable: false }

test.each([{ isDurable: true }, { isDurable: false }])('writes whole, with durability $isDurable', ({ isDurable }) => {
  const directory = temporaryDirectory()
  const path = join(directory, 'file')
  writeFileAtomically(path, 'old', { mode: 0o600, isDurable })
  writeFileAtomically(path, 'new ä', { mode: 0o600, isDurable })
  expect(readFileSync(path, 'utf8')).toBe('new ä')
  expect(readdirSync(directory)).toEqual(['file'])
})

describe('what must outlive a power cut', () => {
  const durable = { mode: 0o600, isDurable: true }

  test('is on the disk before it gets its name, and the name before the call returns', async () => {
    const directory = temporaryDirectory()
    const steps = await fileSteps(directory, () => writeFileAtomically(join(directory, 'file'), 'new', durable))
    expect(steps).toEqual(['write file.new', 'sync file.new', 'rename file', 'sync'])
  })

  test('is gone from the disk before the call returns when it is removed', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'file'), 'old')
    const steps = await fileSteps(directory, () => removeFile(join(directory, 'file'), { isDurable: true }))
    expect(steps).toEqual(['remove file', 'sync'])
  })

  test('alone is waited for', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'file')
    const steps = await fileSteps(directory, () => {
      writeFileAtomically(path, 'new', plain)
      removeFile(path, { isDurable: false })
    })
    expect(steps).toEqual(['write file.new', 'rename file', 'remove file'])
  })
})

test.each([{ mode: 0o600 }, { mode: 0o640 }])('gives the file mode $mode, whatever it had', ({ mode }) => {
  const path = join(temporaryDirectory(), 'file')
  writeFileSync(path, 'old', { mode: 0o666 })
  writeFileAtomically(path, 'new', { mode, isDurable: false })
  expect(statSync(path).mode & 0o777).toBe(mode)
})

test('a reader of the old file goes on reading the old one', () => {
  const path = join(temporaryDirectory(), 'file')
  writeFileAtomically(path, 'old', plain)
  const { ino } = statSync(path)
  writeFileAtomically(path, 'new', plain)
  expect(statSync(path).ino).not.toBe(ino)
})

test('what a crash left over neither disturbs nor stays', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'file')
  writeFileSync(`${path}.new`, 'half of something very long', { mode: 0o666 })
  writeFileAtomically(path, 'new', plain)
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(directory)).toEqual(['file'])
})

test('does not write through a symbolic link that somebody laid in the way', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'file')
  const victim = join(directory, 'victim')
  writeFileSync(victim, 'precious')
  symlinkSync(victim, `${path}.new`)
  writeFileAtomically(path, 'new', plain)
  expect(readFileSync(victim, 'utf8')).toBe('precious')
  expect(lstatSync(path).isFile()).toBe(true)
})

test('a write that fails names the path and leaves the old content', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'file')
  writeFileAtomically(path, 'old', plain)
  mkdirSync(`${path}.new`)
  expect(() => writeFileAtomically(path, 'new', plain)).toThrow(`cannot write ${path}: `)
  expect(readFileSync(path, 'utf8')).toBe('old')
})

test('a disk that is full in the middle leaves the old content', async () => {
  const path = join(temporaryDirectory(), 'file')
  writeFileAtomically(path, 'old', plain)
  const program = await builtProgram(`
    import { writeFileAtomically } from '~/src/agent/host/files.ts'
    try {
      writeFileAtomically(${JSON.stringify(path)}, 'x'.repeat(100_000), { mode: 0o600, isDurable: false })
      console.log('written')
    } catch (error) {
      console.log(error.message)
    }
  `)
  // A limit on the size of files stands in for a full disk: either lets a write succeed in part.
  const child = started('sh', '-c', `ulimit -f 8; exec ${process.execPath} ${program}`)
  expect(await firstOutput(child)).toMatch(/^cannot write .*: EFBIG/)
  expect(readFileSync(path, 'utf8')).toBe('old')
})

test('a file that is not there is undefined', () => {
  expect(readJsonFile(join(temporaryDirectory(), 'file'), schema)).toBeUndefined()
})

test('reads what it checks', () => {
  const path = join(temporaryDirectory(), 'file')
  writeFileSync(path, '{"version":1}')
  expect(readJsonFile(path, schema)).toEqual({ version: 1 })
})

test.each([
  { what: 'no JSON', content: '{"version":1' },
  { what: 'nothing', content: '' },
  { what: 'JSON of another shape', content: '{"version":2}' },
])('a file with $what in it is damaged, which says its path', ({ content }) => {
  const path = join(temporaryDirectory(), 'file')
  writeFileSync(path, content)
  expect(() => readJsonFile(path, schema)).toThrow(DamagedFile)
  expect(() => readJsonFile(path, schema)).toThrow(path)
})

test('what cannot be read is not called damaged', () => {
  const directory = temporaryDirectory()
  let failure: unknown
  try {
    readJsonFile(directory, schema)
  } catch (error) {
    failure = error
  }
  expect(failure).toMatchObject({ message: expect.stringContaining(`cannot read ${directory}: EISDIR`) })
  expect(failure).not.toBeInstanceOf(DamagedFile)
})

test('the mode is what was asked for, whatever the umask', () => {
  const path = join(temporaryDirectory(), 'file')
  const umask = process.umask(0o077)
  try {
    writeFileAtomically(path, 'new', { mode: 0o640, isDurable: false })
  } finally {
    process.umask(umask)
  }
  expect(statSync(path).mode & 0o777).toBe(0o640)
})

test('what root puts into a directory of another user is that user’s', (context) => {
  if (process.getuid?.() !== 0) {
    context.skip('takes root')
  }
  const directory = temporaryDirectory()
  const nobody = 65534
  chownSync(directory, nobody, nobody)
  writeFileAtomically(join(directory, 'file'), 'new', plain)
  makeDirectory(join(directory, 'folder'), 0o700)
  closeSync(openToWrite(join(directory, 'lock'), constants.O_RDWR, 0o600))
  expect(readdirSync(directory).map((name) => [name, statSync(join(directory, name)).uid])).toEqual([
    ['file', nobody],
    ['folder', nobody],
    ['lock', nobody],
  ])
})

test('a symbolic link is not followed where a file is to be opened', () => {
  const directory = temporaryDirectory()
  const victim = join(directory, 'victim')
  writeFileSync(victim, 'precious')
  symlinkSync(victim, join(directory, 'lock'))
  expect(() => openToWrite(join(directory, 'lock'), constants.O_RDWR, 0o600)).toThrow(/ELOOP/)
})

test('what is no file that we have written is not read: a link to one, or a pipe, which would wait for ever', () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'secret'), '{"version":1}')
  symlinkSync(join(directory, 'secret'), join(directory, 'link'))
  execFileSync('mkfifo', [join(directory, 'pipe')])
  expect(() => readJsonFile(join(directory, 'link'), schema)).toThrow(/cannot read .*link: ELOOP/)
  expect(() => readJsonFile(join(directory, 'pipe'), schema)).toThrow(/cannot read .*pipe: it is no regular file/)
})

describe('root in a directory of another user', () => {
  const isRoot = process.getuid?.() === 0
  const nobody = 65534
  if (!isRoot) {
    process.stdout.write('what root does in a directory of another user is not tried: it takes root\n')
  }

  test.skipIf(!isRoot)('goes nowhere where that user may not go, by whatever link', () => {
    const theirs = temporaryDirectory()
    const ours = temporaryDirectory()
    chownSync(theirs, nobody, nobody)
    chmodSync(ours, 0o755)
    writeFileSync(join(ours, 'x.keys'), 'precious')
    symlinkSync(ours, join(theirs, 'entries'))
    lchownSync(join(theirs, 'entries'), nobody, nobody)
    const through = join(theirs, 'entries', 'x.keys')
    expect(() => removeFile(through, { isDurable: true })).toThrow(/EACCES/)
    expect(() => writeFileAtomically(through, 'new', plain)).toThrow(/EACCES/)
    expect(() => makeDirectory(join(theirs, 'entries', 'folder'), 0o700)).toThrow(/EACCES/)
    expect(readFileSync(join(ours, 'x.keys'), 'utf8')).toBe('precious')
  })

  test.skipIf(!isRoot)('has all of its own rights again afterwards, also after a failure', () => {
    const theirs = temporaryDirectory()
    chownSync(theirs, nobody, nobody)
    expect(() => asOwnerOf(theirs, () => readFileSync('/etc/shadow'))).toThrow(/EACCES/)
    expect(readFileSync('/etc/shadow', 'utf8')).toContain('root')
    const mine = temporaryDirectory()
    writeFileAtomically(join(mine, 'file'), 'new', plain)
    expect(statSync(join(mine, 'file'))).toMatchObject({ uid: 0, gid: process.getgid?.() })
  })
})
