/** The views of the page in a real browser: what a person sees on a small laptop and on a phone. */
import { hostname } from 'node:os'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { type Browsing, browse, canBrowse, type ViewOptions } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { macs, story, type ThreeHosts, threeHosts } from '../support/three-hosts.ts'
import { openUi, shows } from '../support/ui.ts'

const hasBrowser = await canBrowse()
const laptop = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }

/** A second segment, by head-end replication; its VTEPs 10.0.2.252 and 10.0.2.254 are one host. */
const second = (...more: readonly string[]): object => ({
  vxlans: {
    vxlan7: {
      id: 7,
      dev: 'eth1',
      dstport: 4790,
      remotes: ['10.0.2.252', '10.0.2.254', ...more],
      sysctl: { ipv6: { disable_ipv6: 1 } },
    },
  },
})

/** The hosts with both segments, and the page in a browser of this size. */
async function open(view: ViewOptions): Promise<Browsing & { readonly hosts: ThreeHosts }> {
  const hosts = await threeHosts(onTestFinished, { ...story() })
  await hosts.vyos01.ip('address add 10.0.2.252/24 dev eth1')
  await hosts.vyos01.ip('link add vxlan7 type vxlan id 7 dev eth1 remote 10.0.2.1 dstport 4790')
  await hosts.vyos01.ip('link set vxlan7 up')
  hosts.agent.write('second.yaml', second())
  await hosts.ubuntu.canPing('10.0.2.252')
  await hosts.ubuntu.canPing('10.0.2.254')
  await hosts.ubuntu.canPing('10.0.1.254')
  await hosts.ubuntu.canPing('10.0.1.253')
  const browsing = await browse(hosts.ubuntu, onTestFinished, view)
  await browsing.page.goto(await openUi(hosts, onTestFinished))
  await shows(browsing.page, '#verdict', 'Converged: 2')
  await shows(browsing.page, '#drawing', /\+1/)
  return { ...browsing, hosts }
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Expects the first element that fits to be within what is in sight. */
async function isInSight(page: Page, selector: string): Promise<void> {
  const box = await page.locator(selector).first().boundingBox()
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 }
  expect(box).not.toBeNull()
  const { x, y, width: wide, height: high } = box as Box
  expect({ selector, left: x >= 0, top: y >= 0, right: x + wide <= width, bottom: y + high <= height }).toEqual({
    selector,
    left: true,
    top: true,
    right: true,
    bottom: true,
  })
}

/** Where each element that fits is on the page. */
function boxesOf(page: Page, selector: string): Promise<(Box & { readonly text: string })[]> {
  return page.locator(selector).evaluateAll((all) =>
    all.map((each) => {
      const { x, y, width, height } = each.getBoundingClientRect()
      return { x, y, width, height, text: each.textContent ?? '' }
    }),
  )
}

/** Texts of all elements that fit. */
function texts(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).allTextContents()
}

test.skipIf(!hasBrowser)('the header names the host, and turns red when the overlay is impaired', async () => {
  const { page, hosts, complaints } = await open(laptop)
  expect(await page.textContent('h1')).toBe(hostname())
  expect(await page.textContent('.host text')).toContain(hostname().slice(0, 5))
  await shows(page, '#health', /^No fault seen/)
  const colour = (): Promise<string> => page.evaluate('getComputedStyle(document.getElementById("health")).color')
  const before = await colour()

  hosts.agent.write('second.yaml', second('192.0.2.9'))
  await shows(page, '#health', /^Impaired: /)
  await shows(page, '#findings', /192\.0\.2\.9/)
  expect(await colour()).not.toBe(before)
  expect(await colour()).toBe('rgb(179, 38, 30)')
  expect(await page.title()).toBe(`! ${hostname()}: vxagent`)
  expect(await page.textContent('#verdict')).toMatch(/^Converged/)
  // Told by a sign, too, for whoever sees no colours.
  expect(await page.evaluate('getComputedStyle(document.getElementById("health"), "::before").content')).toContain('✕')
  await isInSight(page, '#health')
  await isInSight(page, '#findings li')

  // With both to tell, the details are in sight still.
  hosts.agent.write('broken.yaml', 'vxlans: {vxlan0: {id: 1, x: 2}, vxlan1: {}, vxlan2: {}, vxlan3: {}, vxlan4: {}}')
  await shows(page, '#verdict', /^Not converged/)
  await isInSight(page, '#objects li')
  await page.locator('.node[data-address="10.0.2.252"]').focus()
  await shows(page, '#details', macs.vyos01)
  await isInSight(page, '#details')
  hosts.agent.remove('broken.yaml')

  hosts.agent.write('second.yaml', second())
  await shows(page, '#health', /^No fault seen/)
  expect(await page.title()).toBe(`${hostname()}: vxagent`)

  await hosts.agent.stop()
  await shows(page, '#health', 'Health unknown')
  expect(await page.evaluate('getComputedStyle(document.getElementById("view")).opacity')).toBe('0.5')
  expect(complaints.filter((text) => !/503|502|EventSource|Failed to load/.test(text))).toEqual([])
})

