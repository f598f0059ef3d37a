/** Rules between the keys of one bridge. */
import { type BridgeDeclaration, pathOf } from '../declaration.ts'
import { errorAt, type Finding, warningAt } from '../finding.ts'

/** What is wrong with a bridge itself. */
export function checkBridge(bridge: BridgeDeclaration): Finding[] {
  return [...forwardDelayOfStp(bridge), ...stpTimes(bridge), ...querierWithoutSnooping(bridge)]
}

/** Without STP the kernel takes any; with it, it answers ERANGE to a change and moves what it finds into the range (6.18). */
function forwardDelayOfStp(bridge: BridgeDeclaration): Finding[] {
  const { stp, forward_delay: delay } = bridge.spec
  return stp === true && delay !== undefined && (delay < 2 || delay > 30)
    ? [
        errorAt(
          'forward-delay-of-stp',
          pathOf(bridge, 'forward_delay'),
          'value',
          `forward_delay of ${bridge.name} is ${delay} seconds; with stp it must be from 2 to 30`,
          'state one from 2 to 30, or stp: false',
        ),
      ]
    : []
}

/** What IEEE 802.1D-2004 §17.14 demands, so that no loop stands for a moment. The kernel does not look (6.18). */
function stpTimes(bridge: BridgeDeclaration): Finding[] {
  const { stp, forward_delay: delay = 15, max_age: age = 20, hello_time: hello = 2 } = bridge.spec
  if (stp !== true || delay < 2) {
    return []
  }
  const wrong = (key: 'max_age' | 'forward_delay' | 'hello_time', message: string, suggestion: string): Finding[] => [
    warningAt('stp-times', pathOf(bridge, key), 'value', message, suggestion),
  ]
  if (2 * (delay - 1) < age) {
    const key = bridge.spec.max_age === undefined ? 'forward_delay' : 'max_age'
    const message = `max_age of ${bridge.name} is ${age} seconds, more than twice forward_delay less a second (${2 * (delay - 1)}): loops may stand while the tree changes`
    return wrong(key, message, `forward_delay: ${Math.ceil(age / 2) + 1}`)
  }
  if (age < 2 * (hello + 1)) {
    const key = bridge.spec.max_age === undefined ? 'hello_time' : 'max_age'
    const message = `max_age of ${bridge.name} is ${age} seconds, less than twice hello_time and a second (${2 * (hello + 1)}): one lost packet changes the tree`
    return wrong(key, message, `max_age: ${2 * (hello + 1)}`)
  }
  return []
}

function querierWithoutSnooping(bridge: BridgeDeclaration): Finding[] {
  const { mcast_querier: querier, mcast_snooping: snooping } = bridge.spec
  return querier === true && snooping === false
    ? [
        warningAt(
          'no-effect',
          pathOf(bridge, 'mcast_querier'),
          'key',
          `mcast_querier of ${bridge.name} has no effect without mcast_snooping`,
          'remove mcast_querier, or mcast_snooping: false',
        ),
      ]
    : []
}
