/** `vxagent fleet grant`: takes a host into the fleet, with the certificate of an operator. */
import { isIP } from 'node:net'
import { exitCodes } from '../../exit-codes.ts'
import { listOf, operate, operatorOptions, readNode } from '../../operator.ts'
import { desired, json, logLevel, maxFileSize, type ValueOption } from '../../options.ts'
import { write, writeJson } from '../../output.ts'
import { UsageError } from '../../usage-error.ts'
import type { Command } from '../command.ts'

type Limit = 'any' | readonly string[] | undefined

const vnis: ValueOption<Limit> = {
  name: 'vnis',
  placeholder: 'LIST|any',
  description: 'VNIs that the host may claim, such as 42,10000-13999; by default what the roster says already',
  fallback: undefined,
  read: anyOr(listOf(readVnis)),
}
const vteps: ValueOption<Limit> = {
  name: 'vteps',
  placeholder: 'LIST|any',
  description:
    'addresses that its VTEPs may have, such as 10.0.1.1,10.0.2.0/24; by default what the roster says already',
  fallback: undefined,
  read: anyOr(listOf(readNetwork)),
}

const macVnis: ValueOption<readonly string[] | undefined> = {
  name: 'mac-vnis',
  placeholder: 'LIST',
  description:
    'VNIs of which it may say which MAC addresses are behind it (fdb: fleet), 256 at most; by default those of --vnis or the roster, if there are no more, and those that it may already',
  fallback: undefined,
  read: listOf(readVnis),
}

export const fleetGrant: Command = {
  name: 'fleet grant',
  operands: { name: 'NODE', description: 'the id of the host: the CommonName of its certificate' },
  summary: 'Admit a host to the fleet: its user and rights in etcd, and what it may claim',
  details:
    'Talks to etcd with the certificate of an operator. Creates the user NODE without a password, and the role vxagent-FLEET-NODE, which may read the whole fleet and write the keys of NODE alone; writes the roster entry with what NODE may claim; lifts an eviction. A second run changes nothing, and says so. While authentication is off in etcd, users and rights are written but etcd does not enforce them; the hosts follow the roster all the same. Exit codes: 0 done, 1 error.',
  working: 'asking etcd',
  options: [vnis, vteps, macVnis, ...operatorOptions],
  commonOptions: [desired, maxFileSize, json, logLevel],
  examples: [
    ['$0 fleet grant vyos01 --vnis 42 --vteps 10.9.0.11 --cert ops.crt --key ops.key', 'limit what it may claim'],
    ['$0 fleet grant vyos01 --vnis any --cert ops.crt --key ops.key', 'lift the limit of its VNIs'],
  ],

  async run(input, io) {
    const node = readNode(input.operands)
    const [wantedVnis, wantedVteps, wantedMacs] = [input.value(vnis), input.value(vteps), input.value(macVnis)]
    const { grantNode } = await import('../../../fleet/operate/grant.ts')
    const grant = {
      ...(wantedVnis !== undefined && { vnis: wantedVnis }),
      ...(wantedVteps !== undefined && { vteps: wantedVteps }),
      ...(wantedMacs !== undefined && { macVnis: wantedMacs }),
    }
    const outcome = await operate(input, node, (operation) => grantNode(operation, grant))
    if (input.has(json)) {
      await writeJson(io.stdout, { node, ...outcome })
    } else {
      const { outcomeLines } = await import('../../views/fleet-outcome.ts')
      await write(io.stdout, outcomeLines(outcome))
    }
    return exitCodes.ok
  },
}

function anyOr(read: (text: string, source: string) => readonly string[]): ValueOption<Limit>['read'] {
  return (text, source) => (text === 'any' ? 'any' : read(text, source))
}

const largestVni = 0xffffff

/** Throws UsageError. */
export function readVnis(text: string, source: string): string {
  const [, low, high = low] = /^(\d{1,8})(?:-(\d{1,8}))?$/.exec(text) ?? []
  if (low === undefined || Number(low) > Number(high) || Number(high) > largestVni) {
    throw new UsageError(
      `${source} must be any, or VNIs from 0 to ${largestVni} and ranges, such as 42,10000-13999, not ${JSON.stringify(text)}`,
    )
  }
  return Number(low) === Number(high) ? `${Number(low)}` : `${Number(low)}-${Number(high)}`
}

/** An address alone is a network of one. Throws UsageError. */
export function readNetwork(text: string, source: string): string {
  const [base = '', length, ...more] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(base)] ?? -1
  const isFine = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= most)
  if (most < 0 || !isFine || more.length > 0 || base.includes('%')) {
    throw new UsageError(
      `${source} must be any, or addresses and networks, such as 10.0.1.1,10.0.2.0/24, not ${JSON.stringify(text)}`,
    )
  }
  return `${base}/${length === undefined ? most : Number(length)}`
}
