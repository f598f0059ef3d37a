/** Who this host is in the fleet. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import type { FleetSpec } from '../../agent/desired/schema.ts'
import { readJsonFile, writeFileAtomically } from '../../agent/host/files.ts'
import { isNodeId } from '../records/keys.ts'

/** The host has no usable id: why, and what to do. */
export class NoIdentity extends Error {
  override readonly name = 'NoIdentity'
}

const instanceSchema = z.strictObject({ version: z.literal(1), instance: z.uuid() })

/**
 * What tells this host from another of the same id: made at the first start, and kept. Throws DamagedFile.
 * @param stateDir of the fleet process
 */
export function instanceOf(stateDir: string): string {
  const path = join(stateDir, 'instance.json')
  const known = readJsonFile(
    path,
    instanceSchema,
    'delete it: the fleet then takes this for another host until the lease of the old one ends',
  )
  if (known !== undefined) {
    return known.instance
  }
  const instance = randomUUID()
  writeFileAtomically(path, `${JSON.stringify({ version: 1, instance })}\n`, { mode: 0o600, isDurable: true })
  return instance
}

/**
 * The id: what the section states, else the CommonName of the certificate, else the name of the host. Throws NoIdentity.
 * @param commonName of the certificate, where there is one
 */
export function nodeIdOf({ node }: Pick<FleetSpec, 'node'>, commonName: string | undefined, hostname: string): string {
  if (node !== undefined && commonName !== undefined && node !== commonName) {
    throw new NoIdentity(
      `fleet.node is ${node}, and the certificate is that of ${JSON.stringify(commonName)}: the store lets each host write under its own name alone; leave fleet.node out, or use the certificate of ${node}`,
    )
  }
  const id = node ?? commonName ?? hostname
  if (!isNodeId(id)) {
    const origin = commonName === undefined ? 'the name of the host' : 'the CommonName of the certificate'
    throw new NoIdentity(
      `${origin}, ${JSON.stringify(id)}, cannot be an id in the fleet: up to 63 letters, digits, dots, hyphens and underscores, with a letter or digit at both ends; state fleet.node`,
    )
  }
  return id
}
