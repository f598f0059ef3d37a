/** What the compiler says of a schema that is not as its type is: `@ts-expect-error` fails where it says nothing. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { schemaOf, schemaOfPartOf } from '../../../../src/agent/publish/api/schema-of.ts'

interface Entry {
  readonly mac: string
  readonly state: 'learned' | 'static'
  readonly vlan?: number
  readonly flags: readonly string[]
  readonly via: { readonly dev?: string }
}

const rows = {
  mac: z.string(),
  state: z.enum(['learned', 'static']),
  vlan: z.int().optional(),
  flags: z.array(z.string()),
  via: z.strictObject({ dev: z.string().optional() }),
}
const { vlan: _, ...withoutVlan } = rows

test('a schema is of the values of its type, to the last key and word', () => {
  const schema = schemaOf<Entry>()(z.strictObject(rows))
  const entry: Entry = { mac: '02:00:00:00:00:01', state: 'learned', flags: [], via: {} }
  expect(schema.parse(entry)).toEqual(entry)
  // @ts-expect-error: a key that may be absent is missing
  schemaOf<Entry>()(z.strictObject(withoutVlan))
  // @ts-expect-error: a key too many
  schemaOf<Entry>()(z.strictObject({ ...rows, age: z.int() }))
  // @ts-expect-error: a word too few
  schemaOf<Entry>()(z.strictObject({ ...rows, state: z.enum(['learned']) }))
  // @ts-expect-error: a word too many
  schemaOf<Entry>()(z.strictObject({ ...rows, state: z.enum(['learned', 'static', 'odd']) }))
  // @ts-expect-error: another type in a list
  schemaOf<Entry>()(z.strictObject({ ...rows, flags: z.array(z.int()) }))
  // @ts-expect-error: may be absent in the schema only
  schemaOf<Entry>()(z.strictObject({ ...rows, mac: z.string().optional() }))
  // @ts-expect-error: may be absent in the type only
  schemaOf<Entry>()(z.strictObject({ ...rows, vlan: z.int() }))
  // @ts-expect-error: a difference further in
  schemaOf<Entry>()(z.strictObject({ ...rows, via: z.strictObject({ dev: z.int().optional() }) }))
})

test('a schema of a part of a type takes every value of that type', () => {
  const schema = schemaOfPartOf<Entry>()(z.looseObject({ mac: z.string(), flags: z.array(z.string()) }))
  const entry: Entry = { mac: '02:00:00:00:00:01', state: 'learned', vlan: 5, flags: [], via: {} }
  expect(schema.parse(entry)).toEqual(entry)
  // @ts-expect-error: another type
  schemaOfPartOf<Entry>()(z.looseObject({ mac: z.int() }))
  // @ts-expect-error: a key that is not always there
  schemaOfPartOf<Entry>()(z.looseObject({ vlan: z.int() }))
})
