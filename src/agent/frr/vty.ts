/**
 * Asks a daemon of FRR on its vty socket, as vtysh does: a command and a NUL, then text until three NULs and a status byte. The protocol is nobody's
 * promise; it was measured on FRR 8.4.4. Source: vtysh_client_run(), vtysh/vtysh.c; vtysh_read(), lib/vty.c.
 */
import { connect } from 'node:net'
import { join } from 'node:path'

/** A daemon of FRR. */
export type FrrDaemon = 'zebra' | 'bgpd'

/** How long an answer may take, in milliseconds, and how many bytes it may have. */
export interface VtyLimits {
  readonly timeoutMs: number
  readonly mostBytes: number
}

const usualLimits: VtyLimits = { timeoutMs: 2_000, mostBytes: 4 * 1024 * 1024 }

/** Why a daemon was not asked, or did not answer. */
export class VtyError extends Error {
  override readonly name = 'VtyError'

  constructor(
    /** `absent`: FRR does not run here. `forbidden`: this user may not ask it. */
    readonly kind: 'absent' | 'forbidden' | 'failed',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

const success = 0
const trailer = Buffer.alloc(3)

/** The JSON that a `show … json` command prints. Rejects with VtyError. @param directory of the sockets: `/run/frr` */
export async function askVty(
  directory: string,
  daemon: FrrDaemon,
  command: string,
  limits: VtyLimits = usualLimits,
): Promise<unknown> {
  const doing = `cannot ask FRR's ${daemon} ${JSON.stringify(command)}`
  const text = await exchange(join(directory, `${daemon}.vty`), command, limits, doing)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new VtyError('failed', `${doing}: what it answered is no JSON`, { cause: error })
  }
}

function exchange(path: string, command: string, { timeoutMs, mostBytes }: VtyLimits, doing: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const pieces: Buffer[] = []
    let size = 0
    const fail = (kind: VtyError['kind'], why: string, cause?: unknown): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(new VtyError(kind, `${doing}: ${why}`, { cause }))
    }
    const timer = setTimeout(() => fail('failed', `no answer within ${timeoutMs / 1000} s`), timeoutMs)
    socket.on('error', (error: NodeJS.ErrnoException) => fail(kindOf(error), error.message, error))
    socket.on('end', () => fail('failed', 'it closed the connection before the end of its answer'))
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece)
      size += piece.length
      if (size > mostBytes) {
        fail('failed', `its answer has more than ${mostBytes} bytes`)
        return
      }
      const end = Buffer.concat(pieces.slice(-8)).subarray(-4)
      if (end.length === 4 && end.subarray(0, 3).equals(trailer)) {
        const text = Buffer.concat(pieces).subarray(0, -4).toString()
        if (end[3] === success) {
          clearTimeout(timer)
          socket.destroy()
          resolve(text)
        } else {
          fail('failed', text.trim().slice(0, 200) || `status ${end[3]}`)
        }
      }
    })
    socket.write(`${command}\0`)
  })
}

function kindOf({ code }: NodeJS.ErrnoException): VtyError['kind'] {
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
    return 'absent'
  }
  return code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'failed'
}
