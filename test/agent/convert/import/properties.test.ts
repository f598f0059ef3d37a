import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { importOverlay, type Tool } from '../../../../src/agent/convert/import/import-overlay.ts'
import { ImportError } from '../../../../src/agent/convert/import/source.ts'
import { desiredStateSchema } from '../../../../src/agent/desired/schema.ts'
import { writeYaml } from '../../../../src/agent/desired/write-yaml.ts'

/** Texts that look like a tool's files often enough to get past the first line. */
const words: Readonly<Record<Tool, readonly string[]>> = {
  vyos: [
    ...[
      'set ',
      'delete ',
      'interfaces ',
      'vxlan ',
      'vxlan0 ',
      'bridge ',
      'br0 ',
      'member ',
      'interface ',
      'enable-vlan',
    ],
    ...['vni ', '42 ', 'remote ', '10.0.0.2 ', 'group ', '239.1.1.1 ', 'vlan-to-vni ', '10-20 ', 'parameters ', 'ip '],
    ...[
      'external ',
      'vni-filter ',
      'source-interface ',
      'eth1 ',
      '__proto__ ',
      '{ ',
      '} ',
      '\n',
      '"',
      "'",
      '/*',
      '*/',
      '\\',
      '# ',
    ],
  ],
  netplan: [
    ...[
      'network: ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '\n',
      '  ',
      '    ',
      'tunnels: ',
      'bridges: ',
      'vrfs: ',
      'ethernets: ',
      'a: ',
      'b: ',
    ],
    ...[
      'mode: vxlan',
      'id: 1',
      'interfaces: ',
      'parameters: ',
      'path-cost: ',
      'addresses: ',
      'checksums: ',
      'udp',
      'match: ',
      'link: a',
    ],
    ...[
      '? ',
      '- ',
      '&x ',
      '*x ',
      '"',
      '<<: ',
      '__proto__: ',
      '!!set ',
      'null',
      'true',
      '10.0.0.1/24',
      'remote: 239.1.1.1',
    ],
  ],
  networkd: [
    ...[
      '[NetDev]\n',
      '[VXLAN]\n',
      '[Bridge]\n',
      '[Match]\n',
      '[Network]\n',
      '[Address]\n',
      '[BridgeFDB]\n',
      '[BridgeVLAN]\n',
      '[Link]\n',
    ],
    ...[
      'Name=',
      'Kind=vxlan',
      'Kind=bridge',
      'vxlan0',
      'br0',
      'VNI=',
      '1',
      'Group=239.1.1.1',
      'VXLAN=vxlan0',
      'Bridge=br0',
      'Address=',
    ],
    ...[
      '10.0.0.1/24',
      'Peer=',
      'VLAN=',
      'PVID=',
      '1-4094',
      'MACAddress=',
      '00:00:00:00:00:00',
      'Destination=',
      '\n',
      '\n',
      '=',
      '\\\n',
      '#',
      '*?[!',
    ],
  ],
  iproute2: [
    ...[
      'ip ',
      'bridge ',
      'sudo ',
      'link ',
      'add ',
      'set ',
      'vxlan0 ',
      'br0 ',
      'type vxlan ',
      'type bridge ',
      'id 1 ',
      'dev ',
    ],
    ...[
      'dstport 4789 ',
      'srcport 1 ',
      'fdb append ',
      '00:00:00:00:00:00 ',
      'dst 10.0.0.2 ',
      'addr add ',
      '10.0.0.1/24 ',
    ],
    ...[
      'vlan add ',
      'vid ',
      '1-4094 ',
      'pvid ',
      'master br0 ',
      'up ',
      '\n',
      '\n',
      '\\\n',
      '"',
      "'",
      '#',
      ';',
      '$X ',
      '__proto__ ',
    ],
  ],
  ifupdown: [
    ...['auto ', 'iface ', 'vxlan0', 'br0', '\n', '\n', '\\\n', '# ', 'source /etc/x', 'inet static', 'vxlan-id '],
    ...['1', '42', 'vxlan_remoteip ', '10.0.0.2', 'bridge-ports ', 'bridge-vlan-aware yes', 'bridge-vids ', '2-4094'],
    ...[
      'bridge-access 10',
      'address ',
      '10.0.0.1/24',
      'netmask 24',
      'mtu 1450',
      'vxlan-svcnodeip 239.1.1.1',
      '__proto__ ',
    ],
    ...['bridge-vlan-vni-map 10=10', '=', '-', '$IFACE'],
  ],
}

const tools = Object.keys(words) as Tool[]

test.each(tools)(
  'whatever the text, %s gives a valid state or the faults of the text',
  { timeout: 300_000 },
  (tool) => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...words[tool]) }, fc.string()), { maxLength: 60 })
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (texts) => {
        const sources = texts.map((content, index) => ({ file: `${index}`, text: content }))
        try {
          const { state, notes } = importOverlay(tool, sources)
          expect(desiredStateSchema.parse(parse(writeYaml(state, [])))).toEqual({ bridges: {}, ...state })
          for (const { line, column, message } of notes) {
            expect(line >= 1 && column >= 1 && message !== '').toBe(true)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ImportError)
          expect((error as ImportError).faults.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 500 },
    )
  },
)
