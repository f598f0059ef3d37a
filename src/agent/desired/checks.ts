/** The rules that the shape of a file cannot express: within a link, and between links. Pure. */
import { checkAddresses } from './checks/addresses.ts'
import { checkBlackHoles } from './checks/black-holes.ts'
import { checkBridgeForwarding } from './checks/bridge-forwarding.ts'
import { checkBridge } from './checks/bridges.ts'
import { checkFleet, checkFleetLists, type StatedFleet } from './checks/fleet.ts'
import { checkForwarding } from './checks/forwarding.ts'
import { checkIdentity } from './checks/identity.ts'
import { checkPortsOfBridges } from './checks/membership.ts'
import { checkMetadata } from './checks/metadata.ts'
import { checkOwnVtep } from './checks/own-vtep.ts'
import { checkBridgeVlans, checkPort } from './checks/ports.ts'
import { checkRings } from './checks/rings.ts'
import { checkSockets } from './checks/sockets.ts'
import { checkUnderlay } from './checks/underlay.ts'
import type { Declaration } from './declaration.ts'
import type { Finding, Where } from './finding.ts'
import { type Declarations, gatherDeclarations, type StatedPort, statedPorts } from './membership.ts'

/**
 * What is wrong with the links, or worth a warning, one by one: there may be more than anybody keeps. No two have the same name. The rules are the kernel's: what it would refuse,
 * or quietly turn into something else. A release in brackets beside a rule is the one that was seen to do so.
 */
export function* checkDesired(links: readonly Declaration[], fleet: StatedFleet, where: Where): Generator<Finding> {
  const declarations = gatherDeclarations(links)
  const { vxlans, bridges } = declarations
  const ports = statedPorts(declarations)
  yield* checkFleet(fleet)
  for (const link of vxlans) {
    yield* checkUnderlay(link)
    yield* checkMetadata(link)
    yield* checkForwarding(link)
    yield* checkOwnVtep(link)
    yield* checkFleetLists(link, fleet, declarations)
  }
  for (const bridge of bridges) {
    yield* checkBridge(bridge)
    yield* checkBridgeVlans(bridge)
  }
  for (const link of links) {
    yield* checkAddresses(link)
  }
  for (const port of ports) {
    yield* checkPort(port)
  }
  yield* betweenLinks(declarations, ports, where)
  yield* checkBlackHoles(declarations)
  yield* checkBridgeForwarding(declarations, ports, where)
}

/** The rules between links alone, for links that are each in order. What two of them have in common is found at the later one. */
export function checkBetweenLinks(links: readonly Declaration[], where: Where): Iterable<Finding> {
  const declarations = gatherDeclarations(links)
  return betweenLinks(declarations, statedPorts(declarations), where)
}

function* betweenLinks(declarations: Declarations, ports: readonly StatedPort[], where: Where): Generator<Finding> {
  yield* checkPortsOfBridges(declarations, where)
  yield* checkSockets(declarations.vxlans, ports, where)
  yield* checkIdentity(declarations, where)
  yield* checkRings(declarations)
}
