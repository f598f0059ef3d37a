/** A host of a fleet: an agent and a fleet process in a namespace, on the switch of an etcd. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FleetReport, NoFleet } from '../../src/fleet/run/report.ts'
import { askJson } from './ask.ts'
import type { Finished, Held } from './command.ts'
import type { EtcdCluster } from './etcd.ts'
import { eventually } from './eventually.ts'
import type { Cleanup, Namespace } from './namespace.ts'
import { Installation, vxagentPath } from './vxagent.ts'

/** How a host of a fleet is declared. */
export interface FleetHostOptions {
  readonly name: string
  /** Of 10.77.0.0/24. */
  readonly address: string
  /** More of the `fleet:` section. */
  readonly fleet?: object
  /** More of the vxlan. A key that is undefined is left out. */
  readonly vxlan?: object
  /** Bridges by name. */
  readonly bridges?: object
}

const zeroMac = '00:00:00:00:00:00'

export class FleetHost {
  readonly name: string
  readonly address: string
  readonly installation: Installation
  readonly #options: FleetHostOptions
  readonly #urls: readonly string[]
  #fleet: Held | undefined
  #monitor: Held | undefined
  /** Lines of the monitor that do not count. */
  #forgotten = 0

  constructor(host: Namespace, directory: string, urls: readonly string[], options: FleetHostOptions) {
    this.name = options.name
    this.address = options.address
    this.installation = new Installation(host, directory)
    this.#options = options
    this.#urls = urls
  }

  get host(): Namespace {
    return this.installation.host
  }

  get fleetSocket(): string {
    return join(this.installation.directory, 'run/fleet.sock')
  }

  /** Writes its file. */
  declare(more: { readonly fleet?: object; readonly vxlan?: object; readonly bridges?: object } = {}): void {
    const fleet = {
      ...{ name: 'lab', node: this.name, endpoints: this.#urls, lease: 10, grace: 10 },
      ...this.#options.fleet,
      ...more.fleet,
    }
    const vxlan0 = { id: 42, dev: 'eth1', dstport: 4789, remotes: 'fleet', ...this.#options.vxlan, ...more.vxlan }
    const bridges = { ...this.#options.bridges, ...more.bridges }
    this.installation.write('fleet.json', { fleet, vxlans: { vxlan0 }, bridges })
  }

  /** Starts the agent, and waits for it. */
  async startAgent(): Promise<void> {
    await this.installation.startAndWait()
    this.#monitor ??= this.host.hold('bridge', ['monitor', 'fdb'])
  }

  /** Starts the fleet process. Does not wait. @param env more of its environment */
  startFleet(env: NodeJS.ProcessEnv = {}, nodeArguments: readonly string[] = []): Held {
    const directories = {
      VXAGENT_FLEET_SOCKET: this.fleetSocket,
      VXAGENT_FLEET_STATE_DIR: join(this.installation.directory, 'fleet'),
    }
    this.#fleet = this.host.hold(process.execPath, [...nodeArguments, vxagentPath, 'fleet-agent'], {
      ...this.installation.env,
      ...directories,
      ...env,
    })
    return this.#fleet
  }

  async killFleet(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#fleet?.process.kill(signal)
    await this.#fleet?.finished
  }

  /** What the fleet process says. */
  report(): Promise<FleetReport | NoFleet> {
    return askJson(this.fleetSocket, '/v1/fleet') as Promise<FleetReport | NoFleet>
  }

  /** `vxagent fleet ARGUMENTS` there. */
  fleetCommand(...args: readonly string[]): Promise<Finished> {
    return this.host.finish(process.execPath, [vxagentPath, 'fleet', ...args], {
      env: { ...this.installation.env, VXAGENT_FLEET_SOCKET: this.fleetSocket },
    })
  }

  /** Waits until it follows the store. */
  live(timeoutMs = 60_000): Promise<FleetReport> {
    return eventually(
      async () => {
        const report = await this.report()
        if ('noFleet' in report || report.mode !== 'live' || report.publishing !== 'yes') {
          throw new Error(
            `${this.name}: ${JSON.stringify(report).slice(0, 2000)}\n${this.#fleet?.output().slice(-3000)}`,
          )
        }
        return report
      },
      { timeoutMs, everyMs: 100 },
    )
  }

  /** Addresses to which its kernel floods. */
  async floods(): Promise<string[]> {
    const entries: { mac: string; dst?: string }[] = await this.host.json('bridge -j fdb show dev vxlan0')
    return entries.flatMap(({ mac, dst }) => (mac === zeroMac && dst !== undefined ? [dst] : [])).sort()
  }

  /** Addresses to which its kernel flooded once and then no longer, in order, since the agent was first started. */
  removals(): string[] {
    const lines = this.#monitor?.output().split('\n') ?? []
    return lines
      .slice(this.#forgotten)
      .flatMap((line) => (line.startsWith(`Deleted ${zeroMac} `) ? (/ dst (\S+)/.exec(line)?.[1] ?? []) : []))
  }

  /** What was removed until now was removed by the test. */
  async forgetRemovals(): Promise<void> {
    await delay(300)
    this.#forgotten = Math.max(0, (this.#monitor?.output().split('\n').length ?? 0) - 1)
  }

  /** What its fleet process has logged. */
  log(): string {
    return this.#fleet?.output() ?? ''
  }
}

/** Makes hosts on the switch of a cluster, and starts both processes on each. */
export async function startHosts(
  cluster: EtcdCluster,
  names: readonly string[],
  cleanup: Cleanup,
  options: Pick<FleetHostOptions, 'vxlan'> & {
    /** Done in the namespace of each host before its agent starts. */
    readonly before?: (host: FleetHost) => Promise<void>
    /** Bridges of a host, by the place of its name. */
    readonly bridgesOf?: (index: number) => object
    /** More of the `fleet:` section of a host. */
    readonly fleetOf?: (name: string) => Promise<object>
  } = {},
): Promise<FleetHost[]> {
  const { fleetOf, bridgesOf, before, ...more } = options
  const urls = cluster.members.map(({ url }) => url)
  const hosts: FleetHost[] = []
  for (const [index, name] of names.entries()) {
    const address = `10.77.0.${101 + index}`
    const directory = mkdtempSync(join(tmpdir(), 'vxagent-fleet-'))
    // After what runs in the namespace, which writes there.
    cleanup(() => rmSync(directory, { recursive: true, force: true }))
    const namespace = await cluster.attach(name, address)
    const fleet = (await fleetOf?.(name)) ?? { insecure: true }
    const bridges = bridgesOf?.(index) ?? {}
    const host = new FleetHost(namespace, directory, urls, { name, address, fleet, bridges, ...more })
    host.declare()
    await before?.(host)
    hosts.push(host)
  }
  await Promise.all(hosts.map((host) => host.startAgent()))
  for (const host of hosts) {
    host.startFleet()
  }
  return hosts
}

/** Waits until each of these hosts floods to all the others, and to nobody else. */
export async function expectMesh(hosts: readonly FleetHost[], timeoutMs = 60_000): Promise<void> {
  for (const host of hosts) {
    const others = hosts.filter((each) => each !== host).map(({ address }) => address)
    await eventually(
      async () => {
        const floods = await host.floods()
        if (floods.join() !== others.sort().join()) {
          throw new Error(`${host.name} floods to ${floods}, not to ${others}\n${host.log().slice(-3000)}`)
        }
      },
      { timeoutMs, everyMs: 100 },
    )
  }
}
