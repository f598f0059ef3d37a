/** The page of the fleet in a real browser, in front of a fleet process that says what the test wants. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import type { FleetReport } from '../../src/fleet/run/report.ts'
import { addressOf, fleetOf, nameOf } from '../../test/fleet/page/fleet-of.ts'
import { browse, canBrowse, type ViewOptions } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { FakeFleet } from '../support/fake-fleet.ts'
import { type Namespace, namespace } from '../support/namespace.ts'
import { openUiOn, shows } from '../support/ui.ts'
import { vxagentPath } from '../support/vxagent.ts'

const hasBrowser = await canBrowse()

interface Opened {
  readonly host: Namespace
  readonly fake: FakeFleet
  readonly page: Page
  readonly complaints: string[]
  /** Every address that the page asked for. */
  readonly asked: string[]
  readonly url: string
}

/** The page in front of a fleet process that says this. */
async function open(says: FleetReport, view: ViewOptions = {}): Promise<Opened> {
  const host = await namespace(onTestFinished)
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-page-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const fake = new FakeFleet(directory, says, onTestFinished)
  await fake.start()
  const env = { ...process.env, VXAGENT_FLEET_SOCKET: fake.socket, VXAGENT_SOCKET: join(directory, 'no-agent.sock') }
  const url = await openUiOn(host, env, ['--fleet'], onTestFinished)
  const { page, complaints } = await browse(host, onTestFinished, view)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(url)
  await shows(page, '#host', 'Fleet prod')
  await shows(page, '#fleet-mode', 'Live')
  return { host, fake, page, complaints, asked, url }
}

/** How much the last frame of a canvas took. */
async function drawn(page: Page, canvas: string): Promise<number> {
  return Number(await page.locator(canvas).getAttribute('data-drawn'))
}

function elements(page: Page): Promise<number> {
  return page.evaluate<number>('document.getElementsByTagName("*").length')
}

/** As many elements and drawn things as any fleet may take. */
const mostElements = 900
const mostDrawn = 6500

