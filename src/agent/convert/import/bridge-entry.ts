/** An entry of a bridge's own forwarding table, as another tool makes it. */
import type { Overlay } from './overlay.ts'
import type { Setting } from './source.ts'

/** Values as the other tool has them: the schema of the desired state judges them. */
export interface ImportedBridgeEntry {
  readonly mac: unknown
  readonly vlan?: unknown
  readonly state: 'static' | 'permanent'
  readonly sticky?: boolean
}

/** Adds the entry to the bridge that `dev` is, or is a port of. False when there is none here, which is noted. */
export function addBridgeEntry(
  overlay: Overlay,
  dev: string,
  { mac, vlan, state, sticky }: ImportedBridgeEntry,
  setting: Setting,
): boolean {
  const bridge = overlay.isBridge(dev) ? dev : overlay.bridgeOf(dev)
  const draft = bridge === undefined ? undefined : overlay.findBridge(bridge)
  if (draft === undefined) {
    overlay.notes.leftOut(
      setting,
      `it is an entry of the bridge that ${dev} is a port of, and no bridge declared here is that`,
    )
    return false
  }
  const isOfPort = dev !== bridge
  const isAdded = draft.add(
    'fdb',
    {
      mac,
      dev,
      ...(vlan !== undefined && { vlan }),
      ...(isOfPort && state === 'permanent' && { state }),
      ...(sticky === true && { sticky }),
    },
    setting,
  )
  if (isAdded && isOfPort && state === 'permanent') {
    const message = `${mac} is an address of this host to ${bridge}, since the entry is permanent: if it is behind ${dev}, state static instead`
    overlay.notes.remark(setting.at, message, [setting])
  }
  return isAdded
}
