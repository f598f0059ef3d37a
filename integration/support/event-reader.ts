/** A reader of `/v1/events` as a browser is one: server-sent events over the socket, as fast or as slow as the test wants. */
import { type IncomingMessage, request } from 'node:http'
import type { OverlayEvent } from '../../src/agent/answers/overlay-event.ts'
import type { Cleanup } from './namespace.ts'

export interface EventReader {
  readonly events: OverlayEvent[]
  readonly response: IncomingMessage
  close(): void
}

/** Opens the stream; its end comes with the test's. Rejects with what the agent says instead. */
export function readEvents(
  socketPath: string,
  cleanup: Cleanup,
  { query = '', lastEventId }: { readonly query?: string; readonly lastEventId?: string } = {},
): Promise<EventReader> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: `/v1/events${query}`, headers }, (response) => {
      const events: OverlayEvent[] = []
      let text = ''
      response.setEncoding('utf8')
      response.on('error', () => {})
      response.on('data', (chunk: string) => {
        text += chunk
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1]
          if (data !== undefined) {
            events.push(JSON.parse(data))
          }
        }
      })
      if (response.statusCode === 200) {
        resolve({ events, response, close: () => call.destroy() })
      } else {
        response.on('end', () => reject(new Error(`${response.statusCode} ${text}`)))
      }
    })
    call.on('error', reject)
    call.end()
    cleanup(() => {
      call.destroy()
    })
  })
}
