import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arrivalKind, departureKind, whereisKind } from '../../../src/fleet/records/explain-questions.ts'
import { readFiles } from '../../../src/fleet/records/files-record.ts'
import { keysOf, nodeOfRecord, nodeOfRosterEntry, ownPrefixes } from '../../../src/fleet/records/keys.ts'
import { readMember, writeRecord } from '../../../src/fleet/records/node-record.ts'
import { readPush, readPushSession } from '../../../src/fleet/records/push-record.ts'
import { answerKey, askKey, asksOf, nameOfAsk, readAnswer, readAsk } from '../../../src/fleet/records/question.ts'
import { readRosterEntry, whyNotOnRoster, writeRosterEntry } from '../../../src/fleet/records/roster.ts'
import { readState } from '../../../src/fleet/records/state-record.ts'
import { largestValue, UnreadableValue } from '../../../src/fleet/records/values.ts'
import { entryOf, recordOf, vtepOf } from '../../support/fleet-members.ts'

const readers = { readPush, readPushSession, readFiles }

test.each(Object.entries(readers))('%s takes no value apart that it does not check', (_name, read) => {
  const anything = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({
        v: fc.constant(1),
        revision: fc.anything(),
        id: fc.anything(),
        nodes: fc.anything(),
        by: fc.anything(),
      })
      .map((value) => {
        try {
          return JSON.stringify(value) ?? ''
        } catch {
          return ''
        }
      }),
  )
  fc.assert(
    fc.property(anything, (text) => {
      try {
        read({ value: Buffer.from(text) })
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableValue)
      }
    }),
  )
})

test('who pushed, and on whom, is printable', () => {
  const push = {
    ...{ v: 1, revision: 1, id: 'a', text: '', selector: 'all', at: '2026-12-01T00:00:00Z' },
    ...{ by: { user: 'alice', host: 'ops' }, canaries: [], nodes: ['a'], isReleased: true },
  }
  const read = (parts: object): unknown => readPush({ value: Buffer.from(JSON.stringify({ ...push, ...parts })) })
  expect(read({})).toEqual(push)
  for (const parts of [
    { by: { user: '\u001b[2J', host: 'ops' } },
    { selector: 'a\nb' },
    { nodes: ['a/b'] },
    { id: '' },
    { revision: 0 },
    { confirmSeconds: 0 },
  ]) {
    expect(() => read(parts), JSON.stringify(parts)).toThrow(UnreadableValue)
  }
})

test('a record reads as it was written', () => {
  const record = recordOf('ubuntu', { vteps: [vtepOf({ advertise: '203.0.113.7', addresses: ['10.0.1.1/24'] })] })
  expect(readMember('ubuntu', entryOf('ubuntu', writeRecord(record).toString())).record).toEqual(record)
})

test('ignores what a later version says besides', () => {
  const record = {
    ...recordOf('ubuntu'),
    v: 2,
    news: { a: 1 },
    vteps: [{ ...vtepOf(), flags: ['learning', 'new'], x: 1 }],
  }
  expect(readMember('ubuntu', entryOf('ubuntu', record)).record).toEqual({ ...recordOf('ubuntu'), v: 2 })
})

test.each([
  { what: 'no JSON', value: '{' },
  { what: 'another kind of value', value: '[]' },
  { what: 'the record of another host', value: recordOf('vyos02') },
  { what: 'a VNI beyond 24 bits', value: recordOf('ubuntu', { vteps: [vtepOf({ vni: 0x1000000 })] }) },
  { what: 'a multicast address', value: recordOf('ubuntu', { vteps: [vtepOf({ local: '239.1.1.1' })] }) },
  { what: 'a loopback address', value: recordOf('ubuntu', { vteps: [vtepOf({ local: '127.0.0.1' })] }) },
  { what: 'no address', value: recordOf('ubuntu', { vteps: [vtepOf({ local: '10.0.2.1; reboot' })] }) },
  { what: 'an escape sequence as a link', value: recordOf('ubuntu', { vteps: [vtepOf({ link: '\u001b[2J' })] }) },
  { what: 'a port of 0', value: recordOf('ubuntu', { vteps: [vtepOf({ dstport: 0 })] }) },
  { what: 'a version with a line end', value: recordOf('ubuntu', { agent: '1\nroot' }) },
  { what: 'too many VTEPs', value: recordOf('ubuntu', { vteps: Array.from({ length: 4097 }, () => vtepOf()) }) },
  { what: 'more than a value may have', value: `"${'x'.repeat(largestValue)}"` },
])('refuses $what', ({ value }) => {
  expect(() => readMember('ubuntu', entryOf('ubuntu', value))).toThrow(UnreadableValue)
})

