/** The `fleet:` section: the store through which the hosts of a fleet find each other's VTEPs, and how this host is known there. */
import * as z from 'zod'
import { whyNoWebAddress } from '../../facts/web-address.ts'
import { flag, unicastAddress, wholeNumber } from '../values.ts'

/** What `remotes` says for all members of the VNI. */
export const fleetWord = 'fleet'

/** A name that is one part of a key in the store, and safe to print. */
export const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

const name = (what: string) =>
  z.string({ error: `be ${what}` }).regex(namePattern, {
    error: `be ${what}: up to 63 letters, digits, dots, hyphens and underscores, with a letter or digit at both ends`,
  })

const file = () =>
  z.string({ error: 'be the path of a file' }).regex(/^\/[^\0]*[^/\0]$/, { error: 'be the absolute path of a file' })

const endpoint = () =>
  z.string({ error: 'be a URL such as https://10.9.0.1:2379' }).superRefine((text, context) => {
    const message = whyNoEndpoint(text)
    if (message !== undefined) {
      context.addIssue({ code: 'custom', message })
    }
  })

/** What an endpoint must be, where `text` is none. */
function whyNoEndpoint(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    return 'be a URL such as https://10.9.0.1:2379'
  }
  const { username, password, pathname, search, hash } = url
  return username + password + search + hash === '' && pathname === '/' ? undefined : 'be a host and a port alone'
}

/** Whether an endpoint is this host itself: nobody else can listen in on the way. */
export function isLoopbackEndpoint(text: string): boolean {
  const { hostname } = new URL(text)
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** The word that turns probes off. */
export const probeOff = 'off'

/** What `probe` has where it states nothing. 14789 is no port of VXLAN, and below those that the kernel gives out. */
export const probeDefaults = { every: 60, members: 3, port: 14_789 } as const

const probeKeys = {
  every: wholeNumber(10, 3600, ' seconds')
    .exactOptional()
    .meta({ description: 'Seconds between two rounds of probes, with some jitter. Default: 60.', examples: [60] }),
  members: wholeNumber(0, 64, ' members')
    .exactOptional()
    .meta({
      description:
        'Members of each VNI that a round probes, chosen at random; 0: this host answers probes, and sends some only when it is asked to. Default: 3.',
      examples: [3],
    }),
  port: wholeNumber(1024, 65535)
    .exactOptional()
    .meta({
      description:
        'UDP port in the overlay on which this host answers probes. The others read it in its record. Default: 14789.',
      examples: [14_789],
    }),
}

const probe = () =>
  z.union([z.literal(probeOff), z.strictObject(probeKeys).readonly()], {
    error: `be ${probeOff}, or a mapping such as {every: 60, members: 3}`,
  })

export const fleetKeys = {
  name: name('the name of the fleet').meta({
    description: 'Name of the fleet: hosts of one name find each other. Required.',
    examples: ['prod'],
  }),
  endpoints: z
    .array(endpoint(), { error: 'be a list of URLs, such as [https://10.9.0.1:2379]' })
    .min(1, { error: 'have one endpoint at least' })
    .max(64, { error: 'have 64 endpoints at most' })
    .readonly()
    .meta({
      description:
        'Members of the etcd cluster (v3, 3.4 or later), tried in turn. `http://` only for this host itself, or with `insecure: true`. Required.',
      examples: [['https://10.9.0.1:2379', 'https://10.9.0.2:2379', 'https://10.9.0.3:2379']],
    }),
  node: name('the id of this host')
    .exactOptional()
    .meta({
      description:
        "Id of this host in the fleet, unique there. Default: the CommonName of `cert`, or without one the host's name.",
      examples: ['vyos01'],
    }),
  page: z
    .string({ error: 'be the address of a web page' })
    .superRefine((text, context) => {
      const message = whyNoWebAddress(text)
      if (message !== undefined) {
        context.addIssue({ code: 'custom', message })
      }
    })
    .exactOptional()
    .meta({
      description:
        'Address at which people reach the page of this host, for the link on the page of the fleet; whatever serves it there (`--listen`, a proxy) is not changed. Default: none, since a host opens no port for its page.',
      examples: ['https://vyos01.example:8443/'],
    }),
  ca: file()
    .exactOptional()
    .meta({
      description: 'File of the certificates of the authority that signed those of the endpoints (PEM).',
      examples: ['/etc/vxagent/fleet/ca.crt'],
    }),
  cert: file()
    .exactOptional()
    .meta({
      description: "File of this host's certificate (PEM); its CommonName is the id of the host. Needs `key`.",
      examples: ['/etc/vxagent/fleet/node.crt'],
    }),
  key: file()
    .exactOptional()
    .meta({ description: 'File of the key of `cert` (PEM).', examples: ['/etc/vxagent/fleet/node.key'] }),
  advertise: z
    .union(
      [
        unicastAddress(),
        z
          .array(unicastAddress())
          .min(1, { error: 'have one address at least' })
          .max(2, { error: 'have two addresses at most, one for each family' })
          .readonly(),
      ],
      {
        error: 'be an address, or a list of an IPv4 and an IPv6 address',
      },
    )
    .exactOptional()
    .meta({
      description:
        'Address under which other hosts reach the VTEPs of this one, where that is not their own address (NAT); one for each family. Default: the address of each VTEP.',
      examples: ['203.0.113.7', ['203.0.113.7', '2001:db8::7']],
    }),
  lease: wholeNumber(10, 3600, ' seconds')
    .exactOptional()
    .meta({
      description:
        'Seconds without a sign of this host after which the store drops its record. The grace follows. Default: 60.',
      examples: [60],
    }),
  grace: wholeNumber(0, 86400, ' seconds')
    .exactOptional()
    .meta({
      description: 'Seconds for which entries of a member stay after its record is gone from the store. Default: 300.',
      examples: [300],
    }),
  probe: probe()
    .exactOptional()
    .meta({
      description:
        'How this host probes the other members through the overlay, and answers them; `off`: it does neither, and opens no socket for it. Probes decide nothing about entries. Default: 3 members a VNI a minute.',
      examples: ['off', { every: 60, members: 3, port: 14_789 }],
    }),
  config: z
    .enum(['refuse', 'accept'], { error: 'be refuse or accept' })
    .exactOptional()
    .meta({
      description:
        'Whether this host accepts desired files that operators push to the fleet (`vxagent fleet push`): whoever may do that can then configure the overlay of this host. Default: refuse.',
      examples: ['accept'],
    }),
  insecure: flag()
    .exactOptional()
    .meta({
      description:
        'Whether endpoints without TLS are taken that are not this host itself: anybody on the way can read and change what they say. Default: false.',
      examples: [true],
    }),
}

/** Seconds, where the section states none. */
export const defaultLease = 60
export const defaultGrace = 300

export const fleetSchema = z
  .strictObject(fleetKeys, { error: 'be a mapping with name and endpoints' })
  .readonly()
  .meta({ title: 'The fleet', description: 'How this host finds the VTEPs of other hosts, through etcd.' })

/** Of a section with faults: what is left of it. */
export const partOfFleetSchema = z.strictObject({
  ...fleetKeys,
  name: fleetKeys.name.exactOptional(),
  endpoints: fleetKeys.endpoints.exactOptional(),
})

export type FleetSpec = z.output<typeof fleetSchema>
