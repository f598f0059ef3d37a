/**
 * Reads one desired-state file of 100,000 forwarding entries and finds the place of one value in it, with our reader or with that of a package:
 * `reader.js FORM WHO`, where WHO is `ours`, or `peer`. Prints `{ seconds, mb }`: processor time, and the most memory that was resident.
 */
import { ourModule } from '../support/our-module.js'

const count = 100_000

/** @param {number} number */
const macOf = (number) =>
  `02:${number
    .toString(16)
    .padStart(10, '0')
    .replace(/..(?!$)/g, '$&:')}`
const entries = Array.from({ length: count }, (_, number) => ({
  mac: macOf(number),
  dst: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
  port: 4789,
}))
const json = JSON.stringify({ vxlans: { vxlan0: { id: 42, dstport: 8472, fdb: entries } } }, undefined, 1)
const yaml = [
  'vxlans:',
  '  vxlan0:',
  '    id: 42',
  '    dstport: 8472',
  '    fdb:',
  ...entries.map(({ mac, dst, port }) => `      - { mac: "${mac}", dst: ${dst}, port: ${port} }`),
  '',
].join('\n')
/** A value near the end, as an error may be. */
const path = ['vxlans', 'vxlan0', 'fdb', count - 10, 'dst']

/**
 * What is measured: reads, checks for faults, makes plain data and finds the place of a value. Gives the offset of that place.
 * @type {Readonly<Record<string, Readonly<Record<string, () => Promise<() => number | undefined>>>>>}
 */
const readers = {
  json: {
    async ours() {
      const { parseJsonDocument } = await ourModule('json-document', ['agent/desired/json-document.ts'])
      return () => parseJsonDocument(json).span(path, 'value').start
    },
    async peer() {
      const { findNodeAtLocation, getNodeValue, parseTree } = await import('jsonc-parser')
      return () => {
        const tree = parseTree(json)
        if (tree === undefined || getNodeValue(tree).vxlans.vxlan0.fdb.length !== count) {
          throw new Error('jsonc-parser did not read it')
        }
        return findNodeAtLocation(tree, path)?.offset
      }
    },
  },
  yaml: {
    async ours() {
      const { parseDocument } = await ourModule('document', ['agent/desired/document.ts'])
      return () => parseDocument(yaml).span(path, 'value').start
    },
    async peer() {
      const { isScalar, parseDocument } = await import('yaml')
      return () => {
        const document = parseDocument(yaml)
        if (document.toJS().vxlans.vxlan0.fdb.length !== count) {
          throw new Error('yaml did not read it')
        }
        const node = document.getIn(path, true)
        return isScalar(node) ? node.range?.[0] : undefined
      }
    },
  },
}

const [form = '', who = ''] = process.argv.slice(2)
const read = await readers[form]?.[who]?.()
if (read === undefined) {
  throw new Error('usage: reader.js json|yaml ours|peer')
}
const before = process.cpuUsage()
const offset = read()
const { user, system } = process.cpuUsage(before)
const text = form === 'json' ? json : yaml
if (
  offset === undefined ||
  !text
    .slice(offset)
    .replace('"', '')
    .startsWith(entries.at(-10)?.dst ?? '')
) {
  throw new Error(`the place that was found is another: ${offset}`)
}
process.stdout.write(JSON.stringify({ seconds: (user + system) / 1e6, mb: process.resourceUsage().maxRSS / 1024 }))
