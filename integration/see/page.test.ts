/** The page in a real browser: what it shows is what the host has, and nothing from the network does anything to it. */
import { hostname } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { browse, canBrowse } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { macs, story, threeHosts } from '../support/three-hosts.ts'
import { openUi, shows } from '../support/ui.ts'

const hasBrowser = await canBrowse()

test.skipIf(!hasBrowser)('the overlay, its events and its table, live; a MAC address explained', async () => {
  const hosts = await threeHosts(onTestFinished)
  const { ubuntu, agent } = hosts
  await ubuntu.canPing('10.0.1.254')
  const { page, complaints } = await browse(ubuntu, onTestFinished)
  await page.goto(await openUi(hosts, onTestFinished))
  expect(page.url()).not.toContain('token')
  await shows(page, '#verdict', 'Converged')
  await shows(page, '#drawing', /239\.1\.1\.1.*group, joined/)
  await shows(page, '#legend', 'VNI 42')

  const vtep = page.locator('.node[data-address="10.0.2.254"]')
  await vtep.focus()
  await shows(page, '#details', macs.vyos01)
  await page.locator('.node[data-address="239.1.1.1"]').hover()
  await shows(page, '#details', /239\.1\.1\.1.*VNI 42 on vxlan0/)

  await ubuntu.bridge('fdb add 02:00:00:00:00:77 dev vxlan0 dst 192.0.2.9')
  await shows(page, '#event-list li', '02:00:00:00:00:77')
  await shows(page, '#viewport', '02:00:00:00:00:77')
  await shows(page, '.node.unresolved', '192.0.2.9')
  await page.fill('#event-filter', 'no such thing')
  await shows(page, '#event-list', 'Nothing yet')

  await page.fill('#search', '192.0.2.9 permanent')
  await shows(page, '#count', /^1 of /)
  await page.click('#viewport button')
  await shows(page, '#explain-answer', 'no route to 192.0.2.9')
  await page.keyboard.press('Escape')

  agent.write('broken.yaml', 'vxlans: {vxlan0: {id: nonsense}}')
  await shows(page, '#verdict', 'Not converged: the desired files are invalid')
  await shows(page, '#objects', /broken\.yaml:1:\d+/)
  agent.remove('broken.yaml')
  await shows(page, '#verdict', /^Converged/)
  expect(complaints).toEqual([])

  await agent.stop()
  await shows(page, '#verdict', 'the daemon is not running')
  await agent.startAndWait()
  await shows(page, '#verdict', /^Converged/)
  await shows(page, '#connection', /^live$/)
})

test.skipIf(!hasBrowser)('on a phone, in the dark, without scrolling sideways', async () => {
  const hosts = await threeHosts(onTestFinished)
  const { page, complaints } = await browse(hosts.ubuntu, onTestFinished, { width: 320, height: 640, isDark: true })
  await page.goto(await openUi(hosts, onTestFinished))
  await shows(page, '#verdict', 'Converged')
  await shows(page, '#viewport', '239.1.1.1')
  const [scroll, inner, ground] = await page.evaluate<[number, number, string]>(
    '[document.documentElement.scrollWidth, innerWidth, getComputedStyle(document.documentElement).backgroundColor]',
  )
  expect([scroll, inner]).toEqual([320, 320])
  const lightness = (/\d+/g.exec(ground) ?? ['255']).map(Number)
  expect(lightness[0]).toBeLessThan(64)
  expect(complaints).toEqual([])
})

test.skipIf(!hasBrowser)(
  '100,000 entries are searched while typing, and no more of them are drawn than are in sight',
  async () => {
    const count = 100_000
    const hosts = await threeHosts(onTestFinished)
    const mac = (number: number): string => `02:01:${(number + 2 ** 32).toString(16).slice(1).match(/../g)?.join(':')}`
    const lines = Array.from({ length: count }, (_, n) => `fdb add ${mac(n)} dev vxlan0 dst 10.0.2.${100 + (n % 100)}`)
    await hosts.ubuntu.bridgeBatch(lines)
    const { page, complaints } = await browse(hosts.ubuntu, onTestFinished)
    await page.goto(await openUi(hosts, onTestFinished))
    await shows(page, '#count', /100,0\d\d entries/)
    await page.evaluate(`
    globalThis.longTasks = []
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' })`)
    const wanted = mac(54_321)
    await page.locator('#search').pressSequentially(wanted)
    await shows(page, '#count', /^1 of 100,0/)
    expect(await page.textContent('#viewport')).toContain(wanted)
    await page.fill('#search', '10.0.2.177')
    await shows(page, '#count', /^1,000 of /)
    await page.fill('#search', '')
    await shows(page, '#count', /^100,0\d\d entries/)
    await page.locator('#viewport').evaluate((each) => {
      each.scrollTop = each.scrollHeight
    })
    await eventually(async () => expect(await page.textContent('#viewport')).toContain(mac(count - 1)))
    expect(await page.locator('#viewport .row').count()).toBeLessThan(200)
    await page.click('[data-column="to"] button')
    await eventually(async () => expect(await page.textContent('#viewport .row')).toContain('10.0.2.100'))
    await page.click('[data-column="to"] button')
    await eventually(async () => expect(await page.textContent('#viewport .row')).toContain('239.1.1.1'))
    // The drawing of 100 VTEPs and more sums up those for which there is no room.
    await shows(page, '#drawing', /and \d+ more/)
    const longest = await page.evaluate<number>('Math.max(0, ...longTasks)')
    process.stdout.write(`longest task of the page's thread while searching 100,000 rows: ${Math.round(longest)} ms\n`)
    expect(complaints).toEqual([])
  },
)

test.skipIf(!hasBrowser)('names full of markup are text, and without the token there is nothing to see', async () => {
  const hosts = await threeHosts(onTestFinished, story())
  const { ubuntu } = hosts
  const name = '<img>"&\''
  await ubuntu.run('ip', ['link', 'add', name, 'type', 'vxlan', 'id', '77', 'remote', '10.0.2.254', 'dstport', '9999'])
  await ubuntu.run('ip', ['link', 'set', name, 'alias', '"><script>document.title="owned"</script>\u202e', 'up'])
  const { page, complaints } = await browse(ubuntu, onTestFinished)
  const url = await openUi(hosts, onTestFinished)
  await page.goto(url)
  await shows(page, '#viewport', name)
  await shows(page, '#event-list', name)
  await shows(page, '#verdict', /^Converged/)
  expect(await page.evaluate('[document.title, document.querySelectorAll("img, main script").length]')).toEqual([
    expect.stringMatching(new RegExp(`^(! )?${hostname()}: vxagent$`)),
    0,
  ])
  expect(complaints).toEqual([])

  const { page: other } = await browse(ubuntu, onTestFinished)
  const { origin } = new URL(url)
  for (const path of ['/', '/v1/status', '/?token=guessed']) {
    expect((await other.goto(origin + path))?.status()).toBe(403)
    expect(await other.textContent('body')).toContain('with its token')
  }
})
