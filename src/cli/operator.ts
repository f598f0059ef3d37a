/** How an operator reaches the store: options of `vxagent fleet grant`, `evict`, `push` and others, and what the files say where an option is not given. */
import { readFileSync } from 'node:fs'
import { limitsFor } from '../agent/desired/limits.ts'
import type { FleetSpec } from '../agent/desired/schema.ts'
import type { Certificates } from '../fleet/etcd/channel.ts'
import type { Store } from '../fleet/etcd/store.ts'
import type { Operation } from '../fleet/operate/parts.ts'
import type { Input } from './input.ts'
import { desired, maxFileSize, readText, type ValueOption } from './options.ts'
import { UsageError } from './usage-error.ts'

/** Words with commas between them, each of which is read. */
export function listOf<T>(read: (text: string, source: string) => T): (text: string, source: string) => readonly T[] {
  return (text, source) =>
    readText(text, source)
      .split(',')
      .map((word) => read(word.trim(), source))
}

const endpoints: ValueOption<readonly string[] | undefined> = {
  name: 'endpoints',
  placeholder: 'URL,…',
  description: 'members of etcd, such as https://10.9.0.1:2379; by default those of the fleet section',
  fallback: undefined,
  isList: true,
  read: listOf(readEndpoint),
}
const ca: ValueOption<string | undefined> = {
  name: 'ca',
  placeholder: 'PATH',
  description:
    'certificates of the authority that signed those of the endpoints; by default that of the fleet section, if the endpoints are, else those that Node knows',
  fallback: undefined,
  suggestion: 'file',
  read: readText,
}
const cert: ValueOption<string | undefined> = {
  name: 'cert',
  placeholder: 'PATH',
  description: 'certificate of the operator: its CommonName is a user of etcd that has its role root',
  fallback: undefined,
  suggestion: 'file',
  read: readText,
}
const key: ValueOption<string | undefined> = {
  name: 'key',
  placeholder: 'PATH',
  description: 'key of --cert',
  fallback: undefined,
  suggestion: 'file',
  read: readText,
}
const fleet: ValueOption<string | undefined> = {
  name: 'fleet',
  placeholder: 'NAME',
  description: 'the fleet; by default that of the fleet section',
  fallback: undefined,
  read: readName,
}

export const operatorOptions = [endpoints, ca, cert, key, fleet]

function readEndpoint(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isBare = url !== undefined && url.pathname === '/' && url.username + url.password + url.search + url.hash === ''
  if (!isBare || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new UsageError(`${source} must be URLs such as https://10.9.0.1:2379, not ${JSON.stringify(text)}`)
  }
  return text
}

/** A name that is one part of a key in the store. */
export function readName(text: string, source: string): string {
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text)) {
    throw new UsageError(
      `${source} must be up to 63 letters, digits, dots, hyphens and underscores, with a letter or digit at both ends, not ${JSON.stringify(text)}`,
    )
  }
  return text
}

/** The one host that is meant. Throws UsageError. */
export function readNode(operands: readonly string[]): string {
  const [node, ...more] = operands
  if (node === undefined || more.length > 0) {
    throw new UsageError('say one host: its NODE, as vxagent fleet nodes has it')
  }
  return readName(node, 'NODE')
}

/** Where the store is, and who the operator is there. */
interface Access {
  readonly fleet: string
  readonly endpoints: readonly string[]
  readonly certificates?: Certificates
}

/** Does something about a host in the store. Errors of the store have advice for an operator. Throws UsageError. */
export function operate<T>(input: Input, node: string, work: (operation: Operation) => Promise<T>): Promise<T> {
  return withStore(input, ({ store, rights, fleet: name }) => work({ store, rights, fleet: name, node }))
}

/** The store, and who asks. */
export interface OpenStore {
  readonly store: Store
  readonly rights: Operation['rights']
  readonly fleet: string
  /** Of the operator, in PEM form; undefined: without TLS. */
  readonly certificate: Buffer | undefined
}

