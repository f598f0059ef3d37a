/** Another process that runs a piece of our source, for what one process cannot show. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { onTestFinished } from 'vitest'
import { temporaryDirectory } from './temporary-directory.ts'

/** Builds a TypeScript program, which may import from the repository's root as `~/`; gives the path of what node runs. */
export async function builtProgram(source: string): Promise<string> {
  const directory = temporaryDirectory()
  const root = resolve(import.meta.dirname, '../..')
  const [entry, program] = [join(directory, 'program.ts'), join(directory, 'program.mjs')]
  writeFileSync(entry, source)
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { '~': root },
    external: ['koffi', 'zod'],
    logLevel: 'error',
  })
  return program
}

/** Starts a command that is killed when the test ends, if it has not ended by then. */
export function started(command: string, ...args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(command, args)
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

/** The first thing that it prints. */
export async function firstOutput(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return chunk.toString().trim()
}
