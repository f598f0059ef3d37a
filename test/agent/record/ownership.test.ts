import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Ownership } from '../../../src/agent/record/ownership.ts'
import { formatRecord } from '../../../src/agent/record/record-file.ts'
import { desiredVxlan } from '../../support/builders.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const spec = { id: 42, dev: 'eth1', ttl: 16 }
const mac = '02:00:00:00:00:01'
const claim = { name: 'vxlan0', wanted: desiredVxlan('vxlan0', spec), stated: Object.keys(spec), mac }

/** A state directory whose record has one link, and the record's path. */
function recorded(): { readonly stateDir: string; readonly path: string } {
  const stateDir = temporaryDirectory()
  const ownership = Ownership.load(stateDir)
  ownership.claim([claim])
  ownership.confirm([{ name: 'vxlan0', ifindex: 5 }])
  return { stateDir, path: join(stateDir, 'owned.json') }
}

function edited(path: string, change: object): void {
  const content = { ...JSON.parse(readFileSync(path, 'utf8')), ...change }
  writeFileSync(path, formatRecord(content, { bootId: content.bootId, networkNamespace: content.networkNamespace }))
}

test('there is nothing of ours before anything was made', () => {
  expect(Ownership.load(temporaryDirectory()).links).toEqual({})
})

test('what is claimed, confirmed, noted and released is there after a restart', () => {
  const stateDir = temporaryDirectory()
  const restarted = (): unknown => ({ ...Ownership.load(stateDir).links })
  const ownership = Ownership.load(stateDir)
  ownership.claim([claim])
  expect(restarted()).toEqual({ vxlan0: { kind: 'vxlan', id: 42, mac, stated: ['id', 'dev', 'ttl'] } })
  ownership.confirm([{ name: 'vxlan0', ifindex: 5 }])
  expect(restarted()).toEqual({ vxlan0: { kind: 'vxlan', id: 42, mac, ifindex: 5, stated: ['id', 'dev', 'ttl'] } })
  ownership.noteApplying([desiredVxlan('vxlan0', { id: 42, ageing: 60 })], [])
  expect(restarted()).toMatchObject({ vxlan0: { stated: ['id', 'dev', 'ttl', 'ageing'] } })
  ownership.noteStated([desiredVxlan('vxlan0', { id: 42, ageing: 60 })], [])
  expect(restarted()).toMatchObject({ vxlan0: { ifindex: 5, stated: ['id', 'ageing'] } })
  ownership.release(['vxlan0'])
  expect(restarted()).toEqual({})
})

test('guests of bridges are there after a restart, and a record without any reads as before', () => {
  const { stateDir, path } = recorded()
  expect(JSON.parse(readFileSync(path, 'utf8'))).not.toHaveProperty('guests')
  const guest = {
    name: 'tap0',
    ifindex: 3,
    bridge: 'br0',
    bridgeIfindex: 9,
    spec: { isolated: true, vlans: [{ vid: 20, pvid: true }] },
  }
  Ownership.load(stateDir).noteGuests([guest])
  expect(Ownership.load(stateDir).guests).toEqual([guest])
  Ownership.load(stateDir).noteGuests([])
  expect(Ownership.load(stateDir).guests).toEqual([])
})

test('guests that cannot be written keep nothing else from being recorded, and are written once they can be', () => {
  const { stateDir, path } = recorded()
  const ownership = Ownership.load(stateDir)
  const guest = { name: 'tap0', ifindex: 3, bridge: 'br0', bridgeIfindex: 9, spec: {} }
  renameSync(stateDir, `${stateDir}.away`)
  expect(ownership.noteGuests([guest])?.message).toContain('owned.json: ENOENT')
  expect(ownership.noteGuests([guest])?.message).toContain('owned.json: ENOENT')
  expect(ownership.guests).toEqual([guest])
  // Nothing of these is new, as when drift is mended.
  expect(() => ownership.noteApplying([desiredVxlan('vxlan0', spec)], [])).not.toThrow()
  renameSync(`${stateDir}.away`, stateDir)
  expect(ownership.noteGuests([guest])).toBeUndefined()
  expect(Ownership.load(stateDir).guests).toEqual([guest])
  const { mtimeNs } = statSync(path, { bigint: true })
  expect(ownership.noteGuests([{ ...guest }])).toBeUndefined()
  expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs)
})

test('claiming a link again forgets the ifindex that it had', () => {
  const { stateDir } = recorded()
  const ownership = Ownership.load(stateDir)
  ownership.claim([claim])
  expect(Ownership.load(stateDir).links['vxlan0']).not.toHaveProperty('ifindex')
})

test('a link without a declared MAC gets one of its own: unicast, locally administered, not the next one', () => {
  const ownership = Ownership.load(temporaryDirectory())
  const names = Array.from({ length: 50 }, (_, index) => `vxlan${index}`)
  ownership.claim(names.map((name) => ({ name, wanted: desiredVxlan(name, spec), stated: [] })))
  const macs = names.map((name) => ownership.links[name]?.mac ?? '')
  expect(new Set(macs).size).toBe(50)
  for (const one of macs) {
    expect(one).toMatch(/^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/)
  }
})

test('what is not recorded can be neither confirmed nor noted', () => {
  const ownership = Ownership.load(temporaryDirectory())
  ownership.confirm([{ name: 'vxlan0', ifindex: 5 }])
  ownership.noteApplying([desiredVxlan('vxlan0', spec)], [])
  ownership.noteStated([desiredVxlan('vxlan0', spec)], [])
  expect(ownership.links).toEqual({})
})

