/** The filter as the kernel applies it: in a process of its own, since it stays. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'

/** What a process prints that gives up execve first, and then runs `script`. */
function afterRenouncing(script: string): string {
  // Where koffi, which is no part of the bundle, is found.
  const directory = mkdtempSync(join(process.cwd(), 'node_modules/.no-exec-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const outfile = join(directory, 'main.mjs')
  buildSync({
    stdin: {
      contents: `import { renounceExec } from './src/agent/host/no-exec.ts'\nconsole.log(renounceExec())\n${script}`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
  })
  const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' })
  return stdout + stderr
}

test('no program can be run any more, by whatever thread, and all else goes on', () => {
  const said = afterRenouncing(`
    import { spawnSync } from 'node:child_process'
    import { readFileSync } from 'node:fs'
    import { Worker } from 'node:worker_threads'
    console.log(spawnSync('/bin/true').error?.code)
    console.log(readFileSync('/proc/self/status', 'utf8').match(/^Seccomp:.*/m)?.[0])
    new Worker("console.log(require('node:child_process').spawnSync('/bin/true').error?.code)", { eval: true })
  `)
  expect(said.trim().split('\n')).toEqual(['true', 'EPERM', 'Seccomp:\t2', 'EPERM'])
})

test('where the numbers of the system calls are not known, nothing is done', () => {
  const said = afterRenouncing(`
    import { spawnSync } from 'node:child_process'
    console.log(renounceExec('riscv64'))
  `)
  expect(said).toBe('true\nfalse\n')
})
