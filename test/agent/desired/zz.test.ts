import { test } from 'vitest'
import { keysAt, isAcceptedAt, exampleAt } from '/work/main/src/agent/desired/schema-at.ts'
test('x', () => {
  console.log(keysAt([]), keysAt(['vxlans']), keysAt(['vxlans', 'v']).length, keysAt(['bridges','b','ports','x']), keysAt(['vxlans','v','port','vlans',0]), keysAt(['vxlans','v','fdb',0]), keysAt(['vxlans','v','sysctl','ipv4']).length,
   isAcceptedAt(['vxlans','v','srcport',0], 5), isAcceptedAt(['vxlans','v','srcport',0], 'a'), exampleAt(['vxlans','v','fdb',0,'mac']), exampleAt(['vxlans','v','port','vlan_to_vni',0,'vni']), isAcceptedAt(['vxlans','v','port'], {}))
})
