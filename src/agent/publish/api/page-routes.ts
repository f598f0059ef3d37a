/** The page, file by file. */
import { pageHeaders, webAssets } from '../web/assets.ts'
import type { Api } from './zod-routes.ts'

/** Adds a route for each file of the page. Throws when it has not been built. */
export function addPage(api: Api): void {
  for (const { path, contentType, body } of webAssets()) {
    api.get(path, (_request, reply) => {
      reply.type(contentType).headers(pageHeaders)
      return body
    })
  }
}
