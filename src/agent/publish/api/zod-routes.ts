/**
 * Fastify with zod: a route states its schemas, requests are checked by them, and its handler is typed by them. Source: fastify's
 * guide on type providers. `fastify-type-provider-zod` does the same for those who use @fastify/swagger too, which it asks for.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchemaCompiler,
  FastifySerializerCompiler,
  FastifyTypeProvider,
} from 'fastify'
import type * as z from 'zod'
import type { JsonText } from './shared-text.ts'

/** What the schemas of a route make of the types of its handler. */
export interface ZodTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  /** The compiler checks answers: to parse each would cost more than to make it. A long one is text already. */
  readonly serializer: this['schema'] extends z.ZodType
    ? z.input<this['schema']> | JsonText<z.input<this['schema']>>
    : unknown
}

/** What routes are added to. */
export type Api = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypes>

/** Functions that add routes. */
export interface Routes {
  /** Those that change nothing. */
  readonly read: (api: Api) => void
  /** Those by which something is asked to be done. */
  readonly write: (api: Api) => void
}

declare module 'fastify' {
  interface FastifySchema {
    /** A sentence for the OpenAPI document, which leaves out routes without one. */
    readonly summary?: string
  }
}

/** Checks a part of a request, and gives what the schema makes of it. */
export const checkedByZod: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown) => {
    // Fastify has null for a body that is not there.
    const { data: value, error } = schema.safeParse(httpPart === 'body' ? (data ?? undefined) : data)
    return error === undefined ? { value } : { error }
  }

/** Writes an answer. */
export const writtenAsJson: FastifySerializerCompiler<z.ZodType> = () => JSON.stringify
