/** Keys that came to the kernel after 5.10: on one that knows them they work, on an older one status names them, with the release that they take. */
import { expect, onTestFinished, test } from 'vitest'
import { isAtLeast, readKernelRelease } from '../src/agent/host/kernel-release.ts'
import { linkOf } from './support/applied.ts'
import { namespace } from './support/namespace.ts'
import { installVxagent } from './support/vxagent.ts'

const ipv6 = { remote: '2001:db8::fe' }
const external = { external: true, learning: false }

test.for([
  { key: 'vnifilter', value: true, since: [5, 18], beside: { ...external, vnis: [42] } },
  { key: 'localbypass', value: false, since: [6, 5], beside: {} },
  { key: 'labelpolicy', value: 'inherit', since: [6, 8], beside: ipv6 },
  { key: 'reserved_bits', value: '0x77000000000000ff', since: [6, 14], beside: {} },
  { key: 'mcroute', value: true, since: [6, 17], beside: {} },
] as const)('$key is set, or said to need a later kernel', async ({ key, value, since, beside }, context) => {
  const [major, minor] = since
  const host = await namespace(onTestFinished)
  const identity = 'external' in beside ? {} : { id: 42 }
  const vxlans = { v1: { ...identity, dstport: 4789, ...beside, [key]: value }, v2: { id: 43, dstport: 4790 } }
  const installation = installVxagent(host, { 'overlay.yaml': { vxlans } }, onTestFinished)
  const { code, stderr } = await installation.vxagent('apply')
  const isKnown = isAtLeast(readKernelRelease(), major, minor)
  if (isKnown) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  } else {
    expect(stderr).toMatch(new RegExp(`v1 is in conflict: .*${key}.*Linux ${major}\\.${minor}`))
    expect(code).toBe(1)
  }
  // The link is there with all the rest, and so is the other.
  expect((await linkOf(host, 'v1')).linkinfo.info_data.port).toBe(4789)
  expect((await linkOf(host, 'v2')).linkinfo.info_data).toMatchObject({ id: 43, port: 4790 })
  if (!isKnown) {
    context.skip(`${key} needs Linux ${major}.${minor}: status says so, and all the rest is there`)
  }
})
