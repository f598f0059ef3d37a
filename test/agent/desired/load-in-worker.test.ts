/** The thread that reads large files, where it takes more than it is given. The threads here are stand-ins: the real one is built. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { limitsFor } from '../../../src/agent/desired/limits.ts'
import { loadInWorker } from '../../../src/agent/desired/load-in-worker.ts'
import { desiredDirectory } from './support.ts'

function standIn(code: string): URL {
  const file = join(desiredDirectory(), 'thread.mjs')
  writeFileSync(file, `import { parentPort } from 'node:worker_threads'\n${code}`)
  return pathToFileURL(file)
}

const task = { paths: ['/d'], limits: { ...limitsFor(), memoryMb: 16 } }
const atFile = "parentPort.postMessage({ what: 'file', file: '/d/a.yaml' })\n"

test('too little memory becomes a sentence about the file', async () => {
  const thread = standIn(`${atFile}const all = []\nfor (;;) { all.push(new Array(1000).fill({})) }`)
  await expect(loadInWorker(thread, task)).rejects.toMatchObject({
    issues: [{ code: 'out-of-memory', file: '/d/a.yaml', message: expect.stringContaining('16 MiB of memory') }],
  })
})

test('so does too little time', async () => {
  const thread = standIn(`${atFile}setTimeout(() => { for (;;) {} }, 10)`)
  await expect(loadInWorker(thread, task, 5000)).rejects.toMatchObject({
    issues: [{ code: 'out-of-time', file: '/d/a.yaml', message: expect.stringContaining('more than 5 s') }],
  })
})

test('links come part by part, and what they say does not become a prototype', async () => {
  const links = `parentPort.postMessage({ what: 'links', links: [['vxlans', 'constructor', '{"id":1}'], ['bridges', 'b', '{"ports":{"c":{}}}']] })`
  const done = `parentPort.postMessage({ what: 'done', files: ['f'], warnings: [], hash: 'h', places: { files: [], links: new Map() } })`
  const { state, hash, files } = await loadInWorker(
    standIn(`${links}\nparentPort.once('message', () => ${done})`),
    task,
  )
  expect({ hash, files }).toEqual({ hash: 'h', files: ['f'] })
  expect(Object.keys(state.vxlans)).toEqual(['constructor'])
  expect(state.vxlans['toString']).toBeUndefined()
  expect(state.bridges['b']?.ports?.['toString']).toBeUndefined()
})

test('an end without an answer is an error', async () => {
  await expect(loadInWorker(standIn(''), task)).rejects.toThrow('has ended without an answer')
})

/** Loaded where a large file is only waited for, it is 50 ms for nothing. */
test.each(['src/agent/desired/load-in-worker.ts', 'src/cli/commands/validate.ts'])(
  '%s loads neither the schema nor what talks to the kernel',
  async (entry) => {
    const { metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      splitting: true,
      outdir: 'none',
      format: 'esm',
      platform: 'node',
      packages: 'external',
    })
    const [own] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint === entry)
    const imported = own?.imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path) ?? []
    const inputs = imported.flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}))
    expect([...imported, ...inputs].filter((path) => /^(zod|yaml|koffi)$|schema|rtnetlink/.test(path))).toEqual([])
  },
)
