/** The page, file by file. */
import { pageHeaders, webAssets } from '../web/assets.ts'
import { Content, type GetRoute } from './route.ts'

/** A route for each file of the page. Throws when it has not been built. */
export function pageRoutes(): Readonly<Record<string, GetRoute>> {
  return Object.fromEntries(
    webAssets().map(({ path, contentType, body }) => [
      path,
      { summary: 'The page', contentType, answer: () => new Content(contentType, body, pageHeaders) },
    ]),
  )
}
