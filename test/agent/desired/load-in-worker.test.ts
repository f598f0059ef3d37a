/** The thread that reads large files, where it takes more than it is given. The threads here are stand-ins: the real one is built. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { limitsFor } from '../../../src/agent/desired/limits.ts'
import { loadInWorker } from '../../../src/agent/desired/load-in-worker.ts'
import type { LoadedDesired } from '../../../src/agent/desired/merge-files.ts'
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
  await expect(loadInWorker(thread, task, { waitMs: 5000 })).rejects.toMatchObject({
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

test('what the thread knows again is what was loaded before', async () => {
  const thread = standIn(`import { workerData } from 'node:worker_threads'
    parentPort.postMessage({ what: workerData.known === 'texts' ? 'known' : 'nothing' })`)
  const before = {
    state: { vxlans: {}, bridges: {} },
    files: ['f'],
    warnings: [],
    hash: 'h',
    textsHash: 'texts',
    locate: () => undefined,
  }
  expect(await loadInWorker(thread, task, { before })).toBe(before)
  await expect(loadInWorker(thread, task, { before: { ...before, textsHash: 'others' } })).rejects.toThrow()
})

test('an end without an answer is an error', async () => {
  await expect(loadInWorker(standIn(''), task)).rejects.toThrow('has ended without an answer')
})

test('files are checked again only when a name or a text has changed', async () => {
  const directory = desiredDirectory()
  const outfile = join(desiredDirectory(), 'load-worker.mjs')
  const entryPoints = ['src/agent/desired/load-worker.ts']
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"
  await build({ entryPoints, bundle: true, outfile, format: 'esm', platform: 'node', banner: { js } })
  const load = (before?: LoadedDesired): Promise<LoadedDesired> =>
    loadInWorker(pathToFileURL(outfile), { paths: [directory], limits: limitsFor() }, { before })
  writeFileSync(join(directory, 'a.json'), '{"vxlans":{"vxlan0":{"id":1}}}')
  writeFileSync(join(directory, 'b.json'), '{}')
  const first = await load()
  expect(await load(first)).toBe(first)
  writeFileSync(join(directory, 'a.json'), '{"vxlans":{"vxlan0":{"id":2}}}')
  const changed = await load(first)
  expect(changed.state.vxlans['vxlan0']).toEqual({ id: 2 })
  renameSync(join(directory, 'b.json'), join(directory, 'c.json'))
  expect((await load(changed)).files.map((file) => basename(file))).toEqual(['a.json', 'c.json'])
  writeFileSync(join(directory, 'c.json'), '{"vxlans":3}')
  await expect(load(changed)).rejects.toThrow()
  rmSync(join(directory, 'c.json'))
  mkdirSync(join(directory, 'c.json'))
  await expect(load(changed)).rejects.toThrow()
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
