/** `owned.json`: the record of links and ports as text, with a checksum that tells damage from what was written. */
import { statSync } from 'node:fs'
import { uptime } from 'node:os'
import { crc32 } from 'node:zlib'
import * as z from 'zod'
import { portSchema } from '../desired/schema/port.ts'
import { DamagedFile, readJsonFile } from '../host/files.ts'
import type { BootAndNamespace } from './boot-and-namespace.ts'
import type { Guest, OwnedLink, OwnedPort } from './owned.ts'

/** What the file says. */
export interface RecordContent extends BootAndNamespace {
  readonly version: 3
  readonly links: Readonly<Record<string, OwnedLink>>
  readonly ports: Readonly<Record<string, OwnedPort>>
  readonly guests?: readonly Guest[]
}

const recordSchema: z.ZodType<RecordContent> = z.object({
  version: z.literal(3),
  /** Links do not outlive the boot that they were made in, nor their network namespace. */
  bootId: z.string(),
  networkNamespace: z.string(),
  links: z.record(
    z.string(),
    z.object({
      kind: z.enum(['vxlan', 'bridge']),
      id: z.number(),
      mac: z.string(),
      ifindex: z.number().exactOptional(),
      stated: z.array(z.string()),
      asideOf: z.string().exactOptional(),
      unshown: z.object({ mcroute: z.boolean().nullable().exactOptional() }).exactOptional(),
    }),
  ),
  ports: z.record(
    z.string(),
    z.object({
      ifindex: z.number(),
      master: z.string(),
      masterIfindex: z.number().exactOptional(),
      stated: z.array(z.string()),
    }),
  ),
  guests: z
    .array(
      z.object({
        name: z.string(),
        ifindex: z.number(),
        kind: z.string().exactOptional(),
        mac: z.string().exactOptional(),
        bridge: z.string(),
        bridgeIfindex: z.number(),
        spec: portSchema,
        isLost: z.literal(true).exactOptional(),
        attempts: z.number().exactOptional(),
      }),
    )
    .exactOptional(),
})

/** `,"crc32":"01234567"}` and the end of the line. */
const tail = /,"crc32":"([0-9a-f]{8})"\}\n$/
const tailLength = 21

/** The whole file. */
export function formatRecord(
  { links, ports, guests = [] }: Pick<RecordContent, 'links' | 'ports' | 'guests'>,
  here: BootAndNamespace,
): string {
  const content: RecordContent = { version: 3, ...here, links, ports, ...(guests.length > 0 && { guests }) }
  const open = JSON.stringify(content).slice(0, -1)
  return `${open},"crc32":"${checksum(open)}"}\n`
}

/**
 * Reads it; undefined when there is none. Throws when it cannot be read or is damaged: to guess would be to disown links, or to take
 * those of others for ours.
 */
export function readRecord(path: string): RecordContent | undefined {
  try {
    return readJsonFile(path, recordSchema, undefined, verify)
  } catch (error) {
    if (error instanceof DamagedFile && isFromBeforeBoot(path)) {
      return undefined
    }
    throw error
  }
}

/** Whether a file was last written before this boot: a power cut may have left it in pieces, and took the links that it tells of. */
export function isFromBeforeBoot(path: string): boolean {
  return statSync(path).mtimeMs < Date.now() - uptime() * 1000
}

/** CRC-32 in hexadecimal. */
export function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}

function verify(text: string): void {
  const stated = tail.exec(text.slice(-tailLength))?.[1]
  if (stated !== checksum(text.slice(0, -tailLength))) {
    throw new Error('its checksum does not match its content')
  }
}
