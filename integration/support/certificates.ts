/** Certificates for a test's cluster, made by openssl: an authority, members, and nodes whose CommonName is their user. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Certificates } from '../../src/fleet/etcd/channel.ts'
import { run } from './command.ts'
import type { Cleanup } from './namespace.ts'

/** Paths of a certificate and its key. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/** An authority that signs certificates, in a directory that goes with the test. */
export class Authority {
  readonly #directory: string
  readonly ca: string

  private constructor(directory: string) {
    this.#directory = directory
    this.ca = join(directory, 'ca.crt')
  }

  static async create(cleanup: Cleanup): Promise<Authority> {
    const directory = mkdtempSync(join(tmpdir(), 'vxagent-ca-'))
    cleanup(() => rmSync(directory, { recursive: true, force: true }))
    const authority = new Authority(directory)
    const files = ['-keyout', join(directory, 'ca.key'), '-out', authority.ca]
    await run('openssl', ['req', '-x509', ...keyOptions, ...files, '-days', '30', '-subj', '/CN=authority of a test'])
    return authority
  }

  /** A member's certificate, good for its addresses. It has no CommonName: etcd's own gateway would act as that user. */
  member(name: string, addresses: readonly string[]): Promise<CertificateFiles> {
    const names = addresses.map((address) => `IP:${address}`).join(',')
    return this.#sign(name, `/O=${name}`, `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`)
  }

  /** A node's certificate: etcd takes its CommonName for the user. */
  node(name: string, validity: readonly string[] = ['-days', '30']): Promise<CertificateFiles> {
    return this.#sign(`node-${name}`, `/CN=${name}`, 'extendedKeyUsage=clientAuth\n', validity)
  }

  /** A node's certificate that has ended. */
  expired(name: string): Promise<CertificateFiles> {
    return this.node(name, ['-days', '-1'])
  }

  /** What a client of this authority's cluster needs. */
  credentials(files?: CertificateFiles): Certificates {
    const own = files === undefined ? {} : { cert: readFileSync(files.cert), key: readFileSync(files.key) }
    return { ca: readFileSync(this.ca), ...own }
  }

  async #sign(
    name: string,
    subject: string,
    extensions: string,
    validity = ['-days', '30'] as readonly string[],
  ): Promise<CertificateFiles> {
    const path = (end: string): string => join(this.#directory, `${name}.${end}`)
    writeFileSync(path('ext'), extensions)
    await run('openssl', ['req', ...keyOptions, '-keyout', path('key'), '-out', path('csr'), '-subj', subject])
    const authority = ['-CA', this.ca, '-CAkey', join(this.#directory, 'ca.key'), '-CAcreateserial']
    const files = ['-in', path('csr'), '-out', path('crt'), '-extfile', path('ext')]
    await run('openssl', ['x509', '-req', ...files, ...authority, ...validity])
    return { cert: path('crt'), key: path('key') }
  }
}

const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