test('writes nothing when nothing changes', () => {
  const { stateDir, path } = recorded()
  const ownership = Ownership.load(stateDir)
  const { ino } = statSync(path)
  ownership.claim([])
  ownership.confirm([])
  ownership.release([])
  ownership.noteApplying([desiredVxlan('vxlan0', { id: 42, ttl: 9 })], [])
  ownership.noteStated([desiredVxlan('vxlan0', spec)], [])
  expect(statSync(path).ino).toBe(ino)
  ownership.noteStated([desiredVxlan('vxlan0', { id: 42 })], [])
  expect(statSync(path).ino).not.toBe(ino)
})

test('is for its owner alone to read', () => {
  expect(statSync(recorded().path).mode & 0o777).toBe(0o600)
})

test.each([
  { what: 'another boot', change: { bootId: '00000000-0000-0000-0000-000000000000' } },
  { what: 'another network namespace', change: { networkNamespace: '1' } },
])('the record of $what means nothing here', ({ change }) => {
  const { stateDir, path } = recorded()
  expect(Object.keys(Ownership.load(stateDir).links)).toEqual(['vxlan0'])
  edited(path, change)
  expect(Ownership.load(stateDir).links).toEqual({})
})

test.each([
  { what: 'cut off', content: '{"version":2,"bootId":"' },
  { what: 'empty', content: '' },
  { what: 'of another version', content: '{"version":1}' },
  {
    what: 'without MACs',
    content: '{"version":2,"bootId":"","networkNamespace":"","ports":{},"links":{"vxlan0":{"id":42}}}',
  },
])('a record that is $what is no licence to disown links', ({ content }) => {
  const { stateDir, path } = recorded()
  writeFileSync(path, content)
  expect(() => Ownership.load(stateDir)).toThrow(path)
})

test('a damaged record from before this boot tells of links that are gone', () => {
  const { stateDir, path } = recorded()
  writeFileSync(path, '{"version":1,')
  const beforeBoot = Date.now() / 1000 - uptime() - 3600
  utimesSync(path, beforeBoot, beforeBoot)
  expect(Ownership.load(stateDir).links).toEqual({})
})

test('a link named as a property of every object is recorded like others', () => {
  const stateDir = temporaryDirectory()
  const ownership = Ownership.load(stateDir)
  expect(ownership.links['constructor']).toBeUndefined()
  ownership.claim([{ ...claim, name: 'constructor' }])
  expect(Ownership.load(stateDir).links['constructor']).toMatchObject({ id: 42 })
})

const entriesDirectory = (stateDir: string): string => join(stateDir, 'owned-entries')

/** As `recorded`, with a record of entries, by ifindex. */
function filled(): { readonly stateDir: string; readonly ownership: Ownership } {
  const { stateDir } = recorded()
  const ownership = Ownership.open(stateDir)
  ownership.claimEntries('vxlan0', 5, 'fdb', ['02:00:00:00:00:02'])
  return { stateDir, ownership }
}

test('entries stay on record with their link, whatever it is called, while its successor has its own', () => {
  const { stateDir, ownership } = filled()
  const keys = (name: string): string[] => [...Ownership.load(stateDir).entriesOf(name).fdb]
  ownership.setAside([{ name: 'vxlan0', aside: 'vxa-1' }])
  expect(keys('vxa-1')).toEqual(['02:00:00:00:00:02'])
  ownership.claim([claim])
  ownership.confirm([{ name: 'vxlan0', ifindex: 6 }])
  expect(keys('vxlan0')).toEqual([])
  ownership.claimEntries('vxlan0', 6, 'fdb', ['02:00:00:00:00:03'])
  expect([keys('vxa-1'), keys('vxlan0')]).toEqual([['02:00:00:00:00:02'], ['02:00:00:00:00:03']])
  ownership.putBack('vxa-1')
  expect(keys('vxlan0')).toEqual(['02:00:00:00:00:02'])
  expect(readdirSync(entriesDirectory(stateDir))).toEqual(['5.keys'])
  ownership.release(['vxlan0'])
  expect(readdirSync(entriesDirectory(stateDir))).toEqual([])
})

test('entries are recorded for the link on record only, not for another one that has its name by now', () => {
  const { ownership } = filled()
  expect(() => ownership.claimEntries('vxlan0', 7, 'fdb', ['02:00:00:00:00:04'])).toThrow(/vxlan0/)
})

test('entries that could not be recorded are recorded by the next attempt', () => {
  const { stateDir, ownership } = filled()
  const inTheWay = join(entriesDirectory(stateDir), '5.keys.new')
  mkdirSync(inTheWay)
  const keys = ['02:00:00:00:00:05']
  expect(() => ownership.claimEntries('vxlan0', 5, 'fdb', keys)).toThrow(/5\.keys/)
  rmdirSync(inTheWay)
  ownership.claimEntries('vxlan0', 5, 'fdb', keys)
  expect([...Ownership.load(stateDir).entriesOf('vxlan0').fdb]).toContain('02:00:00:00:00:05')
})

test('what a crash left beside the record is removed by whoever holds the directory, not by a reader', () => {
  const { stateDir } = filled()
  const directory = entriesDirectory(stateDir)
  for (const name of ['5.keys.new', '9.keys', 'vxlan0.keys']) {
    writeFileSync(join(directory, name), 'x')
  }
  Ownership.load(stateDir)
  expect(readdirSync(directory)).toHaveLength(4)
  Ownership.open(stateDir)
  expect(readdirSync(directory)).toEqual(['5.keys'])
})
