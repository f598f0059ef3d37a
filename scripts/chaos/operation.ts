/** One change that somebody makes to a host while vxagent runs there, as data: what the log has, and a replay repeats. */

/** What is set on a link. */
export interface LinkSettings {
  readonly up?: boolean
  readonly mtu?: number
  readonly mac?: string
  readonly txqlen?: number
  readonly devgroup?: number
  readonly ttl?: number
  readonly learning?: boolean
  readonly ageing?: number
  /** A multicast group or one remote VTEP. */
  readonly remote?: string
  readonly dev?: string
}

/** A forwarding entry as it is added or removed by hand. */
export interface HandEntry {
  readonly mac: string
  readonly dst: string
  readonly via?: string
  readonly isExternLearned?: boolean
}

/** A link that is made by hand. */
export type HandLink =
  | { readonly kind: 'bridge'; readonly mtu: number; readonly mac: string }
  | {
      readonly kind: 'vxlan'
      readonly id: number
      readonly dstport: number
      readonly remote: string
      readonly dev?: string
    }
  | { readonly kind: 'veth' }

/** Links are named by what they are called when it is their turn, whoever made them. */
export type Operation =
  | { readonly do: 'rename'; readonly link: string; readonly to: string }
  | { readonly do: 'swap'; readonly link: string; readonly with: string }
  | { readonly do: 'delete'; readonly link: string }
  | { readonly do: 'set'; readonly link: string; readonly to: LinkSettings }
  | { readonly do: 'send away'; readonly link: string }
  | { readonly do: 'bring back'; readonly link: string }
  | { readonly do: 'enslave'; readonly link: string; readonly master: string }
  | { readonly do: 'release'; readonly link: string }
  | { readonly do: 'add address' | 'remove address'; readonly link: string; readonly address: string }
  | {
      readonly do: 'add entry' | 'append entry' | 'replace entry' | 'remove entry'
      readonly link: string
      readonly entry: HandEntry
    }
  | { readonly do: 'make'; readonly link: string; readonly as: HandLink }
  /** Deletes the underlay device and makes another one of that name, as when a network card's driver is loaded again. */
  | { readonly do: 'replace underlay'; readonly link: string }
  | { readonly do: 'write file'; readonly file: string; readonly text: string }
  | { readonly do: 'remove file'; readonly file: string }
  | { readonly do: 'swap files'; readonly file: string; readonly with: string }
  | { readonly do: 'start' | 'stop' | 'kill' | 'reload' }
  /** All pause, and the host is compared. The number, from 1 on, decides which state the files have. */
  | { readonly do: 'check'; readonly number: number }

/** An operation and when it is due. */
export interface Timed {
  /** Milliseconds from the start. */
  readonly atMs: number
  readonly operation: Operation
}
