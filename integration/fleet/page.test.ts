/** The page of the fleet in a real browser, with three hosts that find each other through a real etcd. */
import { expect, onTestFinished, test } from 'vitest'
import { browse, canBrowse } from '../support/browser.ts'
import { isEtcdInstalled, startEtcd } from '../support/etcd.ts'
import { expectMesh, type FleetHost, startHosts } from '../support/fleet-host.ts'
import { openUiOn, shows } from '../support/ui.ts'

const canRun = isEtcdInstalled && (await canBrowse())

test.skipIf(!canRun)(
  'three hosts: entries, probes and findings as they change, the page of this host, and a silent etcd',
  { timeout: 300_000 },
  async () => {
    const cluster = await startEtcd(onTestFinished, { members: 1 })
    const names = ['vyos01', 'vyos02', 'ubuntu']
    const hosts = await startHosts(cluster, names, onTestFinished, {
      fleetOf: async (name) => ({
        ...{ insecure: true, probe: { every: 10 } },
        ...(name === 'vyos02' && { page: 'https://vyos02.example:8443/' }),
      }),
    })
    const [vyos01, , ubuntu] = hosts as [FleetHost, FleetHost, FleetHost]
    for (const [at, host] of hosts.entries()) {
      host.declare({ vxlan: { addresses: [`10.0.1.${at + 1}/24`] } })
    }
    await Promise.all(hosts.map((host) => host.live()))
    await expectMesh(hosts)

    const env = { ...vyos01.installation.env, VXAGENT_FLEET_SOCKET: vyos01.fleetSocket }
    const url = await openUiOn(vyos01.host, env, ['--fleet'], onTestFinished)
    const { page, complaints } = await browse(vyos01.host, onTestFinished)
    await page.goto(url)
    const showsSoon = (selector: string, text: string | RegExp): Promise<void> => shows(page, selector, text, 60_000)
    await shows(page, '#fleet-mode', /^Live since/)
    await showsSoon(
      '#directions',
      'VNI 42, 3 hosts: each has the entry of each other; probes passed in 6 of 6 directions',
    )
    await showsSoon('#check', 'check found nothing')
    for (const name of names) {
      await shows(page, '#hosts-viewport', name)
    }

    // The pages of hosts: this one here, the one that says where it is, and the one that does not.
    await page.click('#hosts-viewport [data-key="vyos02"]')
    await shows(page, '#details-body', 'Its own page, as its record says: https://vyos02.example:8443/')
    await page.click('#peers-viewport [data-key="vyos01"]')
    await shows(
      page,
      '#details-body',
      /Entry: its kernel has the entry for 10\.77\.0\.101 \(says vyos02 itself, for revision \d+/,
    )
    await shows(page, '#details-body', /Probe: passes.*there and back in [\d.]+ ms/)
    await page.click('#hosts-viewport [data-key="ubuntu"]')
    await shows(page, '#details-body', 'ssh -L 8081:127.0.0.1:8081 ubuntu vxagent ui --port 8081')
    await page.click('#hosts-viewport [data-key="vyos01"]')
    await page.click('text=Open the page of this host')
    await shows(page, '#verdict', /^Converged/)
    await shows(page, '#fleet', /^Fleet lab live: 3 members/)
    await page.click('#fleet-link')
    await shows(page, '#host', 'Fleet lab')
    expect(complaints).toEqual([])

    // Another UDP port on one end: the records differ, and probes to it no longer pass.
    ubuntu.declare({ vxlan: { dstport: 8472, addresses: ['10.0.1.3/24'] } })
    await showsSoon('#findings', 'UDP port differs')
    await showsSoon('#check', /check found .*error/)
    await page.click('#findings [data-host="ubuntu"]')
    await shows(page, '#details-heading', 'ubuntu')
    ubuntu.declare({ vxlan: { addresses: ['10.0.1.3/24'] } })
    await showsSoon('#check', 'check found nothing')

    await ubuntu.killFleet()
    await showsSoon('#hosts-viewport', /ubuntu.*gone/)
    await shows(page, '#directions', 'VNI 42, 3 hosts: each has the entry of each other')
    await shows(page, '#findings', 'the record of ubuntu is gone')

    await cluster.members[0]?.kill()
    await showsSoon('#fleet-mode', /^Stale since .*; nothing changes, and what is shown is of then/)
    await shows(page, '#directions', /4 of|unknown/)

    await vyos01.killFleet()
    await showsSoon('#fleet-mode', /^Not live: no word from the fleet process: .*is not running/)
  },
)
