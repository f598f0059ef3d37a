#!/usr/bin/env node
/**
 * Makes the pictures of the page of the fleet in docs/screenshots anew: of 120 hosts that a program plays, since no machine has room for them.
 * Needs root, iproute2 and chromium; build first. Usage: sudo scripts/fleet-screenshots.js
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ourModule } from '../bench/support/our-module.js'
import { launchChromium } from '../integration/support/chromium.js'
import { smallPng } from './small-png.js'

process.chdir(new URL('..', import.meta.url).pathname)
const target = 'docs/screenshots'
const hosts = 120
const namespace = `vxshots${process.pid}`
const work = mkdtempSync(join(tmpdir(), 'vxagent-shots-'))

/** @typedef {typeof import('../test/fleet/page/fleet-of.ts') & typeof import('../integration/support/fake-fleet.ts')} Ours */
/** @type {Ours} */
const { FakeFleet, fleetOf, nameOf } = await ourModule('page', [
  '../test/fleet/page/fleet-of.ts',
  '../integration/support/fake-fleet.ts',
])

/** @typedef {Partial<import('../src/fleet/probe/directions.ts').ProbeDirection>} Probe */

/**
 * Probes as a fleet of some age has them: three of each host, and a rack whose uplink passes small packets only.
 * @returns {Record<string, Probe>}
 */
function probes() {
  /** @type {Record<string, Probe>} */
  const found = {}
  for (let from = 0; from < hosts; from += 1) {
    for (const step of [7, 23, 58]) {
      const to = (from + step) % hosts
      const isSmall = Math.floor(from / 20) === 3 && Math.floor(to / 20) !== 3
      found[`${from}-${to}`] = {
        ...{ sent: 5, lost: 0, roundTripMs: 0.42, sinceSeconds: 86_400, passes: isSmall ? 1386 : 1450 },
        ...(isSmall && { fails: 1450 }),
      }
    }
  }
  /** @type {Probe} */
  const silent = { state: 'unreachable', sinceSeconds: 540, sent: 5, lost: 5 }
  return { ...found, '14-21': silent, '14-37': silent, '90-97': { sent: 5, lost: 2, roundTripMs: 3.1 } }
}

/** @type {readonly { code: 'missing-entry' | 'mtu-too-large' | 'gone', severity: 'error' | 'warning', vni?: number, nodes: string[], message: string }[]} */
const findings = [
  {
    ...{ code: 'missing-entry', severity: 'error', vni: 42, nodes: [nameOf(31)] },
    message: `VNI 42: the kernel of ${nameOf(31)} lacks 3 entries that it should have, for ${nameOf(64)}, ${nameOf(65)}, ${nameOf(66)}: see vxagent status there`,
  },
  {
    ...{ code: 'gone', severity: 'error', nodes: [nameOf(77)] },
    message: `the record of ${nameOf(77)} is gone from the store since 2026-12-01T00:00:00.000Z; its entries stay until the grace is over: start vxagent-fleet there, or put it out with vxagent fleet evict ${nameOf(77)}`,
  },
]
const says = fleetOf(
  hosts,
  { missing: { 31: [64, 65, 66] }, silent: [102], gone: [77], probes: probes() },
  { findings: [...findings] },
)

/** @type {(() => unknown)[]} */
const undo = [() => rmSync(work, { recursive: true, force: true, maxRetries: 5 })]
try {
  execFileSync('ip', ['netns', 'add', namespace])
  undo.push(() => execFileSync('ip', ['netns', 'delete', namespace]))
  execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  const fake = new FakeFleet(work, says, (each) => undo.push(each))
  await fake.start()
  const browser = await launchChromium(namespace, work)
  undo.push(() => browser.close())
  const command = [process.execPath, 'dist/cli/main.js', 'ui', '--fleet', '--fleet-socket', fake.socket]
  const ui = spawn('ip', ['netns', 'exec', namespace, ...command])
  undo.push(() => ui.kill('SIGINT'))
  /** @type {string} */
  const url = await new Promise((resolve) => ui.stdout.once('data', (chunk) => resolve(`${chunk}`.trim())))
  /** @type {readonly (readonly [look: string, options: import('playwright-core').BrowserContextOptions])[]} */
  const looks = [
    ['light', { viewport: { width: 1280, height: 960 }, colorScheme: 'light' }],
    ['dark', { viewport: { width: 1280, height: 960 }, colorScheme: 'dark' }],
    ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
  ]
  for (const [look, options] of looks) {
    const page = await browser.newPage(options)
    await page.goto(url)
    await page.locator('#hosts-viewport .row').first().waitFor()
    await page.evaluate(`location.hash = '#vni=42&host=${nameOf(31)}&peer=${nameOf(64)}'`)
    await page.locator('#peers-viewport .row').first().waitFor()
    await delay(500)
    writeFileSync(join(target, `fleet-matrix-${look}.png`), smallPng(await page.screenshot()))
    await page.evaluate(`location.hash = '#vni=42&view=picture'`)
    await delay(500)
    writeFileSync(join(target, `fleet-picture-${look}.png`), smallPng(await page.screenshot()))
    await page.close()
  }
} finally {
  for (const each of undo.toReversed()) {
    await each()
  }
}