test.skipIf(!hasBrowser)(
  '500 hosts: found, scrolled, enlarged and updated with as much work as is in sight',
  async () => {
    const missing = { 7: [3], 123: [300, 301, 302] }
    const { page, fake, complaints, asked, url } = await open(
      fleetOf(500, { missing, silent: [200], gone: [77], probes: { '9-10': { state: 'unreachable' }, '0-1': {} } }),
    )
    await shows(page, '#directions', 'VNI 42, 500 hosts: 4 of 248,502 directions: entry missing')
    await shows(
      page,
      '#legend',
      /entry missing 4.*probes do not pass 1.*unknown 498.*probe passed 1.*not looked at 998/,
    )
    await eventually(() => expect(page.url()).toContain('#vni=42'))
    expect(page.url()).not.toContain('token')
    // Marks of what is not well stand out of cells that are smaller than they: 5, and some names.
    expect(await drawn(page, '#matrix-canvas')).toBeLessThan(200)
    expect(await elements(page)).toBeLessThan(mostElements)

    // The worst host is the first line, and its directions are a click away.
    await shows(page, '#hosts-viewport .row', new RegExp(`${nameOf(123)}.*✕ 3 missing`))
    await page.click('#hosts-viewport button')
    await shows(page, '#details-heading', nameOf(123))
    await shows(page, '#peers-viewport .row', new RegExp(`${nameOf(300)}.*✕ missing.*✓ entry`))
    await page.click('#peers-viewport button')
    await shows(
      page,
      '#details-body',
      `Entry: its kernel lacks the entry for ${addressOf(300)} (says ${nameOf(123)} itself`,
    )
    await shows(page, '#details-body', `ssh -L 8081:127.0.0.1:8081 ${nameOf(123)} vxagent ui --port 8081`)
    await eventually(() => expect(page.url()).toContain(`host=${nameOf(123)}&peer=${nameOf(300)}`))

    // Enlarged and scrolled to the far end.
    for (let step = 0; step < 12; step += 1) {
      await page.click('#zoom-in')
    }
    await page.locator('#matrix').evaluate((each) => each.scrollTo(each.scrollWidth, each.scrollHeight))
    await eventually(async () => expect(await drawn(page, '#matrix-canvas')).toBeGreaterThan(50))
    expect(await drawn(page, '#matrix-canvas')).toBeLessThan(mostDrawn)
    await page.locator('#hosts-viewport').evaluate((each) => each.scrollTo(0, each.scrollHeight))
    await eventually(async () =>
      expect(await page.locator('#hosts-viewport .row').last().textContent()).toContain(nameOf(499)),
    )
    expect(await elements(page)).toBeLessThan(mostElements)

    // It is repaired, and another one breaks: the page follows by itself.
    fake.say(fleetOf(500, { missing: { 4: [5] }, silent: [200], gone: [77] }))
    await shows(page, '#directions', '1 of 248,502 directions: entry missing')
    await shows(page, '#legend', /entry missing 1.*probes do not pass 0/)
    await shows(page, '#peers-viewport .row', new RegExp(nameOf(200)))

    await page.fill('#find', nameOf(4))
    await shows(page, '#hosts-count', /^1 of 500$/)
    await page.fill('#find', '')
    await page.check('#only-amiss')
    await shows(page, '#hosts-count', /^\d of 500$/)

    await page.click('#show-picture')
    await eventually(async () => expect(await page.getAttribute('#ring-canvas', 'data-drawn')).not.toBeNull())
    expect(await drawn(page, '#ring-canvas')).toBeLessThan(700)
    // What is amiss, and every direction of the chosen host.
    expect(Number(await page.getAttribute('#ring-canvas', 'data-edges'))).toBeLessThan(1 + 2 * 499)
    expect(await elements(page)).toBeLessThan(mostElements)

    const { origin } = new URL(url)
    expect(asked.filter((each) => !each.startsWith(`${origin}/`))).toEqual([])
    expect(complaints).toEqual([])
  },
)

test.skipIf(!hasBrowser)('by keys alone: to what is not well, to its hosts, and around the ring', async () => {
  const { page, complaints } = await open(fleetOf(40, { missing: { 3: [7], 20: [30] } }))
  await shows(page, '#directions', '2 of 1,560 directions')
  await page.locator('#matrix').focus()
  await shows(page, '#matrix-cell', `${nameOf(0)} itself`)
  await page.keyboard.press('ArrowRight')
  await shows(page, '#matrix-cell', `${nameOf(0)} to ${nameOf(1)}: entry there`)
  await page.keyboard.press('n')
  await shows(page, '#matrix-cell', `${nameOf(3)} to ${nameOf(7)}: entry missing`)
  await page.keyboard.press('n')
  await shows(page, '#matrix-cell', `${nameOf(20)} to ${nameOf(30)}: entry missing`)
  await page.keyboard.press('Enter')
  await shows(page, '#details-body', `${nameOf(20)} → ${nameOf(30)}`)
  await page.keyboard.press('p')
  await shows(page, '#matrix-cell', `${nameOf(3)} to ${nameOf(7)}`)
  await page.keyboard.press('End')
  await shows(page, '#matrix-cell', `${nameOf(3)} to ${nameOf(39)}`)
  await page.keyboard.press('Escape')
  await shows(page, '#details-heading', /^Host$/)

  await page.locator('#show-picture').focus()
  await page.keyboard.press('Enter')
  await page.locator('#ring').focus()
  await shows(page, '#ring-host', `${nameOf(0)}: to others: all 39 with the entry`)
  await page.keyboard.press('n')
  await shows(page, '#ring-host', `${nameOf(3)}: to others: ✕ 1 missing of 39`)
  await page.keyboard.press('ArrowLeft')
  await shows(page, '#ring-host', nameOf(2))
  await page.keyboard.press('Enter')
  await shows(page, '#details-heading', nameOf(2))
  expect(complaints).toEqual([])
})

