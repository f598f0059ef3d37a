/** What a route is: what it is for, what it takes, and what it answers. */
import type { Writable } from 'node:stream'
import type * as z from 'zod'

/** An answer that is no single JSON value. */
export class Content {
  readonly contentType: string
  readonly body: string | Buffer
  readonly headers: Readonly<Record<string, string>>

  constructor(contentType: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}) {
    this.contentType = contentType
    this.body = body
    this.headers = headers
  }
}

/** An answer without an end: what it writes, until the reader leaves. */
export class Stream {
  readonly contentType: string
  readonly open: (output: Writable) => void

  constructor(contentType: string, open: (output: Writable) => void) {
    this.contentType = contentType
    this.open = open
  }
}

/** A JSON value with a status of its own. */
export class WithStatus {
  readonly status: number
  readonly value: unknown

  constructor(status: number, value: unknown) {
    this.status = status
    this.value = value
  }
}

/** What is read, and by whom. */
export interface Ask {
  /** As the route's `query` made it. */
  readonly query: unknown
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What can be read: it changes nothing. */
export interface GetRoute {
  /** A sentence for the OpenAPI document. */
  readonly summary: string
  /** Keys of the query string; without it none means anything. */
  readonly query?: z.ZodObject
  /** Of the JSON that is answered. */
  readonly schema?: z.ZodType
  /** Of what is answered otherwise: `text/event-stream`. */
  readonly contentType?: string
  /** A plain JSON value, Content, a Stream, or WithStatus. */
  answer(ask: Ask): unknown
}

/** What is asked to be done, and by whom. */
export interface Call {
  /** What was sent as JSON; undefined or null for nothing. */
  readonly body: unknown
  /** Whether root is asking, or the user that the agent runs as. */
  readonly mayDecide: boolean
}

/** What can be asked to be done. */
export interface PostRoute {
  readonly summary: string
  /** Of the JSON that may come along. */
  readonly body?: z.ZodType
  readonly schema: z.ZodType
  /** Whether a desired state may come along. */
  readonly takesState?: true
  answer(call: Call): Promise<unknown>
}

/** All of them, by path. */
export interface Routes {
  readonly get: Readonly<Record<string, GetRoute>>
  readonly post: Readonly<Record<string, PostRoute>>
}
