import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { loadDesired } from '../../src/agent/desired/load.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/guides/vyos.md'), 'utf8')

test('the desired file is valid, without a warning, and has the UDP port of VyOS', async () => {
  const [, text = ''] = /<!-- tested: vyos -->\n```yaml \S+\n(.*?)^```$/ms.exec(page) ?? []
  const file = join(temporaryDirectory(), 'overlay.yaml')
  writeFileSync(file, text)
  const { state, warnings } = await loadDesired([file])
  expect(warnings).toEqual([])
  expect(state.vxlans['vxlan0']).toMatchObject({ id: 42, dstport: 4789, ttl: 16 })
})

test('names the operational commands that there are, all of them', () => {
  const templates = join(root, 'systemd/vyos/op-mode')
  const runnable = readdirSync(templates, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('node.def') && /^run: /m.test(readFileSync(join(templates, path), 'utf8')))
    .map((path) => dirname(path).replaceAll('/', ' ').replace('node.tag', '<address>'))
  const [, section = ''] = /^## Operational commands\n(.*?)^## /ms.exec(page) ?? []
  const named = [...section.matchAll(/^\| `(.+?)` \|/gm)].map(([, command]) => command)
  expect(named.toSorted()).toEqual(runnable.toSorted())
})

test('names files that the package has', () => {
  const names = [...page.matchAll(/\/usr\/share\/vxagent\/vyos\/([\w-]+)/g)].map(([, name = '']) => name)
  expect(new Set(names)).toEqual(new Set(['setup']))
  expect(existsSync(join(root, 'systemd/vyos/setup'))).toBe(true)
})
