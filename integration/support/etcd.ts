/**
 * A real etcd: members in namespaces of their own on one switch, and a namespace for clients, in which the test itself runs meanwhile.
 * $VXA_TEST_ETCD names another binary than Debian's, with its etcdctl beside it (scripts/etcd35 prints one).
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'vitest'
import type { Endpoint } from '../../src/fleet/etcd/channel.ts'
import type { Authority, CertificateFiles } from './certificates.ts'
import { finish, type Held, run } from './command.ts'
import { eventually } from './eventually.ts'
import { stayInNetns } from './inside.ts'
import { type Cleanup, type Namespace, namespace } from './namespace.ts'

/** The binary under test. */
export const etcdBinary = process.env['VXA_TEST_ETCD'] ?? '/usr/bin/etcd'
const etcdctlBinary = join(dirname(etcdBinary), 'etcdctl')

/** Whether it is installed (Debian packages `etcd-server` and `etcd-client`, which `./check` installs). */
export const isEtcdInstalled = existsSync(etcdBinary) && existsSync(etcdctlBinary)

/** Skips a test that takes long, unless $VXA_TEST_EVERY_FAULT is set, and says so. */
export function amongEveryFault(context: TestContext): void {
  if (process.env['VXA_TEST_EVERY_FAULT'] === undefined) {
    context.skip('it takes long: set VXA_TEST_EVERY_FAULT=1 to run it')
  }
}

/** What a cluster is to be like. */
export interface EtcdOptions {
  /** 1 or 3. */
  readonly members?: number
  /** With TLS and client certificates, signed by it. */
  readonly authority?: Authority
  /** More arguments of each member. */
  readonly args?: readonly string[]
}

export const clientAddress = '10.77.0.10'
const cutOff = 'blackhole'

/** Starts a cluster and waits until it serves. The test's thread is in the clients' namespace until the test ends. */
export async function startEtcd(cleanup: Cleanup, options: EtcdOptions = {}): Promise<EtcdCluster> {
  const theSwitch = await namespace(cleanup)
  await theSwitch.ip('link add switch type bridge mcast_snooping 0')
  await theSwitch.ip('link set switch up')
  const join = async (port: string, address: string): Promise<Namespace> => {
    const host = await namespace(cleanup)
    await theSwitch.ip(`link add ${port} type veth peer name eth1 netns ${host.name}`)
    await theSwitch.ip(`link set ${port} master switch up`)
    await host.ip(`address add ${address}/24 dev eth1`)
    await host.ip('link set eth1 up')
    return host
  }
  const data = mkdtempSync(`${tmpdir()}/vxagent-etcd-`)
  cleanup(() => rmSync(data, { recursive: true, force: true }))
  const members: EtcdMember[] = []
  for (let number = 1; number <= (options.members ?? 3); number += 1) {
    const [name, address] = [`m${number}`, `10.77.0.${number}`]
    const host = await join(name, address)
    const files = await options.authority?.member(name, [address, '127.0.0.1'])
    members.push(new EtcdMember({ name, address, host, theSwitch, data: `${data}/${name}`, files, options }))
  }
  const client = await join('client', clientAddress)
  for (const member of members) {
    member.start(members)
    cleanup(() => member.kill())
  }
  cleanup(stayInNetns(client.name))
  const cluster = new EtcdCluster(members, { authority: options.authority, attach: join, theSwitch })
  await cluster.ready()
  return cluster
}

interface MemberSetting {
  readonly name: string
  readonly address: string
  readonly host: Namespace
  readonly theSwitch: Namespace
  readonly data: string
  readonly files: CertificateFiles | undefined
  readonly options: EtcdOptions
}

/** One member, and the faults that it can have. */
export class EtcdMember {
  readonly name: string
  readonly address: string
  readonly #setting: MemberSetting
  #peers: readonly EtcdMember[] = []
  #process: Held | undefined

  constructor(setting: MemberSetting) {
    this.name = setting.name
    this.address = setting.address
    this.#setting = setting
  }

  get endpoint(): Endpoint {
    return { host: this.address, port: 2379, isTls: this.#setting.files !== undefined }
  }

  get url(): string {
    return `${this.endpoint.isTls ? 'https' : 'http'}://${this.address}:2379`
  }

  /** Where its data is, for etcdctl's restore. */
  get data(): string {
    return this.#setting.data
  }

  /** `--initial-cluster` and what goes with it. */
  get clusterArguments(): string[] {
    const all = this.#peers.map(({ name, address }) => `${name}=http://${address}:2380`)
    return [
      ...['--name', this.name, '--data-dir', this.data],
      ...['--initial-cluster', all.join(','), '--initial-advertise-peer-urls', `http://${this.address}:2380`],
    ]
  }

  /** Starts it, with the data that it has. */
  start(members: readonly EtcdMember[] = this.#peers): void {
    this.#peers = members
    const { files, options, host } = this.#setting
    const tls =
      files === undefined
        ? []
        : [
            '--cert-file',
            files.cert,
            '--key-file',
            files.key,
            '--client-cert-auth',
            '--trusted-ca-file',
            options.authority?.ca ?? '',
          ]
    this.#process = host.hold(etcdBinary, [
      ...this.clusterArguments,
      ...['--listen-client-urls', this.url, '--advertise-client-urls', this.url],
      ...['--listen-peer-urls', `http://${this.address}:2380`, '--logger', 'zap', '--enable-grpc-gateway=false'],
      ...tls,
      ...(options.args ?? []),
    ])
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#process?.process.kill('SIGKILL')
    await this.#process?.finished
  }

  /** SIGSTOP: it holds its connections, and says nothing. */
  freeze(): void {
    this.#process?.process.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process?.process.kill('SIGCONT')
  }

  /** Deletes its data; it must not run. */
  wipe(): void {
    rmSync(this.data, { recursive: true, force: true })
  }

  /** Cuts it off from the other members, not from clients. */
  async isolate(): Promise<void> {
    for (const peer of this.#others()) {
      await this.#setting.host.ip(`route add ${cutOff} ${peer.address}`)
    }
  }

  async rejoin(): Promise<void> {
    for (const peer of this.#others()) {
      await this.#setting.host.ip(`route delete ${cutOff} ${peer.address}`)
    }
  }

  /** Takes its cable out: nothing says so to those who are connected. */
  unplug(): Promise<string> {
    return this.#setting.theSwitch.ip(`link set ${this.name} down`)
  }

  plug(): Promise<string> {
    return this.#setting.theSwitch.ip(`link set ${this.name} up`)
  }

  /** What it has printed. */
  output(): string {
    return this.#process?.output() ?? ''
  }

  #others(): EtcdMember[] {
    return this.#peers.filter((peer) => peer !== this)
  }
}