test.skipIf(!hasBrowser)('details are in sight on a small laptop, and stay when the pointer leaves', async () => {
  const { page, complaints } = await open(laptop)
  await page.locator('.node[data-address="10.0.2.252"]').click()
  await shows(page, '#details', macs.vyos01)
  expect(await page.textContent('#details-heading')).toBe('10.0.2.252, 10.0.2.254')
  await isInSight(page, '#details')
  await isInSight(page, '#details-heading')
  await page.locator('.node[data-address="239.1.1.1"]').hover()
  expect(await page.textContent('#details-heading')).toContain('10.0.2.252')
  await page.keyboard.press('Escape')
  await shows(page, '#details', 'Point at a VTEP')
  await page.locator('.node[data-address="239.1.1.1"]').focus()
  await page.keyboard.press('Enter')
  await shows(page, '#details-heading', /^239\.1\.1\.1$/)
  // From the table of tunnels, too, wherever the page has been scrolled.
  await page.locator('#tunnel-rows button', { hasText: '10.0.2.253' }).click()
  await shows(page, '#details-heading', /^10\.0\.2\.253$/)
  await isInSight(page, '#details-heading')
  await page.click('#details-close')
  await shows(page, '#details', 'Point at a VTEP')
  // At the end of the page they have gone with the drawing, and cover nothing.
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
  const [side, table] = [await page.locator('#side').boundingBox(), await page.locator('#table').boundingBox()]
  expect((side as Box).y + (side as Box).height).toBeLessThanOrEqual((table as Box).y)
  expect(complaints).toEqual([])
})

test.skipIf(!hasBrowser)(
  'no remote moves when MAC addresses come, and remotes are in the order of addresses',
  async () => {
    const { page, hosts } = await open(laptop)
    const places = async (): Promise<Record<string, string | null>> =>
      Object.fromEntries(
        await page
          .locator('.node')
          .evaluateAll((all) =>
            all.map((each) => [each.getAttribute('data-address'), each.querySelector('.shape')?.outerHTML ?? null]),
          ),
      )
    const before = await places()
    expect(Object.keys(before)).toEqual(['239.1.1.1', '10.0.2.252', '10.0.2.253'])
    for (let last = 10; last < 30; last += 1) {
      await hosts.ubuntu.bridge(`fdb add 02:00:00:00:00:${last} dev vxlan0 dst 10.0.2.253`)
    }
    await shows(page, '.node[data-address="10.0.2.253"]', '21 MACs')
    expect(await places()).toEqual(before)
  },
)

