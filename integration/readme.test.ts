/** What the README shows works as it stands there. */
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { namespace } from './support/namespace.ts'
import { installVxagent } from './support/vxagent.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

function block(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme) ?? []
  if (text === undefined) {
    throw new Error(`the README has no ${language} block`)
  }
  return text
}

test("the library's example makes a link, shows its default entry and the kernel's refusal, and deletes it", async () => {
  const host = await namespace(onTestFinished)
  const output = await host.run(process.execPath, ['--input-type=module', '--eval', block('js')])
  expect(output).toContain('link new vxlan7')
  expect(output).toContain('00:00:00:00:00:00 dst 10.0.2.254')
  expect(output).toMatch(/cannot change link \d+: EOPNOTSUPP: Cannot change port/)
  expect(output).toContain('link delete vxlan7')
  expect(await host.json('ip -j link show type vxlan')).toEqual([])
})

test('the desired-state file is valid and applies', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1')
  const installation = installVxagent(host, { 'overlay.yaml': block('yaml') }, onTestFinished)
  const validated = await installation.vxagent('validate')
  expect(validated).toMatchObject({ code: 0, stderr: '' })
  expect(await installation.vxagent('apply')).toMatchObject({ code: 0 })
  const [link] = await host.json('ip -d -j link show vxlan0')
  expect(link.linkinfo.info_data).toMatchObject({ id: 42, group: '239.1.1.1', link: 'eth1', port: 8472, ttl: 16 })
})
