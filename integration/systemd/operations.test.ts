/** docs/guides/operations.md: what it types is typed on a machine with systemd, in its order, and what it shows is what comes. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Machine, machine, whyNoMachine } from '../support/machine.ts'
import type { Namespace } from '../support/namespace.ts'
import { builtPackage, machineArchitecture } from '../support/package.ts'
import { converged, declare, desiredDirectory, mainPid, noOverride, override, statusText } from '../support/service.ts'
import { expectShown, type Typed, typed } from '../support/typed-page.ts'
import { underlay } from '../support/underlay.ts'

const refusal = await whyNoMachine()
/** Commands that change nothing. */
const isLook =
  /^(vxagent (status|tunnels|links|fdb|explain|events|validate|diff)|runuser -u \w+ -- vxagent status|systemctl (status|show)|journalctl|ss|ps|ping|timeout \d+ tcpdump) ?/

const page = readFileSync(new URL('../../docs/guides/operations.md', import.meta.url), 'utf8')

/** A marked block, and the heading under which it stands. */
interface Block {
  readonly heading: string
  /** In the troubleshooting: what comes while something is wrong, or when all is well. */
  readonly side: 'bad' | 'good' | undefined
  /** For a file, where it lies. */
  readonly path: string | undefined
  readonly text: string
}

const marked =
  /^#+ (?<heading>[^\n]+)$|<!-- tested: operations(?:, (?<side>bad|good))? -->\n```\w+(?: (?<path>\S+))?\n(?<text>.*?)^```$/gms

function blocks(): Block[] {
  let heading = ''
  return [...page.matchAll(marked)].flatMap(({ groups = {} }) => {
    heading = groups['heading'] ?? heading
    const { side, path, text } = groups
    return text === undefined ? [] : [{ heading, side: side as Block['side'], path, text }]
  })
}