test.skipIf(!hasBrowser)(
  'one VNI alone: in the drawing, the tunnels, the events and the forwarding table',
  async () => {
    const { page, hosts } = await open(laptop)
    await hosts.ubuntu.bridge('fdb add 02:00:00:00:00:77 dev vxlan7 dst 10.0.2.254')
    await shows(page, '#event-list', '02:00:00:00:00:77')
    await page.selectOption('#vni', '7')
    await eventually(async () => {
      expect(await page.locator('.node').count()).toBe(1)
      expect(await texts(page, '#tunnel-rows tr.vni .name')).toEqual(['VNI 7, vxlan7, UDP port 4790'])
      expect(await texts(page, '#tunnel-rows button')).toEqual(['10.0.2.252', '10.0.2.254'])
      expect(await texts(page, '#viewport .row :nth-child(2)')).toEqual(['vxlan7', 'vxlan7', 'vxlan7'])
    })
    await eventually(async () => {
      const events = await texts(page, '#event-list li')
      expect(events.length).toBeGreaterThan(0)
      expect(events.filter((text) => text.includes('vxlan0'))).toEqual([])
    })
    // The verdict is on the whole.
    await shows(page, '#verdict', 'Converged: 2')
    await page.selectOption('#vni', '')
    await eventually(async () => expect(await page.locator('.node').count()).toBe(3))
    await page.locator('#legend button', { hasText: 'VNI 42' }).click()
    await eventually(async () => expect(await page.locator('.node').count()).toBe(3))
    expect(await page.inputValue('#vni')).toBe('42')
  },
)

test.skipIf(!hasBrowser)('events by severity, with date, 24-hour time and a stated zone', async () => {
  const { page, hosts } = await open(laptop)
  await shows(page, '#event-list', 'learned')
  await shows(page, '#zone', /^All times: \S/)
  for (const text of await texts(page, '#event-list time')) {
    expect(text).toMatch(/^\d{4}-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}$/)
  }
  await hosts.ubuntu.ip('link set vxlan7 down')
  await page.selectOption('#event-severity', 'fault')
  await shows(page, '#event-list', 'link-down')
  const kinds = await texts(page, '#event-list .kind')
  expect(kinds.filter((kind) => !kind.startsWith('✕ '))).toEqual([])
  await page.selectOption('#event-severity', 'warning')
  await shows(page, '#event-list', 'repair')
  expect((await texts(page, '#event-list .kind')).filter((kind) => kind === 'learned')).toEqual([])
})

test.skipIf(!hasBrowser)('a field explains MAC and IP addresses, and says when it needs a link', async () => {
  const { page, complaints } = await open(laptop)
  await isInSight(page, '#explain-form')
  const asked = async (address: string, link = ''): Promise<void> => {
    await page.fill('#explain-address', address)
    await page.fill('#explain-link', link)
    await page.press('#explain-address', 'Enter')
  }
  await asked('10.0.1.254')
  await shows(page, '#explain-answer', /A frame to 10\.0\.1\.254 leaves .*10\.0\.2\.254/)
  expect(await page.locator('#explain-steps li').count()).toBeGreaterThan(3)
  await page.keyboard.press('Escape')
  await asked(macs.vyos02.toUpperCase())
  await shows(page, '#explain-answer', /10\.0\.2\.253/)
  await page.keyboard.press('Escape')
  // Known nowhere: both segments come into question.
  await asked('02:00:00:00:00:99')
  await shows(page, '#explain-answer', /--dev: .*vxlan7/)
  await page.keyboard.press('Escape')
  await asked('02:00:00:00:00:99', 'vxlan7')
  await shows(page, '#explain-answer', /10\.0\.2\.252/)
  await page.keyboard.press('Escape')
  await asked('nonsense')
  await shows(page, '#explain-answer', /must be a MAC address/)
  expect(complaints.filter((text) => !text.includes('400'))).toEqual([])
})

