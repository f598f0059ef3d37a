import { expect, test } from 'vitest'
import { keysOfAttribute } from '../../../src/rtnetlink/index.ts'

test.each([
  ['link', 'IFLA_MTU', ['mtu']],
  ['link', 'IFLA_LINKINFO', ['linkinfo']],
  ['link', 'IFLA_LINKINFO: IFLA_INFO_KIND', ['linkinfo', 'kind']],
  ['link', 'IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_VXLAN_ID', ['linkinfo', 'data', 'id']],
  ['link', 'IFLA_LINKINFO: IFLA_INFO_DATA: IFLA_BR_PRIORITY', ['linkinfo', 'data', 'priority']],
  ['link', 'IFLA_LINKINFO: IFLA_INFO_SLAVE_DATA: IFLA_BRPORT_MODE', ['linkinfo', 'slaveData', 'hairpin']],
  ['link', 'IFLA_AF_SPEC: AF_INET6: IFLA_INET6_ADDR_GEN_MODE', ['afSpec', 'inet6', 'addrGenMode']],
  ['link', 'IFLA_PROP_LIST: IFLA_ALT_IFNAME', ['propList', 'altIfname']],
  ['neighbour', 'NDA_NH_ID', ['nhId']],
] as const)('a %s has %s under %j', (object, attribute, keys) => {
  expect(keysOfAttribute(object, attribute)).toEqual(keys)
})

test.each([
  ['link', 'NDA_DST'],
  ['link', 'IFLA_VXLAN_ID'],
  ['link', 'IFLA_MTU: IFLA_VXLAN_ID'],
  ['link', 'IFLA_LINKINFO: IFLA_INFO_DATA: attribute 99'],
  ['neighbour', 'IFLA_MTU'],
  ['neighbour', ''],
] as const)('a %s has no %j', (object, attribute) => {
  expect(keysOfAttribute(object, attribute)).toBeUndefined()
})