test.skipIf(!hasBrowser)('one VNI at a time, by the address of the page too, and a pair by the pointer', async () => {
  const [one, two] = [fleetOf(3), fleetOf(3, { vni: 7, missing: { 0: [1] } })]
  const nodes = one.nodes.map((node, at) => {
    const [other, record] = [two.nodes[at], node.record]
    return {
      ...node,
      claims: [...node.claims, ...(other?.claims ?? [])],
      record: record && { ...record, vteps: [...record.vteps, ...(other?.record?.vteps ?? [])] },
      says: node.says && { ...node.says, vnis: [...node.says.vnis, ...(other?.says?.vnis ?? [])] },
    }
  })
  const finding = {
    code: 'other-mtu',
    severity: 'error',
    vni: 7,
    nodes: [nameOf(2)],
    message: 'VNI 7: MTU differs',
  } as const
  const { page, complaints } = await open({ ...one, nodes: nodes as FleetReport['nodes'], findings: [finding] })
  // The one with an error comes first where nobody asks for one.
  await shows(page, '#directions', 'VNI 7, 3 hosts: 1 of 6')
  await shows(page, '#findings', 'VNI 7: MTU differs')
  await page.click('#findings button')
  await shows(page, '#details-heading', nameOf(2))
  await page.selectOption('#vni', '42')
  await shows(page, '#directions', /VNI 42, 3 hosts: each has the entry/)
  await shows(page, '#findings', '1 in VNIs other than 42')
  await page.evaluate('location.hash = "#vni=7"')
  await shows(page, '#directions', 'VNI 7, 3 hosts')
  await page.evaluate('location.hash = "#vni=9"')
  await shows(page, '#stage-empty', 'No host has a VTEP in VNI 9')
  await page.evaluate('location.hash = "#vni=7"')
  await shows(page, '#directions', 'VNI 7, 3 hosts')

  // The first row, second column.
  const box = await page.locator('#matrix-canvas').boundingBox()
  const at = async (name: string): Promise<number> =>
    Number(await page.locator('#matrix-canvas').getAttribute(`data-${name}`))
  const side = await at('cell')
  const [x, y] = [(box?.x ?? 0) + (await at('left')) + 1.5 * side, (box?.y ?? 0) + (await at('top')) + 0.5 * side]
  await page.mouse.move(x, y)
  await shows(page, '.tip', `${nameOf(0)} to ${nameOf(1)}: entry missing`)
  await page.mouse.click(x, y)
  await shows(page, '#details-heading', `${nameOf(0)} (this host)`)
  await shows(page, '#details-body', `${nameOf(0)} → ${nameOf(1)}`)
  expect(await page.getAttribute('#details-body a', 'href')).toBe('/host')
  expect(complaints).toEqual([])
})

test.skipIf(!hasBrowser)('what hosts and findings say is text, and no address of theirs runs anything', async () => {
  const evil = '<img src=x onerror="document.title=1">"&\'\u202e'
  const says = fleetOf(3, { missing: { 1: [2] } })
  const nodes = says.nodes.map((node, at) => ({
    ...node,
    node: at === 2 ? evil : node.node,
    record: node.record && {
      ...node.record,
      agent: evil,
      page: at === 1 ? 'javascript:document.title=2' : 'https://evil.example/?<b>',
    },
  })) as FleetReport['nodes']
  const finding = { code: evil, severity: 'error', nodes: [evil], message: evil } as never
  const { page, complaints, asked } = await open({ ...says, nodes, findings: [finding], reason: evil })
  await shows(page, '#findings', '<img src=x')
  await page.click('#findings button')
  await shows(page, '#details-heading', '<img src=x')
  await shows(page, '#details-body', 'Its own page, as its record says: https://evil.example/?<b>')
  expect(await page.getAttribute('#details-body a', 'rel')).toBe('noopener noreferrer')
  await page.evaluate(`location.hash = "#vni=42&host=${nameOf(1)}"`)
  await shows(page, '#details-body', 'ssh -L')
  expect(await page.locator('#details-body a').count()).toBe(0)
  await page.evaluate(`location.hash = "#vni=42&host=${encodeURIComponent('<img src=y>')}&find=<b>"`)
  await shows(page, '#details-body', 'the fleet has no such host')
  const [title, images] = await page.evaluate<[string, number]>(
    '[document.title, document.querySelectorAll("img, main script, b").length]',
  )
  expect([title, images]).toEqual([expect.stringContaining('vxagent'), 0])
  expect(asked.filter((each) => !each.startsWith('http://127.0.0.1:'))).toEqual([])
  // The one refusal is the browser's word for the host that there is not.
  expect(complaints.filter((each) => !each.includes('404'))).toEqual([])
})

