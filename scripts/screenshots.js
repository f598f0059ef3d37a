#!/usr/bin/env node
/**
 * Makes docs/screenshots anew, from the demo: the page in Chromium, and the commands as a terminal shows them. Needs root, iproute2, ping,
 * script (util-linux) and chromium; build first. Usage: sudo scripts/screenshots.js
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { launchChromium } from '../integration/support/chromium.js'
import { smallPng } from './small-png.js'

process.chdir(new URL('..', import.meta.url).pathname)
const target = 'docs/screenshots'
const columns = 118
const work = mkdtempSync(join(tmpdir(), 'vxagent-shots-'))
const farSegment = 'link add vxlan7 type vxlan id 7 dev eth1 remote 10.0.2.1 dstport 8472'
/** @type {(() => unknown)[]} */
const undo = []

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ name: string, socket: string, desired: string }} Host */

/**
 * The demo, kept; gives what its host `ubuntu` is reached by.
 * @returns {Promise<Host>}
 */
async function demo() {
  const held = spawn('./demo', ['--keep'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  held.stdout.on('data', (chunk) => {
    text += chunk
  })
  undo.push(async () => {
    held.kill('SIGINT')
    await new Promise((resolve) => held.once('exit', resolve))
  })
  for (let tries = 0; !text.includes('files: '); tries += 1) {
    if (held.exitCode !== null || tries > 600) {
      throw new Error(`the demo did not come up:\n${text}`)
    }
    await delay(100)
  }
  const [, name = '', socket = ''] = /ip netns exec (\S+-ubuntu) env VXAGENT_SOCKET=(\S+)/.exec(text) ?? []
  return { name, socket, desired: socket.replace('run/vxagent.sock', 'desired.d') }
}

const host = await demo().catch(fail)
/** @type {(...words: string[]) => string[]} */
const inside = (...words) => ['netns', 'exec', host.name, ...words]
/** @type {(...words: string[]) => Buffer} */
const ip = (...words) => execFileSync('ip', ['-n', host.name, ...words])

/**
 * What a command prints on a terminal of this width, colours and all.
 * @param {string} command
 */
function terminal(command) {
  const line = `stty cols ${columns}; VXAGENT_DESIRED=${host.desired} VXAGENT_SOCKET=${host.socket} TERM=xterm-256color node dist/cli/main.js ${command}`
  const { status, stdout } = spawnSync('ip', inside('script', '-qec', line, '/dev/null'), { encoding: 'utf8' })
  // 5: the overlay is impaired, as it is meant to be here.
  if (status !== 0 && status !== 5) {
    throw new Error(`vxagent ${command}: exit code ${status}\n${stdout}`)
  }
  return stdout
}

/** @type {Readonly<Record<string, string>>} */
const colours = {
  1: 'font-weight:600',
  2: 'opacity:.65',
  31: 'color:#ff8a80',
  32: 'color:#57c272',
  33: 'color:#e3b341',
}

/**
 * Text with escape sequences for colours as HTML.
 * @param {string} text
 */
function html(text) {
  const escaped = text.replaceAll('\r', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  let open = 0
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const coloured = escaped.replace(/\u001b\[(\d*)m/g, (_, code) => {
    if (colours[code] !== undefined) {
      open += 1
      return `<span style="${colours[code]}">`
    }
    const end = '</span>'.repeat(open > 0 ? 1 : 0)
    open = Math.max(0, open - 1)
    return end
  })
  return coloured + '</span>'.repeat(open)
}

/**
 * @param {Browser} browser
 * @param {string} name
 * @param {readonly string[]} commands
 */
async function shootTerminal(browser, name, commands) {
  const body = commands.map((command) => `<b>$ vxagent ${html(command)}</b>\n${html(terminal(command))}`).join('\n')
  const path = join(work, `${name}.html`)
  const style =
    'margin:0;padding:16px 20px;background:#14171a;color:#e4e7ea;font:13px/1.4 "DejaVu Sans Mono",monospace;display:inline-block;white-space:pre'
  writeFileSync(path, `<!doctype html><meta charset="utf-8"><body style="margin:0"><pre style='${style}'>${body}</pre>`)
  const page = await browser.newPage({ viewport: { width: 1000, height: 200 } })
  await page.goto(`file://${path}`)
  save(name, await page.locator('pre').screenshot())
  await page.close()
}

/** Every look of the page, by name. @type {Readonly<Record<string, import('playwright-core').BrowserContextOptions>>} */
const looks = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
}

/** How long curves are let grow, in milliseconds. */
const curvesMs = 120_000

/**
 * Every view of the page, one after the other.
 * @type {Readonly<Record<string, (page: Page) => Promise<unknown>>>}
 */
const views = {
  async page(page) {
    await page.locator('.node[data-address="10.0.2.252"]').click()
    await page.locator('#details-macs li').first().waitFor()
  },
  async vni(page) {
    await page.keyboard.press('Escape')
    await page.selectOption('#vni', '7')
    await page.selectOption('#event-severity', 'warning')
    await page.locator('#tunnels').scrollIntoViewIfNeeded()
  },
  async table(page) {
    await page.selectOption('#vni', '')
    await page.click('[data-column="to"] button')
    await page.locator('#table').evaluate((table) => table.scrollIntoView())
  },
  async explain(page) {
    await page.evaluate('scrollTo(0, 0)')
    await page.fill('#explain-address', '10.0.1.254')
    await page.press('#explain-address', 'Enter')
    await page.locator('#explain-steps li').first().waitFor()
  },
}

/**
 * @param {Browser} browser
 * @param {string} url
 */
async function shootPages(browser, url) {
  const pages = await Promise.all(
    Object.entries(looks).map(async ([look, options]) => {
      const page = await browser.newPage(options)
      await page.goto(url)
      await page.locator('.node[data-address="10.0.2.252"]').waitFor()
      await page.locator('#viewport .row').first().waitFor()
      return { look, page }
    }),
  )
  await delay(curvesMs)
  for (const [view, show] of Object.entries(views)) {
    for (const { look, page } of pages) {
      await show(page)
      // The pointer, and what comes from the worker, have had their effect.
      await page.mouse.move(1, 1)
      await delay(700)
      save(`${view}-${look}`, await page.screenshot())
    }
  }
}

/**
 * @param {string} name
 * @param {Buffer} png
 */
function save(name, png) {
  writeFileSync(join(target, `${name}.png`), smallPng(png))
}

try {
  mkdirSync(target, { recursive: true })
  // Something to see: a host with two addresses, a second segment with a VTEP that nobody is, drift that is repaired, and MAC addresses.
  execFileSync('ip', ['-n', host.name.replace('ubuntu', 'vyos01'), 'address', 'add', '10.0.2.252/24', 'dev', 'eth1'])
  execFileSync('ip', ['-n', host.name.replace('ubuntu', 'vyos01'), ...farSegment.split(' ')])
  execFileSync('ip', ['-n', host.name.replace('ubuntu', 'vyos01'), 'link', 'set', 'vxlan7', 'up'])
  writeFileSync(
    join(host.desired, 'second.yaml'),
    'vxlans:\n  vxlan7:\n    id: 7\n    dev: eth1\n    dstport: 8472\n    remotes: [10.0.2.252, 10.0.2.254, 10.0.2.77]\n',
  )
  await delay(1000)
  ip('link', 'set', 'vxlan0', 'mtu', '1400')
  for (const last of ['71', '72', '73', '74']) {
    execFileSync('bridge', [
      '-n',
      host.name,
      'fdb',
      'add',
      `02:00:00:00:00:${last}`,
      'dev',
      'vxlan0',
      'dst',
      '10.0.2.254',
      'dynamic',
    ])
  }
  execFileSync('bridge', [
    '-n',
    host.name,
    'fdb',
    'replace',
    '02:00:00:00:00:71',
    'dev',
    'vxlan0',
    'dst',
    '10.0.2.253',
    'dynamic',
  ])
  for (const address of ['10.0.1.254', '10.0.2.252', '10.0.2.254']) {
    execFileSync('ip', inside('ping', '-c', '2', '-i', '0.2', address))
  }
  await delay(4000)

  const browser = await launchChromium(host.name, work)
  undo.push(() => browser.close())
  const ui = spawn('ip', inside('env', `VXAGENT_SOCKET=${host.socket}`, process.execPath, 'dist/cli/main.js', 'ui'))
  undo.push(() => ui.kill('SIGINT'))
  /** @type {string} */
  const url = await new Promise((resolve) => ui.stdout.once('data', (chunk) => resolve(`${chunk}`.trim())))

  // Traffic that comes and goes, for the curves.
  const traffic = spawn(
    'ip',
    inside('sh', '-c', 'while :; do ping -q -c 200 -i .02 -s 1200 10.0.1.254; ping -q -c 8 -i 1 10.0.1.254; done'),
  )
  undo.push(() => traffic.kill())
  await shootPages(browser, url)
  await shootTerminal(browser, 'tunnels', ['tunnels'])
  await shootTerminal(browser, 'explain', ['explain 10.0.1.254'])
  await shootTerminal(browser, 'events', ['events --once --recent 14'])
  await shootTerminal(browser, 'status', ['status', 'fdb'])
} finally {
  await end()
}

async function end() {
  for (const each of undo.toReversed()) {
    await each()
  }
  rmSync(work, { recursive: true, force: true })
}

/**
 * @param {unknown} error
 * @returns {Promise<never>}
 */
async function fail(error) {
  await end()
  throw error
}
