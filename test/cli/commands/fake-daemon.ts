/** A daemon that answers what the test says. */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** An answer with a status of its own. */
export class Refusing {
  readonly status: number
  readonly body: unknown

  constructor(status: number, body: unknown) {
    this.status = status
    this.body = body
  }
}

/** Answers by `METHOD PATH`; gives the socket's path, and keeps what was asked and what was sent along. */
export async function fakeDaemon(
  answers: Readonly<Record<string, unknown>>,
): Promise<{ socket: string; asked: string[]; sent: unknown[] }> {
  const asked: string[] = []
  const sent: unknown[] = []
  const server = createServer(async (request, response) => {
    const question = `${request.method} ${request.url}`
    asked.push(question)
    const body = await text(request)
    if (body !== '') {
      sent.push(JSON.parse(body))
    }
    const answer = question in answers ? answers[question] : new Refusing(404, { error: 'not here' })
    response.statusCode = answer instanceof Refusing ? answer.status : 200
    response.end(JSON.stringify(answer instanceof Refusing ? answer.body : answer))
  })
  const socket = join(temporaryDirectory(), 'sock')
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve)
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  })
  return { socket, asked, sent }
}
