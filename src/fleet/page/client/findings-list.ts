/** What `vxagent fleet check` finds, errors first, with the hosts that each is about. */
import { byId, element, show } from '../../../agent/publish/web/client/dom.ts'
import type { Moments } from '../../../agent/publish/web/client/moments.ts'
import type { FleetView } from '../view.ts'

/** Findings that are elements of the page, and hosts that one names. */
const mostShown = 60
const mostHosts = 6

export class FindingsList {
  readonly #list = byId('findings')
  readonly #moments: Moments

  /** @param onHost a host was pressed */
  constructor(moments: Moments, onHost: (node: string) => void) {
    this.#moments = moments
    this.#list.addEventListener('click', ({ target }) => {
      const node = (target as Element).closest('[data-host]')?.getAttribute('data-host')
      if (node) {
        onHost(node)
      }
    })
  }

  show({ findings, errors, warnings, elsewhere, vni }: FleetView): void {
    byId('findings-section').hidden = findings.length + elsewhere === 0
    const more = errors + warnings - Math.min(mostShown, findings.length)
    const notes = [
      ...(more > 0 ? [`and ${more.toLocaleString()} more: vxagent fleet check lists all`] : []),
      ...(elsewhere > 0 ? [`${elsewhere.toLocaleString()} in VNIs other than ${vni}: choose the VNI above`] : []),
    ]
    show(
      this.#list,
      ...findings
        .slice(0, mostShown)
        .map(({ severity, code, message, nodes }) =>
          element(
            'li',
            '',
            element('span', `badge ${severity === 'error' ? 'bad' : 'warning'}`, severity),
            element('span', 'name', code),
            element('span', 'message', this.#moments.within(message)),
            ...(nodes.length === 0 ? [] : [hosts(nodes, `${code} ${message}`)]),
          ),
        ),
      ...notes.map((note) => element('li', 'quiet', note)),
    )
  }
}

function hosts(nodes: readonly string[], key: string): HTMLElement {
  const buttons = nodes.slice(0, mostHosts).map((node) => {
    const button = element('button', 'plain mono', node)
    button.dataset['host'] = node
    button.dataset['key'] = `${key} ${node}`
    return button
  })
  const left = nodes.length - mostHosts
  return element('span', 'hosts', ...buttons, ...(left > 0 ? [element('span', 'quiet', `and ${left} more`)] : []))
}
