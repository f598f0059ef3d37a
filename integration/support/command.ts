/** Other programs, run to their end or held while a test lasts. Only tests run other programs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

/** What a program left behind. */
export interface Finished {
  readonly stdout: string
  readonly stderr: string
  /** Its exit code; for one ended by a signal, 128 and the signal's number as a shell counts. */
  readonly code: number
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Written to its standard input. */
  readonly input?: string | Buffer
}

/** Runs a program to its end, however that is. */
export async function finish(
  file: string,
  args: readonly string[],
  { env, input }: RunOptions = {},
): Promise<Finished> {
  const held = hold(file, args, env)
  held.process.stdin?.end(input ?? '')
  return held.finished
}

/** Runs a program that is to succeed, and gives its standard output. Throws with what it said when it fails. */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdout, stderr, code } = await finish(file, args, options)
  if (code !== 0) {
    throw new Error(`${file} ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`)
  }
  return stdout
}

/** A program that runs while a test does. */
export interface Held {
  readonly process: ChildProcess
  readonly pid: number
  /** What it has printed so far, both streams in one. */
  output(): string
  readonly finished: Promise<Finished>
}

/** Starts a program. The caller ends it. */
export function hold(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Held {
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const errors: Buffer[] = []
  const both: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk)
    both.push(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors.push(chunk)
    both.push(chunk)
  })
  // A program that ends without reading its input is no fault of the test.
  child.stdin.on('error', () => {})
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const stdout = Buffer.concat(out).toString()
      const stderr = Buffer.concat(errors).toString()
      resolve({ stdout, stderr, code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]) })
    })
  })
  return { process: child, pid: child.pid ?? 0, output: () => Buffer.concat(both).toString(), finished }
}