test.each([
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'file:///etc/shadow',
  '//evil.example',
  'https://prod.example:secret@evil.example/',
  'https://evil.example/\u202e',
  `https://evil.example/${'x'.repeat(2000)}`,
  7,
  {},
])('drops the page %s, and keeps the VTEPs of that host', (page) => {
  const { record } = readMember('ubuntu', entryOf('ubuntu', { ...recordOf('ubuntu'), page }))
  expect(record.page).toBeUndefined()
  expect(record.vteps).toEqual(recordOf('ubuntu').vteps)
})

test('reads the page of a host', () => {
  const page = 'http://10.0.2.1:8080/'
  expect(readMember('ubuntu', entryOf('ubuntu', { ...recordOf('ubuntu'), page })).record).toMatchObject({ page })
})

test('whatever the store says is a value or refused, and no text of it reaches a message', () => {
  const value = fc.oneof(
    fc.json(),
    fc.string(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
  )
  fc.assert(
    fc.property(value, (text) => {
      for (const read of [
        () => readMember('ubuntu', entryOf('ubuntu', text)),
        () => readState(entryOf('ubuntu', text)),
        () => readRosterEntry(entryOf('ubuntu', text)),
        () => readAsk(entryOf('ubuntu', text)),
        () => readAnswer(entryOf('ubuntu', text)),
      ]) {
        try {
          read()
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableValue)
          expect((error as Error).message).toMatch(/^[\w .[\],]*$/)
        }
      }
    }),
  )
})

test('a question is found by its key alone', () => {
  const keys = keysOf('lab')
  const id = '0123456789abcdef'.repeat(2)
  expect(nameOfAsk(keys, askKey(keys, { asker: 'vyos01', id }))).toEqual({ asker: 'vyos01', id })
  for (const key of ['vyos01', `vyos01/${id}x`, `vyos01/${id.slice(1)}`, `a b/${id}`, `vyos01/${id}/x`, `../${id}`]) {
    expect(nameOfAsk(keys, `${asksOf(keys)}${key}`)).toBeUndefined()
  }
  expect(answerKey(keys, 'ubuntu', { asker: 'vyos01', id })).toBe(`/vxagent/v1/lab/answers/ubuntu/vyos01/${id}`)
})

test.each([whereisKind, departureKind, arrivalKind])(
  'what a stranger asks or answers of the kind $name is checked',
  ({ ask, answer }) => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const { data } of [ask.safeParse(value), answer.safeParse(value)]) {
          expect(JSON.stringify(data) ?? '').not.toContain('\\u')
        }
      }),
    )
    const text = '\u001b[2J'
    const step = { table: 'vxlan', text }
    const bad = {
      fate: 'dropped',
      ports: [],
      isForHost: false,
      unseen: [],
      steps: [step],
      packets: [],
      copies: 0,
      answer: 'x',
    }
    expect(answer.safeParse({ ...bad, places: [{ kind: 'own', dev: text }] }).success).toBe(false)
  },
)

test('takes hosts by their keys alone', () => {
  const { nodes, roster } = keysOf('lab')
  expect(nodeOfRecord(nodes, '/vxagent/v1/lab/nodes/ubuntu/record')).toBe('ubuntu')
  for (const key of [
    '/record',
    'ubuntu',
    'ubuntu/record/x',
    'ubuntu/other',
    '../record',
    'a b/record',
    '\u001b/record',
  ]) {
    expect(nodeOfRecord(nodes, `/vxagent/v1/lab/nodes/${key}`)).toBeUndefined()
  }
  expect(nodeOfRosterEntry(roster, '/vxagent/v1/lab/roster/*')).toBe('*')
})

test('gives no host the keys of another whose id begins alike', () => {
  const others = ownPrefixes('lab', 'a')
  for (const prefix of ownPrefixes('lab', 'ab')) {
    expect(others.some((other) => prefix.startsWith(other))).toBe(false)
  }
})

test('a roster entry limits addresses and VNIs', () => {
  const entry = readRosterEntry(
    entryOf('x', writeRosterEntry({ vteps: ['10.0.2.0/24', '2001:db8::7/128'], vnis: ['42', '100-199'] }).toString()),
  )
  const why = (vni: number, address: string) => whyNotOnRoster(entry, { vni, address })
  expect(why(42, '10.0.2.9')).toBeUndefined()
  expect(why(150, '2001:db8::7')).toBeUndefined()
  expect(why(43, '10.0.2.9')).toBe('it may not claim VNI 43')
  expect(why(42, '10.0.3.9')).toBe('it may not claim the address 10.0.3.9')
  expect(why(42, '2001:db8::8')).toBe('it may not claim the address 2001:db8::8')
  expect(whyNotOnRoster(undefined, { vni: 1, address: '10.0.0.1' })).toBeUndefined()
})
