/** The OpenAPI document: made of the routes themselves. Source: OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
import { fastify, type RouteOptions } from 'fastify'
import * as z from 'zod'
import { refusalSchema } from './schemas.ts'
import type { Api } from './zod-routes.ts'

/** The routes that `addRoutes` adds to a server. */
export function routesOf(addRoutes: (api: Api) => void): RouteOptions[] {
  const routes: RouteOptions[] = []
  const app: Api = fastify({ exposeHeadRoutes: false })
  app.addHook('onRoute', (route) => {
    routes.push(route)
  })
  addRoutes(app)
  return routes
}

/** The document for those of the routes that have a summary. */
export function openApi(
  routes: readonly RouteOptions[],
  version: string,
): { openapi: string } & Record<string, unknown> {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    if (route.schema?.summary !== undefined) {
      const method = `${route.method}`.toLowerCase()
      paths[route.url] = { ...paths[route.url], [method]: operation(method, route) }
    }
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

function operation(
  method: string,
  { url, schema: { summary, querystring, body, response } = {} }: RouteOptions,
): object {
  const refusal = { $ref: '#/components/schemas/Refusal' }
  return {
    operationId: operationId(method, url),
    summary,
    ...(querystring instanceof z.ZodObject && { parameters: parametersOf(querystring) }),
    ...(body instanceof z.ZodType && { requestBody: { required: isRequired(body), content: contentOf(body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(response ?? {}).map(([status, answer]) => [
          status,
          { description: status === '200' ? 'The answer' : 'Why not', content: contentOf(answer) },
        ]),
      ),
      default: { description: 'Why not', content: { 'application/json': { schema: refusal } } },
    },
  }
}

/** What fastify takes for a response: the schema of JSON, or a schema for each media type. */
type Answer = z.ZodType | { readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>> }

function contentOf(answer: Answer): object {
  const content = answer instanceof z.ZodType ? { 'application/json': { schema: answer } } : answer.content
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, { schema }]) => [mediaType, { schema: jsonSchema(schema) }]),
  )
}

function parametersOf(query: z.ZodObject<Readonly<Record<string, z.ZodType>>>): object[] {
  return Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...rest } = jsonSchema(schema)
    return { name, in: 'query', required: isRequired(schema), description, schema: rest }
  })
}

function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success
}

/** Of what is sent, not of what is made of it. */
function jsonSchema(schema: z.ZodType): { readonly description?: string } {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}

/** `/v1/openapi.json` → `getOpenapiJson`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^a-zA-Z]+/).filter((word) => word !== '' && word !== 'v')
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
