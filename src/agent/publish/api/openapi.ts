/** The OpenAPI document: made of the routes themselves. Source: OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
import * as z from 'zod'
import type { GetRoute, PostRoute, Routes } from './route.ts'
import { refusalSchema } from './schemas.ts'

/** The document for these routes. */
export function openApi({ get, post }: Routes, version: string): object {
  const paths: Record<string, object> = {}
  for (const [path, route] of Object.entries(get)) {
    paths[path] = { get: getOperation(path, route) }
  }
  for (const [path, route] of Object.entries(post)) {
    paths[path] = { ...paths[path], post: postOperation(path, route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'vxagent',
      version,
      description: "What a host's VXLAN overlay is, and what the agent that owns it does.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: { schemas: { Refusal: jsonSchema(refusalSchema) } },
  }
}

function getOperation(path: string, { summary, query, schema, contentType }: GetRoute): object {
  return {
    operationId: operationId('get', path),
    summary,
    ...(query !== undefined && { parameters: parametersOf(query) }),
    responses: responses({
      ...(schema !== undefined && { 'application/json': { schema: jsonSchema(schema) } }),
      ...(contentType !== undefined && { [mediaType(contentType)]: { schema: { type: 'string' } } }),
    }),
  }
}

function postOperation(path: string, { summary, body, schema }: PostRoute): object {
  return {
    operationId: operationId('post', path),
    summary,
    ...(body !== undefined && {
      requestBody: { required: false, content: { 'application/json': { schema: jsonSchema(body) } } },
    }),
    responses: responses({ 'application/json': { schema: jsonSchema(schema) } }),
  }
}

function responses(content: object): object {
  const refusal = { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } }
  return {
    200: { description: 'The answer', content },
    default: { description: 'Why not', content: refusal },
  }
}

function parametersOf(query: z.ZodObject): object[] {
  return Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...rest } = jsonSchema(schema as z.ZodType) as { readonly description?: string }
    return {
      name,
      in: 'query',
      required: !(schema as z.ZodType).safeParse(undefined).success,
      description,
      schema: rest,
    }
  })
}

/** Of what is sent, not of what is made of it. */
function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}

function mediaType(contentType: string): string {
  return contentType.split(';')[0] ?? contentType
}

/** `/v1/openapi.json` → `getOpenapiJson`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^a-zA-Z]+/).filter((word) => word !== '' && word !== 'v')
  return method + (words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('') || 'Page')
}
