import { expect, test } from 'vitest'
import type { Path } from '../../../src/agent/desired/finding.ts'
import { writtenPath } from '../../../src/agent/desired/written-path.ts'

const listed = { bridges: { br0: { ports: ['eth2', 'vxlan0'] } } }
const mapped = { bridges: { br0: { ports: { eth2: null, vxlan0: { vlans: [10] } } } } }

test.each<{ name: string; value: unknown; path: Path; written: Path }>([
  {
    name: 'a name in a list is an entry of the list',
    value: listed,
    path: ['bridges', 'br0', 'ports', 'vxlan0'],
    written: ['bridges', 'br0', 'ports', 1],
  },
  {
    name: 'a name that is not in the list is the list',
    value: listed,
    path: ['bridges', 'br0', 'ports', 'eth3'],
    written: ['bridges', 'br0', 'ports'],
  },
  {
    name: 'an entry of a list that is written as one word is the word',
    value: { vxlans: { vxlan0: { remotes: 'fleet' } } },
    path: ['vxlans', 'vxlan0', 'remotes', 0],
    written: ['vxlans', 'vxlan0', 'remotes'],
  },
  ...(
    [
      ['bridges', 'br0', 'ports', 'vxlan0', 'vlans', 0],
      ['bridges', 'br0', 'ports', 'eth2', 'vlans', 0],
      ['bridges', 'constructor', 'ports'],
      [],
    ] as const
  ).map((path) => ({ name: `[${path}] in mappings stays as it is`, value: mapped, path, written: path })),
])('$name', ({ value, path, written }) => {
  expect(writtenPath(value, path)).toEqual(written)
})
