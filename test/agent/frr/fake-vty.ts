/** A daemon of FRR as far as its vty socket goes: it answers commands with text, in the pieces that it is told. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** What it answers; undefined: nothing at all. */
export type Answers = (command: string) => { readonly text: string; readonly status?: number } | undefined

/** Starts one for each name. Gives the directory of the sockets. */
export async function fakeFrr(
  answers: Answers,
  { pieces = 1, daemons = ['zebra', 'bgpd'] }: { readonly pieces?: number; readonly daemons?: readonly string[] } = {},
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-vty-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const daemon of daemons) {
    const open = new Set<Socket>()
    const server = createServer((socket) => {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('data', (sent) => answer(socket, answers(sent.toString().replace(/\0$/, '')), pieces))
    })
    await new Promise<void>((resolve) => server.listen(join(directory, `${daemon}.vty`), resolve))
    onTestFinished(() => {
      for (const socket of open) {
        socket.destroy()
      }
      server.close()
    })
  }
  return directory
}

function answer(socket: Socket, said: ReturnType<Answers>, pieces: number): void {
  if (said === undefined) {
    return
  }
  const bytes = Buffer.concat([Buffer.from(said.text), Buffer.alloc(3), Buffer.of(said.status ?? 0)])
  const size = Math.ceil(bytes.length / pieces)
  const send = (from: number): void => {
    socket.write(bytes.subarray(from, from + size))
    if (from + size < bytes.length) {
      setTimeout(() => send(from + size), 1)
    }
  }
  send(0)
}