/** Does something in the store. Errors of the store have advice for an operator. Throws UsageError. */
export async function withStore<T>(input: Input, work: (open: OpenStore) => Promise<T>): Promise<T> {
  const access = await accessOf(input)
  const [{ parseEndpoint }, { openRights, openStore }, { forOperator }] = await Promise.all([
    import('../fleet/etcd/channel.ts'),
    import('../fleet/etcd/open.ts'),
    import('../fleet/operate/parts.ts'),
  ])
  const { certificates } = access
  const options = {
    endpoints: access.endpoints.map(parseEndpoint),
    ...(certificates !== undefined && { certificates }),
  }
  const [store, rights] = await Promise.all([openStore(options), openRights(options)])
  try {
    return await work({ store, rights, fleet: access.fleet, certificate: certificates?.cert })
  } catch (error) {
    throw forOperator(error)
  } finally {
    store.close()
    rights.close()
  }
}

async function accessOf(input: Input): Promise<Access> {
  const given = { endpoints: input.value(endpoints), fleet: input.value(fleet) }
  const section = given.endpoints === undefined || given.fleet === undefined ? await sectionOf(input) : undefined
  const urls = given.endpoints ?? section?.endpoints ?? []
  const name = given.fleet ?? section?.name ?? ''
  // What the section says else is about its own endpoints.
  const ofEndpoints = given.endpoints === undefined ? section : undefined
  await refusePlain(urls, ofEndpoints?.insecure === true)
  const own = { cert: input.value(cert), key: input.value(key) }
  if ((own.cert === undefined) !== (own.key === undefined)) {
    throw new UsageError('--cert and --key belong together: give both')
  }
  if (!urls.some((url) => new URL(url).protocol === 'https:')) {
    return { fleet: name, endpoints: urls }
  }
  if (own.cert === undefined || own.key === undefined) {
    throw new UsageError(
      "--cert and --key are needed: the certificate of an operator, not that of this host, which may not change others' rights",
    )
  }
  const authority = input.value(ca) ?? ofEndpoints?.ca
  const { rootCertificates } = await import('node:tls')
  const certificates = {
    ca: authority === undefined ? Buffer.from(rootCertificates.join('\n')) : readPem(authority, '--ca'),
    cert: readPem(own.cert, '--cert'),
    key: readPem(own.key, '--key'),
  }
  return { fleet: name, endpoints: urls, certificates }
}

/** The section of the files. Throws UsageError where they have none: an operator need not be at a host of the fleet. */
async function sectionOf(input: Input): Promise<FleetSpec> {
  const [{ loadDesired }, { InvalidDesiredState }] = await Promise.all([
    import('../agent/desired/load.ts'),
    import('../agent/desired/issue.ts'),
  ])
  const path = input.value(desired)
  const remedy = 'give --endpoints and --fleet, or --desired for files that have one'
  try {
    const { state } = await loadDesired([path], undefined, limitsFor(input.value(maxFileSize)))
    if (state.fleet !== undefined) {
      return state.fleet
    }
  } catch (error) {
    if (error instanceof InvalidDesiredState) {
      const [issue] = error.issues
      throw new UsageError(`cannot take the fleet section from ${path}: ${issue?.message ?? error.message}; ${remedy}`)
    }
    throw error
  }
  throw new UsageError(`no file at ${path} has a fleet section; ${remedy}`)
}

/** What an operator says without TLS anybody on the way can change. */
async function refusePlain(urls: readonly string[], isInsecure: boolean): Promise<void> {
  const { isLoopbackEndpoint } = await import('../agent/desired/schema/fleet.ts')
  const plain = urls.find((url) => new URL(url).protocol === 'http:' && !isLoopbackEndpoint(url))
  if (plain !== undefined && !isInsecure) {
    throw new UsageError(
      `${plain} has no TLS and is not this host itself: anybody on the way could change what is asked for; use https://`,
    )
  }
}

function readPem(path: string, option: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Error(`cannot read ${option} ${path}: ${(error as Error).message}; give the path of a PEM file`, {
      cause: error,
    })
  }
}
