/** The way from a path in a desired-state file to the schema of what stands there: for suggestions that fit the place. */
import * as z from 'zod'
import type { Path } from './finding.ts'
import { desiredStateSchema } from './schema.ts'

type Schema = z.core.$ZodType

/** The schema of the value at `path`; undefined where no value may be. */
export function schemaAt(path: Path): Schema | undefined {
  let schema: Schema | undefined = desiredStateSchema
  for (const segment of path) {
    schema =
      schema &&
      alternatives(schema)
        .map((each) => inside(each, segment))
        .find((found) => found !== undefined)
  }
  return schema
}

/** The keys that a mapping at `path` may have; empty where any name may stand. */
export function keysAt(path: Path): readonly string[] {
  const schema = schemaAt(path)
  const mappings = schema === undefined ? [] : alternatives(schema).filter((each) => each instanceof z.core.$ZodObject)
  return mappings.flatMap((mapping) => Object.keys(mapping._zod.def.shape))
}

/** Whether `value` would be accepted at `path`. */
export function isAcceptedAt(path: Path, value: unknown): boolean {
  const schema = schemaAt(path)
  return schema !== undefined && z.core.safeParse(schema, value).success
}

/** An example of what may stand at `path`. */
export function exampleAt(path: Path): unknown {
  const schema = schemaAt(path)
  const examples = schema === undefined ? undefined : z.globalRegistry.get(schema)?.['examples']
  return Array.isArray(examples) ? examples[0] : undefined
}

/** The mappings, lists and plain values that `schema` stands for once all that is wrapped around them is taken off. */
function alternatives(schema: Schema): Schema[] {
  if (schema instanceof z.core.$ZodUnion) {
    return schema._zod.def.options.flatMap(alternatives)
  }
  if (schema instanceof z.core.$ZodPipe) {
    return alternatives(schema._zod.def.in)
  }
  if (
    schema instanceof z.core.$ZodReadonly ||
    schema instanceof z.core.$ZodOptional ||
    schema instanceof z.core.$ZodPrefault
  ) {
    return alternatives(schema._zod.def.innerType)
  }
  return [schema]
}

function inside(schema: Schema, segment: string | number): Schema | undefined {
  if (schema instanceof z.core.$ZodObject) {
    return Object.hasOwn(schema._zod.def.shape, segment) ? schema._zod.def.shape[segment] : undefined
  }
  if (schema instanceof z.core.$ZodRecord) {
    return schema._zod.def.valueType
  }
  if (schema instanceof z.core.$ZodArray) {
    return schema._zod.def.element
  }
  return schema instanceof z.core.$ZodTuple ? schema._zod.def.items[Number(segment)] : undefined
}
