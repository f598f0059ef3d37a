/** Asking a daemon over its socket as any program would: HTTP by node:http, nothing of vxagent's. */
import { request } from 'node:http'

/** What came back. */
export interface Answer {
  readonly status: number | undefined
  readonly contentType: string | undefined
  readonly text: string
}

/** One request, with JSON text for a body if there is one. Rejects when nobody answers. */
export function ask(socketPath: string, path: string, method = 'GET', body?: string): Promise<Answer> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status, headers } = response
        resolve({ status, contentType: headers['content-type'], text: Buffer.concat(chunks).toString() })
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** The JSON of an answer that is to be 200. */
export async function askJson<T>(socketPath: string, path: string, method = 'GET'): Promise<T> {
  const { status, text } = await ask(socketPath, path, method)
  if (status !== 200) {
    throw new Error(`${method} ${path}: ${status} ${text}`)
  }
  return JSON.parse(text) as T
}
