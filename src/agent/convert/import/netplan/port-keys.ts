/** Keys that say what a link of netplan is like as a port of a bridge. */
import type { PortDraft } from '../overlay.ts'
import { boolean, type Rows } from './rows.ts'

export function portRows(port: PortDraft): Rows {
  return {
    'neigh-suppress': boolean((value, setting) => port.set('neigh_suppress', value, setting)),
    hairpin: boolean((value, setting) => port.set('hairpin', value, setting)),
    'port-mac-learning': boolean((value, setting) => port.set('learning', value, setting)),
  }
}
