/** `vxagent validate` compares files with the host it runs on. */
import { expect, onTestFinished, test } from 'vitest'
import { namespace } from './support/namespace.ts'
import { installVxagent } from './support/vxagent.ts'

test('a mistyped device, a local address of nobody and a VTEP without a route are warnings with their place', async () => {
  const host = await namespace(onTestFinished)
  await host.addVeth('eth1', '10.0.2.1/24')
  const text = `vxlans:
  vxlan0: { id: 42, dstport: 4789, dev: eht1, remotes: [10.0.2.2] }
  vxlan1: { id: 43, dstport: 4789, local: 10.0.2.77, remotes: [10.0.2.2] }
  vxlan2: { id: 44, dstport: 4789, local: 10.0.2.1, remotes: [10.0.2.2, 192.0.2.9] }
`
  const here = installVxagent(host, { 'a.yaml': text }, onTestFinished)
  const { code, stderr } = await here.vxagent('validate')
  expect(code).toBe(0)
  expect(stderr).toMatch(
    /:2:41: warning: on this host, vxlan0: there is no eht1; .*\n.*\n +suggestion: did you mean eth1\?/,
  )
  expect(stderr).toMatch(/:3:43: warning: on this host, vxlan1: 10\.0\.2\.77 is no address of any interface/)
  expect(stderr).toMatch(/:4:\d+: warning: on this host, vxlan2: there is no route to 192\.0\.2\.9/)
  // The kernel agrees.
  expect((await host.finish('ip', ['route', 'get', '192.0.2.9'])).code).not.toBe(0)
  const alone = await here.vxagent('validate', '--files-only')
  expect(alone).toMatchObject({ code: 0, stderr: '' })
})
