/** A daemon that answers what the test says. */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** Answers by `METHOD PATH`; gives the socket's path, and keeps what was asked. */
export async function fakeDaemon(
  answers: Readonly<Record<string, unknown>>,
): Promise<{ socket: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const question = `${request.method} ${request.url}`
    asked.push(question)
    response.statusCode = question in answers ? 200 : 404
    response.end(JSON.stringify(answers[question] ?? { error: 'not here' }))
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
  return { socket, asked }
}
