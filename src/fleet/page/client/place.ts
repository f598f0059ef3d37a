/** What the address of the page says after `#`: which VNI is shown, how, and what is chosen there. Pure. */

export type ViewKind = 'matrix' | 'picture'

/** What is shown; everything that is absent is as it is at first. */
export interface Place {
  readonly vni?: number
  readonly view: ViewKind
  /** The chosen host, and the other end of the chosen pair. */
  readonly host?: string
  readonly peer?: string
  /** What hosts are searched by. */
  readonly find: string
  readonly onlyAmiss: boolean
}

/** The place that a hash names. What it does not understand it ignores: anybody can write a link. */
export function readPlace(hash: string): Place {
  const parts = new URLSearchParams(hash.replace(/^#/, ''))
  const vni = parts.get('vni') ?? ''
  const [host, peer] = [parts.get('host') ?? '', parts.get('peer') ?? '']
  return {
    ...(/^\d{1,8}$/.test(vni) && Number(vni) <= 0xffffff && { vni: Number(vni) }),
    view: parts.get('view') === 'picture' ? 'picture' : 'matrix',
    ...(host !== '' && { host }),
    ...(host !== '' && peer !== '' && { peer }),
    find: parts.get('find') ?? '',
    onlyAmiss: parts.get('amiss') === '1',
  }
}

/** The hash of a place. */
export function writePlace({ vni, view, host, peer, find, onlyAmiss }: Place): string {
  const parts = new URLSearchParams()
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') {
      parts.set(name, value)
    }
  }
  add('vni', vni?.toString())
  add('view', view === 'matrix' ? undefined : view)
  add('host', host)
  add('peer', peer)
  add('find', find)
  add('amiss', onlyAmiss ? '1' : undefined)
  return `#${parts}`
}
