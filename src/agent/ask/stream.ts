/** Following a stream of server-sent events over a socket. */
import { request } from 'node:http'
import { AgentRefused, unreachable } from './request.ts'

/** What is followed, and how. */
export interface StreamOptions {
  /** Of the request, such as `/v1/events?kind=moved`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Ends it. */
  readonly signal: AbortSignal
  /** Milliseconds without a byte after which the connection is given up; undefined: none is too long. */
  readonly silenceMs?: number
  /** Called with the data of all events that came whole in one piece of the answer, in order. */
  readonly onData: (data: readonly string[]) => void
}

/**
 * Hands on data until the signal, for which it resolves, or until the connection ends: it rejects with AgentUnreachable then, and with
 * AgentRefused when the other side does not want to.
 */
export function followStream(
  socketPath: string,
  { path, headers, signal, silenceMs, onData }: StreamOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const accepting = { accept: 'text/event-stream', ...headers }
    const call = request({ socketPath, path, headers: accepting, signal }, (response) => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (chunk: string) => {
        text += chunk
        if (response.statusCode === 200) {
          text = takeWhole(text, onData)
        }
      })
      response.on('error', (error) => end(error))
      response.on('end', () => {
        if (response.statusCode === 200) {
          end(Object.assign(new Error('the daemon has ended'), { code: 'ECONNRESET' }))
        } else {
          const [bare] = path.split('?')
          reject(new AgentRefused(`the agent refused GET ${bare}: ${reasonIn(text)}`))
        }
      })
    })
    const end = (error: NodeJS.ErrnoException): void => {
      if (signal.aborted) {
        resolve()
      } else {
        reject(unreachable(socketPath, error))
      }
    }
    if (silenceMs !== undefined) {
      const silent = (): Error => Object.assign(new Error(`no word for ${silenceMs / 1000} s`), { code: 'ETIMEDOUT' })
      call.setTimeout(silenceMs, () => call.destroy(silent()))
    }
    call.on('error', end)
    call.end()
  })
}

/** Hands on what is whole, and gives what is left of the text. */
function takeWhole(text: string, onData: StreamOptions['onData']): string {
  const blocks = text.split('\n\n')
  const rest = blocks.pop() ?? ''
  const data = blocks.flatMap((block) => block.split('\n').find((line) => line.startsWith('data: ')) ?? [])
  if (data.length > 0) {
    onData(data.map((line) => line.slice('data: '.length)))
  }
  return rest
}

function reasonIn(text: string): string {
  try {
    return (JSON.parse(text) as { readonly error?: string }).error ?? text
  } catch {
    return text
  }
}