test.skipIf(!hasBrowser)('on a phone, in the dark, without scrolling sideways', async () => {
  const { page, complaints } = await open(fleetOf(60, { missing: { 3: [7] } }), {
    width: 320,
    height: 640,
    isDark: true,
  })
  await shows(page, '#hosts-viewport', nameOf(3))
  for (const view of ['#show-picture', '#show-matrix']) {
    await page.click(view)
    const [scroll, inner] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]')
    expect([view, scroll, inner]).toEqual([view, 320, 320])
  }
  await page.click('#hosts-viewport button')
  await shows(page, '#details-heading', nameOf(3))
  const box = await page.locator('#details').boundingBox()
  expect([box?.x, Math.round((box?.y ?? 0) + (box?.height ?? 0))]).toEqual([0, 640])
  expect(box?.height).toBeLessThan(0.5 * 640)
  const ground = await page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
  expect(Number(/\d+/.exec(ground)?.[0])).toBeLessThan(64)
  expect(complaints).toEqual([])
})

test.skipIf(!hasBrowser)('a fleet process that falls silent is not called live, and comes back', async () => {
  const says = fleetOf(3)
  const { page, fake } = await open(says)
  fake.say({ ...says, mode: 'stale', reason: 'etcd does not answer', since: '2026-12-01T00:00:00Z' })
  await shows(page, '#fleet-mode', /^Stale since .*: etcd does not answer; nothing changes/)
  fake.say({ ...says, mode: 'frozen', reason: '2 members are gone', frozen: { since: '', secondsLeft: 3000 } })
  await shows(page, '#fleet-mode', /^Frozen since .*: 2 members are gone; removals are held for 50m more/)
  await fake.stop()
  await shows(page, '#fleet-mode', /^Not live: .*the fleet process is not running.*below is what it said \d+s ago/)
  expect(await page.locator('#directions').count()).toBe(0)
  expect(await page.locator('#view').getAttribute('class')).toBe('stale')
  expect(await page.title()).toContain('! ')
  fake.say({ noFleet: 'no file has a fleet: section' })
  await fake.start()
  await shows(page, '#fleet-mode', 'This host is in no fleet: no file has a fleet: section')
  fake.say(says)
  await shows(page, '#fleet-mode', /^Live since/)
  await shows(page, '#directions', 'each has the entry of each other')
})

test('without a fleet process, a fleet, or permission it says so, and opens no port', async () => {
  const host = await namespace(onTestFinished)
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-page-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const ui = async (socket: string): Promise<{ code: number | null; said: string }> => {
    const held = host.hold(process.execPath, [vxagentPath, 'ui', '--fleet', '--fleet-socket', socket])
    const { code } = await held.finished
    return { code, said: held.output() }
  }
  const nobody = await ui(join(directory, 'none.sock'))
  expect([nobody.code, nobody.said]).toEqual([
    3,
    expect.stringContaining('the fleet process is not running (no such socket)'),
  ])
  const fake = new FakeFleet(directory, { noFleet: 'no file has a fleet: section' }, onTestFinished)
  await fake.start()
  const none = await ui(fake.socket)
  expect([none.code, none.said]).toEqual([
    3,
    expect.stringContaining('this host is in no fleet: no file has a fleet: section'),
  ])
})