/** A key as etcdctl prints it. */
export interface TrueEntry {
  readonly value: string
  readonly createRevision: number
  readonly modRevision: number
}

/** A cluster, and what etcdctl says of it: the oracle, which shares no code with the client under test. */
export class EtcdCluster {
  readonly members: readonly EtcdMember[]
  /** Another host on the switch of the members: a name of its own there, and an address of 10.77.0.0/24. */
  readonly attach: (port: string, address: string) => Promise<Namespace>
  /** The switch itself; each host has a port of its name there. */
  readonly theSwitch: Namespace
  readonly #tls: readonly string[]

  constructor(
    members: readonly EtcdMember[],
    {
      authority,
      files,
      attach,
      theSwitch,
    }: Pick<EtcdCluster, 'attach' | 'theSwitch'> & {
      readonly authority: Authority | undefined
      readonly files?: CertificateFiles
    },
  ) {
    this.members = members
    this.attach = attach
    this.theSwitch = theSwitch
    this.#tls = authority === undefined ? [] : ['--cacert', authority.ca]
    if (files !== undefined) {
      this.#tls = [...this.#tls, '--cert', files.cert, '--key', files.key]
    }
  }

  /** The same cluster, asked with a certificate. */
  as(authority: Authority, files: CertificateFiles): EtcdCluster {
    return new EtcdCluster(this.members, { authority, files, attach: this.attach, theSwitch: this.theSwitch })
  }

  get endpoints(): Endpoint[] {
    return this.members.map(({ endpoint }) => endpoint)
  }

  /** Waits until a leader serves at each member. With TLS it waits until each listens: who may ask is for the test to say. */
  async ready(): Promise<void> {
    for (const member of this.members) {
      await eventually(
        async () => {
          if (
            member.endpoint.isTls ? !/serving client traffic/.test(member.output()) : !(await this.#isHealthy(member))
          ) {
            throw new Error(`${member.name} does not serve: ${member.output().slice(-2000)}`)
          }
        },
        { timeoutMs: 30_000 },
      )
    }
  }

  /** `etcdctl ARGUMENTS` at all members, or at the given one. */
  etcdctl(args: readonly string[], member?: EtcdMember): Promise<string> {
    return run(etcdctlBinary, [...this.#common(member), ...args], { env: { ...process.env, ETCDCTL_API: '3' } })
  }

  async put(key: string, value: string): Promise<void> {
    await this.etcdctl(['put', key, value])
  }

  /** All keys under a prefix, as etcd has them. */
  async truth(prefix: string): Promise<Map<string, TrueEntry>> {
    const { kvs = [] } = JSON.parse(await this.etcdctl(['get', '--prefix', prefix, '-w', 'json'])) as {
      kvs?: { key: string; value?: string; create_revision: number; mod_revision: number }[]
    }
    return new Map(
      kvs.map(({ key, value = '', create_revision: createRevision, mod_revision: modRevision }) => [
        text(key),
        { value: text(value), createRevision, modRevision },
      ]),
    )
  }

  /** The member that leads. */
  async leader(): Promise<EtcdMember> {
    return await eventually(async () => {
      for (const member of this.members) {
        const { stdout } = await finish(etcdctlBinary, [...this.#common(member), 'endpoint', 'status', '-w', 'json'], {
          env: { ...process.env, ETCDCTL_API: '3' },
        })
        // 64-bit ids: compared as text, since JSON would round them.
        const [leader, own] = [/"leader":(\d+)/.exec(stdout)?.[1], /"member_id":(\d+)/.exec(stdout)?.[1]]
        if (leader !== undefined && leader === own) {
          return member
        }
      }
      throw new Error('no member leads')
    })
  }

  /** A member that does not lead. */
  async follower(): Promise<EtcdMember> {
    const leader = await this.leader()
    return this.members.find((member) => member !== leader) as EtcdMember
  }

  async #isHealthy(member: EtcdMember): Promise<boolean> {
    const health = ['endpoint', 'health']
    const { code } = await finish(etcdctlBinary, [...this.#common(member), ...health], {
      env: { ...process.env, ETCDCTL_API: '3' },
    })
    return code === 0
  }

  #common(member: EtcdMember | undefined): string[] {
    const urls = (member === undefined ? this.members : [member]).map(({ url }) => url)
    return ['--endpoints', urls.join(','), '--command-timeout', '10s', ...this.#tls]
  }
}

function text(base64: string): string {
  return Buffer.from(base64, 'base64').toString()
}
