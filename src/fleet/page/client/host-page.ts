/** The way to the page of a host. */
import { element } from '../../../agent/publish/web/client/dom.ts'
import type { HostView } from '../view.ts'

/** For this host a link; for another one what to type, since a host opens no port for its page by itself. */
export function hostPageLines({ node, isSelf }: Pick<HostView, 'node' | 'isSelf'>): HTMLElement[] {
  if (isSelf) {
    const link = element('a', '', 'Open the page of this host')
    link.setAttribute('href', '/host')
    return [element('p', 'own-page', link)]
  }
  return [element('p', 'own-page', 'Its own page, from your machine: ', element('code', '', commandFor(node)))]
}

/** What opens the page of another host. Its id has letters, digits, dots, hyphens and underscores alone. */
export function commandFor(node: string): string {
  return `ssh -L 8081:127.0.0.1:8081 ${node} vxagent ui --port 8081`
}
