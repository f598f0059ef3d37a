/** The page of the fleet with 500 hosts in a real browser: what a frame takes while somebody scrolls, points, types, and while it follows. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launchChromium } from '../integration/support/chromium.js'
import { answerQuestions } from './support/child.js'
import { ourModule } from './support/our-module.js'

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {typeof import('../test/fleet/page/fleet-of.ts') & typeof import('../integration/support/fake-fleet.ts')} Ours */

const hosts = 500
const steps = 60
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/**
 * In the page: does each step in a frame of its own, and gives what step and frame took: script, style, layout and painting, in seconds.
 * @param {Page} page
 * @param {string} step a function of the number of the step, as text
 * @returns {Promise<number[]>}
 */
function framesOf(page, step) {
  return page.evaluate(`(async () => {
    const step = ${step}
    const took = []
    for (let at = 0; at < ${steps}; at += 1) {
      const start = performance.now()
      step(at)
      const before = performance.now() - start
      await new Promise((resolve) => requestAnimationFrame(() => {
        const begin = performance.now()
        const { port1, port2 } = new MessageChannel()
        // It arrives when the frame has been drawn.
        port1.onmessage = () => { took.push((before + performance.now() - begin) / 1000); resolve() }
        port2.postMessage(0)
      }))
    }
    return took
  })()`)
}

/**
 * Tasks of the page's thread of 50 ms and more while the fleet process says something else each time, in seconds.
 * @param {Page} page
 * @param {(at: number) => void} change
 * @returns {Promise<number[]>}
 */
async function tasksWhileFollowing(page, change) {
  await page.evaluate(
    `globalThis.tasks = []; new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration / 1000))).observe({ type: 'longtask' })`,
  )
  for (let at = 0; at < 8; at += 1) {
    change(at)
    await page.waitForTimeout(3200)
  }
  return page.evaluate('tasks')
}

/** @type {Readonly<Record<string, string>>} */
const frames = {
  'scroll the matrix, cells of 14 px': `(at) => document.getElementById('matrix').scrollTo(at * 97, at * 61)`,
  'point across it': `(at) => document.getElementById('matrix-canvas').dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX: 300 + at * 7, clientY: 480 + at * 3 }))`,
  'scroll the list of hosts': `(at) => document.getElementById('hosts-viewport').scrollTo(0, at * 211)`,
  'search, letter by letter': `(at) => { const find = document.getElementById('find'); find.value = 'rack1'.slice(0, at % 6); find.dispatchEvent(new Event('input')) }`,
}

answerQuestions({
  async run() {
    if (spawnSync('sh', ['-c', 'command -v chromium']).status !== 0) {
      process.stderr.write('page: left out, there is no chromium on this machine\n')
      return { comparisons: [], bursts: [] }
    }
    execFileSync('ip', ['link', 'set', 'lo', 'up'])
    const directory = mkdtempSync(join(tmpdir(), 'vxagent-page-'))
    /** @type {Ours} */
    const { FakeFleet, fleetOf } = await ourModule('page', [
      '../test/fleet/page/fleet-of.ts',
      '../integration/support/fake-fleet.ts',
    ])
    /** @type {(() => unknown)[]} */
    const undo = [() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 })]
    /** @type {import('./support/result.js').Latency[]} */
    const latencies = []
    try {
      const missing = { 7: [3], 123: Array.from({ length: 40 }, (_, at) => 300 + at) }
      const fake = new FakeFleet(directory, fleetOf(hosts, { missing }), (each) => undo.push(each))
      await fake.start()
      const ui = spawn(process.execPath, [main, 'ui', '--fleet', '--fleet-socket', fake.socket])
      undo.push(() => ui.kill('SIGINT'))
      /** @type {string} */
      const url = await new Promise((resolve) => ui.stdout.once('data', (chunk) => resolve(`${chunk}`.trim())))
      const browser = await launchChromium(undefined, directory)
      undo.push(() => browser.close())
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
      await page.goto(url)
      await page.locator('#hosts-viewport .row').first().waitFor()
      /** @type {(job: string, ours: number[]) => void} */
      const add = (job, ours) => {
        latencies.push({ job: `${hosts} hosts: ${job}`, ours, load: loadavg()[0] ?? 0 })
      }
      for (let step = 0; step < 8; step += 1) {
        await page.click('#zoom-in')
      }
      for (const [job, step] of Object.entries(frames)) {
        add(job, await framesOf(page, step))
      }
      await page.click('#zoom-fit')
      add('point across the whole', await framesOf(page, frames['point across it'] ?? ''))
      await page.click('#show-picture')
      add(
        'point around the ring',
        await framesOf(
          page,
          `(at) => { const ring = document.getElementById('ring-canvas'); const { left, top, width, height } = ring.getBoundingClientRect(); ring.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX: left + width / 2 + 230 * Math.cos(at / 9), clientY: top + height / 2 + 230 * Math.sin(at / 9) })) }`,
        ),
      )
      const tasks = await tasksWhileFollowing(page, (at) =>
        fake.say(fleetOf(hosts, { missing: { [at]: [at + 1, at + 2] }, silent: [at + 50] })),
      )
      // None is a figure, too.
      add('tasks of 50 ms and more while it follows', tasks.length === 0 ? [0] : tasks)
    } finally {
      for (const each of undo.toReversed()) {
        await each()
      }
    }
    return { comparisons: [], bursts: [], latencies }
  },
})