test.skipIf(!hasBrowser)('the forwarding table: floods and multicast last, and sorted by what is pressed', async () => {
  const { page, hosts } = await open(laptop)
  await hosts.ubuntu.bridge('fdb add 02:00:00:00:00:0a dev vxlan0 dst 10.0.2.100')
  await hosts.ubuntu.bridge('fdb add 02:00:00:00:00:0b dev vxlan0 dst 10.0.2.9')
  await shows(page, '#viewport', '02:00:00:00:00:0b')
  const column = (at: number): Promise<string[]> => texts(page, `#viewport .row :nth-child(${at})[role="cell"]`)
  const rank = (mac: string): number => (mac === '00:00:00:00:00:00' ? 2 : Number.parseInt(mac.slice(0, 2), 16) & 1)
  const ranks = (await column(1)).map(rank)
  expect(ranks).toContain(2)
  expect(ranks).toEqual(ranks.toSorted())

  await page.fill('#search', 'vxlan0 permanent')
  await page.click('[data-column="to"] button')
  await eventually(async () => expect(await column(4)).toEqual(['10.0.2.9', '10.0.2.100']))
  expect(await page.getAttribute('[data-column="to"]', 'aria-sort')).toBe('ascending')
  await page.click('[data-column="to"] button')
  await eventually(async () => expect(await column(4)).toEqual(['10.0.2.100', '10.0.2.9']))
  expect(await page.getAttribute('[data-column="to"]', 'aria-sort')).toBe('descending')
  await page.click('[data-column="to"] button')
  expect(await page.getAttribute('[data-column="to"]', 'aria-sort')).toBe('none')
  await page.focus('[data-column="mac"] button')
  await page.keyboard.press('Space')
  expect(await page.getAttribute('[data-column="mac"]', 'aria-sort')).toBe('ascending')
})

test.skipIf(!hasBrowser)('the tunnels with what each VNI carries now, as numbers and as a curve', async () => {
  const { page, hosts } = await open(laptop)
  const pings = hosts.ubuntu.hold('ping', ['-q', '-i', '0.05', '-s', '1000', '10.0.1.254'])
  onTestFinished(() => void pings.process.kill('SIGINT'))
  await shows(page, '#tunnel-rows', /VNI 7.*VNI 42/)
  await shows(page, '#tunnel-rows', /10\.0\.2\.254learned1/)
  await shows(page, '#tunnel-rows', /joined/)
  await shows(page, '#tunnel-rows', /confirmed (for )?\d+s/)
  const busy = page.locator('#tunnel-rows tr.vni', { hasText: 'VNI 42' })
  await eventually(
    async () => {
      expect(await busy.textContent()).toMatch(/in.*\d kbit\/s, \d+ packets\/s.*out.*\d kbit\/s/)
      const curves = await busy
        .locator('.curve path:not(.base)')
        .evaluateAll((all) => all.map((each) => each.getAttribute('d')))
      expect(curves).toHaveLength(2)
      for (const curve of curves) {
        expect(curve).toMatch(/^M[\d. ]+L/)
      }
    },
    { timeoutMs: 40_000 },
  )
  expect(await busy.locator('.curve').first().getAttribute('aria-label')).toMatch(
    /^in over the last 5 minutes, .*bit\/s/,
  )
})

test.skipIf(!hasBrowser)('on a phone no labels collide, and details are a sheet in sight', async () => {
  const { page, hosts, complaints } = await open(phone)
  hosts.agent.write('second.yaml', second('192.0.2.9', '10.0.2.250', '10.0.2.251'))
  await shows(page, '#drawing', '192.0.2.9')
  await shows(page, '#drawing', '10.0.2.251')
  const labels = await boxesOf(page, '#drawing text')
  expect(labels.length).toBeGreaterThanOrEqual(13)
  for (const [at, a] of labels.entries()) {
    expect(a.x).toBeGreaterThanOrEqual(0)
    expect(a.x + a.width).toBeLessThanOrEqual(phone.width)
    for (const b of labels.slice(at + 1)) {
      // A pixel of the lines' own height may be shared by the two lines of one label.
      const isApart =
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y + 1.5 || b.y + b.height <= a.y + 1.5
      expect({ a: a.text, b: b.text, isApart }).toMatchObject({ isApart: true })
    }
  }
  await page.locator('.node[data-address="10.0.2.252"]').click()
  await shows(page, '#details-heading', '10.0.2.252, 10.0.2.254')
  await isInSight(page, '#details-heading')
  await isInSight(page, '#details')
  // What was chosen is not covered.
  const node = (await page.locator('.node[data-address="10.0.2.252"] .shape').boundingBox()) as Box
  const sheet = (await page.locator('#details').boundingBox()) as Box
  expect(node.y + node.height).toBeLessThanOrEqual(sheet.y)
  const [scroll, inner] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]')
  expect([scroll, inner]).toEqual([phone.width, phone.width])
  await page.click('#details-close')
  expect(await page.isVisible('#details')).toBe(false)
  expect(complaints).toEqual([])
})
