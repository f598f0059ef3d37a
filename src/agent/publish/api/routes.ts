/** All that can be asked of a running agent. */
import * as z from 'zod'
import type { Enforcer } from '../../trial/enforcer.ts'
import { openApi } from './openapi.ts'
import { pageRoutes } from './page-routes.ts'
import { type Readings, readRoutes } from './read-routes.ts'
import type { GetRoute, Routes } from './route.ts'
import { writeRoutes } from './write-routes.ts'

/** Everything, the OpenAPI document among it. */
export function routesTo(readings: Readings & { readonly enforcer: Enforcer }, version: string): Routes {
  const post = writeRoutes(readings.enforcer)
  const described: Record<string, GetRoute> = {
    ...readRoutes(readings),
    '/v1/openapi.json': {
      summary: 'This document',
      schema: z.looseObject({ openapi: z.string() }),
      answer: () => document,
    },
  }
  const document = openApi({ get: described, post }, version)
  return { get: { ...described, ...pageRoutes() }, post }
}