/** What differs each time is made alike. */
function alike(line: string): string {
  return line
    .replace(/\b[\da-f]{2}(:[\da-f]{2}){5}\b/g, 'MAC')
    .replace(/(\w{3} )?\d{4}-\d\d-\d\d[ T][\d:.]+( UTC|Z)?/g, 'DATE')
    .replace(/\b\d\d:\d\d:\d\d\.\d{6}\b/g, 'TIME')
    .replace(/\b\d+(ms|s|m|h)\b( ago| old)?/g, 'AGE$2')
    .replace(/\d+(\.\d+)? ms\b|last frame from it \d+ s ago/g, 'AGE')
    .replace(/\b(pid|user id|length|seq|limit) \(?\d+/g, '$1 N')
    .replace(/(10\.0\.2\.\d+)\.\d{5}\b/g, '$1.PORT')
    .replace(/^\s*\d+ +(vxagent$|history)/, 'N $1')
    .replace('/usr/lib/systemd', '/lib/systemd')
}

describe.skipIf(refusal !== undefined)('docs/guides/operations.md', () => {
  const undo: (() => void | Promise<void>)[] = []
  let host1: Machine
  let host2: Namespace
  let overlay = ''

  beforeAll(async () => {
    const path = await builtPackage()
    const hosts = await underlay({ host1: '10.0.2.1/24', host2: '10.0.2.2/24' }, (part) => void undo.push(part))
    host2 = hosts.host2
    // Without it only what the page sends is sent.
    await host2.run('sysctl', ['-qw', 'net.ipv6.conf.default.disable_ipv6=1'])
    host1 = await machine(hosts.host1, (part) => void undo.push(part))
    host1.writeOffline('/etc/apt/apt.conf.d/yes', 'APT::Get::Assume-Yes "true";\n')
    host1.writeOffline('/etc/dpkg/dpkg.cfg.d/quick', 'force-unsafe-io\n')
    await host1.boot()
    const name = `vxagent_0.1.0_${machineArchitecture}.deb`
    await host1.runWith({ input: readFileSync(path) }, 'sh', '-c', `cat >/root/${name}`)
    await host1.run('useradd', 'alice')
    await host1.run('useradd', 'bob')
  }, 120_000)

  afterAll(async () => {
    for (const part of undo.toReversed()) {
      await part()
    }
  })

  /** Types all commands of a block, and compares. */
  async function type({ text, path }: Block): Promise<void> {
    if (path !== undefined) {
      overlay = text
      await host1.write(path, text)
      return
    }
    for (const each of typed(text)) {
      if (isLook.test(each.command)) {
        // A person looks again as well when something has not happened yet.
        await eventually(async () => expectShown(each, await outputOf(each), alike))
      } else {
        expectShown(each, await outputOf(each), alike)
      }
    }
  }

  async function outputOf({ host, command }: Typed): Promise<string> {
    const script = `cd /root; { ${command.replaceAll('amd64', machineArchitecture)}; } 2>&1`
    if (host === 'host2') {
      return (await host2.finish('bash', ['-c', script])).stdout
    }
    return (await host1.finish('env', 'LC_ALL=C.UTF-8', 'bash', '-c', script)).stdout
  }

  /** What brings a symptom about, and what ends it, unless the page itself does. */
  interface Trouble {
    cause?(): Promise<unknown>
    cure?(): Promise<unknown>
  }

  const restart = () => host1.run('systemctl', 'restart', 'vxagent')
  const asBefore = () => declare(host1, 'overlay.yaml', overlay)
  const changed = (from: string | RegExp, to: string) => declare(host1, 'overlay.yaml', overlay.replace(from, to))
  const without = (name: string) => host1.run('rm', `${desiredDirectory}/${name}`)
  const answers = () => eventually(async () => expect(await host1.host.canPing('10.0.1.2')).toBe(true))
  const pings = () => host1.run('sh', '-c', 'ping -c 60 -i 0.25 10.0.1.2 >/dev/null 2>&1 &')
  const peer = (vxlan: string) =>
    host2.ipBatch(`
      link delete vxlan0
      link add vxlan0 type vxlan dev eth1 remote 10.0.2.1 ${vxlan}
      address add 10.0.1.2/24 dev vxlan0
      link set vxlan0 up`)
  const peerAsBefore = async () => {
    await peer('id 42 dstport 4789')
    await host1.host.ip('neigh flush dev vxlan0')
    await answers()
  }

  const troubles: Readonly<Record<string, Trouble>> = {
    'No ping across the overlay': {
      async cause() {
        // Who asks by itself whether we are still there would be learned again.
        await host2.ip('link set vxlan0 down')
        // With the link goes what it has learned.
        await without('overlay.yaml')
        await host1.run('vxagent', 'apply')
        await eventually(async () => expect(await host1.host.json('ip -j link show type vxlan')).toEqual([]))
        await changed(/10\.0\.2\.2\b/, '10.0.2.77')
        await eventually(async () => expect(await host1.host.json('ip -j link show type vxlan')).toHaveLength(1))
        await host1.host.finish('ping', ['-c', '1', '-W', '1', '10.0.1.2'])
        await eventually(async () => expect(await host1.run('vxagent', 'tunnels')).toMatch(/failed/))
      },
      async cure() {
        await host2.ip('link set vxlan0 up')
        await asBefore()
        await eventually(async () => {
          await host1.host.canPing('10.0.1.2')
          expect(await host1.run('vxagent', 'tunnels')).toMatch(/10\.0\.2\.2 .*learned head-end/)
        })
      },
    },
    'Frames are flooded': {},
    'A MAC address is behind the wrong VTEP': {
      async cause() {
        const [{ address }] = await host2.json('ip -j link show vxlan0')
        await host1.host.bridge(`fdb replace ${address} dev vxlan0 dst 10.0.2.9 static`)
        await host1.host.finish('ping', ['-c', '1', '-W', '1', '10.0.1.2'])
      },
      async cure() {
        const [{ address }] = await host2.json('ip -j link show vxlan0')
        await host1.host.bridge(`fdb delete ${address} dev vxlan0`)
        await answers()
      },
    },
    'The UDP ports differ': {
      async cause() {
        await peer('id 42 dstport 8472')
        await host1.host.ip('neigh flush dev vxlan0')
      },
      async cure() {
        await peerAsBefore()
        await host1.host.ip('neigh flush dev vxlan0')
        await pings()
      },
    },
    'A firewall, or another VNI': {
      async cause() {
        await peer('id 43 dstport 4789')
        await host1.host.ip('neigh flush dev vxlan0')
        await pings()
      },
      cure: peerAsBefore,
    },
    'Large packets do not arrive': {
      cause: () => host1.write('/root/large.yaml', `${overlay}    mtu: 1500\n`),
    },
    'The multicast group does not work': {
      cause: () => host1.host.ip('link add vx7 type vxlan id 7 group 239.7.7.7 dev eth1 dstport 4789'),
      cure: () => host1.host.ip('link delete vx7'),
    },
    'Waiting: dev does not exist': {
      cause: () =>
        declare(
          host1,
          'wait.yaml',
          'vxlans:\n  vxlan1:\n    id: 43\n    remote: 10.0.2.9\n    dev: eth7\n    dstport: 4789\n',
        ),
      cure: () => without('wait.yaml'),
    },
    'Conflict with a link that something else made': {
      async cause() {
        await host1.host.ip('link add vxlan5 type vxlan id 55 dev eth1 remote 10.0.2.9 dstport 4789')
        await declare(host1, 'five.yaml', 'vxlans:\n  vxlan5:\n    id: 55\n    remote: 10.0.2.8\n    dstport: 4789\n')
      },
    },
    'The desired files are invalid': {
      async cause() {
        await without('five.yaml')
        await changed('remotes', 'remots')
      },
      cure: asBefore,
    },
    'A file cannot be read': {
      cause: () => host1.run('chmod', '600', `${desiredDirectory}/overlay.yaml`),
      cure: () => host1.run('chmod', '644', `${desiredDirectory}/overlay.yaml`),
    },
    'A file was dropped, and nothing happens': {
      cause: () => declare(host1, 'more.conf', overlay),
      cure: () => without('more.conf'),
    },
    'The files are valid and not in force': {
      async cause() {
        await converged(host1)
        await changed('10.0.1.1/24', '10.0.1.5/24')
        await eventually(async () => expect(await host1.run('vxagent', 'status')).toContain('10.0.1.5/24'))
        await host1.run('vxagent', 'rollback')
      },
    },
    'A change of the files is held': {
      async cause() {
        await asBefore()
        await converged(host1)
        await without('overlay.yaml')
        await eventually(async () => expect(await statusText(host1)).toContain('is held'))
      },
      cure: asBefore,
    },
    'Drift is repaired again and again': {
      async cause() {
        await converged(host1)
        await eventually(
          async () => {
            await host1.host.ip('link set vxlan0 mtu 1400')
            expect(await statusText(host1)).toContain('repaired 20 times')
          },
          { timeoutMs: 60_000, everyMs: 1 },
        )
      },
      cure: () => host1.host.ip('link set vxlan0 mtu 1450'),
    },
    'The service does not start': {
      async cause() {
        await override(host1, 'AmbientCapabilities=')
        await host1.finish('systemctl', 'restart', 'vxagent')
      },
      async cure() {
        await noOverride(host1)
        await restart()
      },
    },
    'The port of --listen is refused': {
      async cause() {
        await host1.run('rm', '/etc/systemd/system/vxagent.service.d/listen.conf')
        await override(host1, 'Environment=VXAGENT_LISTEN=9101')
        await host1.finish('systemctl', 'restart', 'vxagent')
      },
      async cure() {
        await noOverride(host1)
        await restart()
      },
    },
    'Permission denied': {},
    'The watchdog restarts it': {
      async cause() {
        await override(host1, 'WatchdogSec=1\nTimeoutAbortSec=1\nRestartSec=100ms')
        await restart()
        const pid = await mainPid(host1)
        await host1.run('kill', '-STOP', String(pid))
        await eventually(async () => expect([0, pid]).not.toContain(await mainPid(host1)))
      },
      async cure() {
        await noOverride(host1)
        await restart()
      },
    },
    Overruns: {},
    'It takes much memory': {},
    'After purge and reinstall, links are in conflict': {
      async cause() {
        await converged(host1)
        await host1.run('systemctl', 'stop', 'vxagent')
        await host1.run('sh', '-c', 'rm -r /var/lib/vxagent/*')
        await host1.run('systemctl', 'start', 'vxagent')
      },
      async cure() {
        await host1.host.ip('link delete vxlan0')
        await converged(host1)
      },
    },
  }

  const all = blocks()
  const first = all.findIndex(({ side }) => side !== undefined)
  const last = all.findLastIndex(({ side }) => side !== undefined)

  test('install, the first overlay, settings, and an upgrade that no ping notices', async () => {
    expect(first).toBeGreaterThan(0)
    for (const block of all.slice(0, first).filter(({ heading }) => heading !== 'Upgrade')) {
      await type(block)
    }
    const traffic = host1.host.hold('ping', ['-i', '0.1', '10.0.1.2'])
    for (const block of all.slice(0, first).filter(({ heading }) => heading === 'Upgrade')) {
      await type(block)
    }
    traffic.process.kill('SIGINT')
    expect((await traffic.finished).stdout).toMatch(/ 0% packet loss/)
  })

  const symptoms = new Set(all.slice(first, last + 1).map(({ heading }) => heading))

  test('each symptom of the page can be brought about here', () => {
    expect([...symptoms].toSorted()).toEqual(Object.keys(troubles).toSorted())
  })

  test.each([...symptoms])('%s', async (symptom) => {
    const { cause, cure } = troubles[symptom] ?? {}
    const [bad, good] = (['bad', 'good'] as const).map((side) =>
      all.filter((block) => block.heading === symptom && block.side === side),
    )
    try {
      await cause?.()
      for (const block of bad ?? []) {
        await type(block)
      }
    } finally {
      await cure?.()
    }
    for (const block of good ?? []) {
      await type(block)
    }
  })

  test('uninstall: what vxagent made goes, the desired files stay', async () => {
    for (const block of all.slice(last + 1)) {
      await type(block)
    }
    expect(await host1.host.json('ip -j link show type vxlan')).toEqual([])
  })
})
