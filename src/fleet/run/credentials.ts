/** The certificates by which this host and the store know each other. */
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { FleetSpec } from '../../agent/desired/schema.ts'

/** What goes into TLS, as PEM. */
export interface Credentials {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** What the own certificate says. */
export interface OwnCertificate {
  /** The store's user, and the id of this host. */
  readonly commonName?: string
  readonly ends: Date
}

/** A file cannot be read, or is not what it should be: which, why, and what to do. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError'
}

/** Id that the service gives the directory of certificates in LoadCredential=. */
const credentialsId = 'fleet'

/**
 * The files that the section names. Where systemd has loaded the directory they are in (LoadCredential=fleet:…), they are read from there:
 * the user of the service may not read the directory itself. Throws CredentialsError.
 * @param directory `$CREDENTIALS_DIRECTORY`
 */
export function readCredentials(
  { ca, cert, key }: Pick<FleetSpec, 'ca' | 'cert' | 'key'>,
  directory: string | undefined,
): Credentials {
  const read = (name: string, path: string | undefined): Buffer | undefined =>
    path === undefined ? undefined : readPem(name, path, directory)
  const [authority, own, secret] = [read('ca', ca), read('cert', cert), read('key', key)]
  return {
    ...(authority !== undefined && { ca: authority }),
    ...(own !== undefined && { cert: own }),
    ...(secret !== undefined && { key: secret }),
  }
}

/** What the certificate says. Throws CredentialsError. */
export function readOwnCertificate(cert: Buffer, path: string): OwnCertificate {
  try {
    const certificate = new X509Certificate(cert)
    // etcd takes the last one where there are several.
    const commonName = [certificate.toLegacyObject().subject.CN].flat().at(-1)
    return { ...(commonName !== undefined && { commonName }), ends: new Date(certificate.validTo) }
  } catch (error) {
    throw new CredentialsError(
      `${path} holds no certificate: ${(error as Error).message}; write one in PEM form there`,
      {
        cause: error,
      },
    )
  }
}

function readPem(name: string, path: string, directory: string | undefined): Buffer {
  const loaded = directory === undefined ? undefined : join(directory, `${credentialsId}_${basename(path)}`)
  const actual = loaded !== undefined && existsSync(loaded) ? loaded : path
  try {
    return readFileSync(actual)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const remedy =
      code === 'ENOENT'
        ? `put it there, or change fleet.${name}; then systemctl restart vxagent-fleet`
        : code === 'EACCES'
          ? 'if it is in /etc/vxagent/fleet, it was not there when the service started: put it there, then systemctl restart vxagent-fleet; elsewhere let the user vxagent-fleet read it'
          : 'see docs/guides/fleet.md'
    throw new CredentialsError(`cannot read fleet.${name} ${path}: ${message}; ${remedy}`, { cause: error })
  }
}
