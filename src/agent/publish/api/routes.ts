/** All that can be asked of a running agent. */
import * as z from 'zod'
import type { Enforcer } from '../../trial/enforcer.ts'
import type { PushedTaker } from '../../trial/pushed-taker.ts'
import { openApi, routesOf } from './openapi.ts'
import { addPage } from './page-routes.ts'
import { addReadRoutes, type Readings } from './read-routes.ts'
import { addWriteRoutes } from './write-routes.ts'
import type { Api, Routes } from './zod-routes.ts'

const documentSchema = z.looseObject({ openapi: z.string() })

/** The routes to an agent. The OpenAPI document names all of them, wherever it is read. Throws when the page has not been built. */
export function routesTo(
  readings: Readings & { readonly enforcer: Enforcer; readonly pushed: PushedTaker },
  version: string,
): Routes {
  const read = (api: Api): void => {
    addReadRoutes(api, readings)
    api.get(
      '/v1/openapi.json',
      { schema: { summary: 'This document', response: { 200: documentSchema } } },
      () => document,
    )
    addPage(api)
  }
  const write = (api: Api): void => addWriteRoutes(api, readings.enforcer, readings.pushed)
  const document = openApi([...routesOf(read), ...routesOf(write)], version)
  return { read, write }
}
