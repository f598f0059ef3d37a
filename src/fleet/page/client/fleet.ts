/** The page of the fleet: joins its parts, asks every few seconds, and never calls live what is not. */

import { briefSpan } from '../../../agent/facts/brief-span.ts'
import { ask } from '../../../agent/publish/web/client/ask.ts'
import { showVerdicts } from '../../../agent/publish/web/client/declared.ts'
import { byId, element, option, show } from '../../../agent/publish/web/client/dom.ts'
import { Moments } from '../../../agent/publish/web/client/moments.ts'
import { safeText } from '../../../agent/publish/web/client/safe-text.ts'
import { healths, wordsOf, worstFirst } from '../health.ts'
import type { FleetView, ViewAnswer } from '../view.ts'
import { axesOf, isFound } from './axes.ts'
import { FindingsList } from './findings-list.ts'
import { Grid } from './grid.ts'
import { headline, staleMs } from './headline.ts'
import { HostPanel } from './host-panel.ts'
import { HostsTable } from './hosts-table.ts'
import { Matrix } from './matrix.ts'
import { Picture } from './picture.ts'
import { type Place, readPlace, writePlace } from './place.ts'
import { type HostStanding, standingOf, standingText } from './standing.ts'
import { Tip } from './tip.ts'

/** What the legend has though there is none of it. */
const alwaysShown: ReadonlySet<string> = new Set(['missing', 'silent', 'unknown', 'entry', 'passes'])
/** How often the page asks, in milliseconds; while it is not in sight it does not. */
const everyMs = 3000

let place: Place = readPlace(location.hash)
/** What was answered last, when by the clock of this page, and why nothing is answered now. */
let answer: ViewAnswer = {}
let answeredAt = performance.now()
let lost: string | undefined
let standings: readonly HostStanding[] = []
let counts = new Grid().count()
/** The answer that they are of. */
let counted: ViewAnswer | undefined
let isAsking = false

const moments = new Moments()
const grid = new Grid()
const tip = new Tip()
const listener = {
  onPoint: (text: string | undefined, at: { readonly x: number; readonly y: number }) => tip.show(text, at),
  onEscape: () => go({ host: undefined, peer: undefined }),
}
const matrix = new Matrix({
  ...listener,
  onPair: (from, to) => go({ host: grid.names[from], peer: from === to ? undefined : grid.names[to] }),
})
const picture = new Picture({ ...listener, onHost: (at) => go({ host: grid.names[at], peer: undefined }) })
const table = new HostsTable((host) => go({ host, peer: undefined }))
const findings = new FindingsList(moments, (host) => go({ host, peer: undefined }))
const panel = new HostPanel(moments, {
  onPeer: (peer) => go({ host: place.host, peer: peer === place.peer ? undefined : peer }),
  onClose: () => go({ host: undefined, peer: undefined }),
})

/** Changes the place, the address of the page with it, and what is shown. */
function go(change: { readonly [Key in keyof Place]?: Place[Key] | undefined }): void {
  const next = Object.fromEntries(Object.entries({ ...place, ...change }).filter(([, value]) => value !== undefined))
  const before = place
  place = { view: 'matrix', find: '', onlyAmiss: false, ...next }
  history.replaceState(null, '', writePlace(place))
  arrive(before)
}

/** Shows the place. */
function arrive(before: Place): void {
  showTools()
  if (place.vni !== before.vni) {
    void look()
    return
  }
  draw([])
  void panel.show(chosen())
}

function chosen(): Parameters<HostPanel['show']>[0] {
  const { host, peer } = place
  return host === undefined ? undefined : { vni: answer.view?.vni, host, peer }
}

async function look(): Promise<void> {
  if (isAsking) {
    return
  }
  isAsking = true
  const { vni } = place
  try {
    answer = await ask<ViewAnswer>(`/fleet/view${vni === undefined ? '' : `?vni=${vni}`}`)
    answeredAt = performance.now()
    lost = undefined
    const { view } = answer
    if (place.vni === undefined && view?.vni !== undefined) {
      // The VNI that the page was given stays, whatever is found in other ones later.
      place = { ...place, vni: view.vni }
      history.replaceState(null, '', writePlace(place))
    }
    draw(
      view === undefined
        ? []
        : grid.take(
            view.hosts.map(({ node }) => node),
            view.rows,
          ),
    )
    void panel.show(chosen())
  } catch (error) {
    lost = error instanceof TypeError ? 'the connection to vxagent ui is lost' : (error as Error).message
    draw([])
  } finally {
    isAsking = false
  }
  if (place.vni !== (vni ?? answer.view?.vni)) {
    void look()
  }
}

/** Counts what was answered, once for each answer: who types or points changes nothing of it. */
function count(): void {
  if (counted === answer) {
    return
  }
  counted = answer
  counts = grid.count()
  standings = (answer.view?.hosts ?? []).map((host, at) =>
    standingOf(host, at, counts.out[at] ?? new Uint32Array(), counts.in[at] ?? new Uint32Array()),
  )
}

/** Shows all of it. @param changed rows of the grid that are other than before */
function draw(changed: readonly number[] | 'all'): void {
  const { view } = answer
  count()
  showHeader()
  showTools()
  if (view === undefined) {
    return
  }
  const isSearched = place.find.trim() !== ''
  const matches = standings.map(({ host }) => !isSearched || isFound(host, place.find))
  const axes = axesOf(grid, { matches: (at) => matches[at] === true, onlyAmiss: place.onlyAmiss })
  matrix.show({ grid, axes, changed, host: place.host, peer: place.peer })
  picture.show({
    grid,
    marks: standings.map(({ mark }) => mark),
    textOf: (at) => (standings[at] === undefined ? '' : standingText(standings[at])),
    host: place.host,
    found: isSearched ? new Set(matches.flatMap((is, at) => (is ? [at] : []))) : undefined,
  })
  const listed = standings.filter(
    ({ place: at, mark }) => matches[at] === true && (!place.onlyAmiss || mark !== 'good'),
  )
  table.show(listed, view.hosts.length, place.host)
  findings.show(view)
  show(byId('probes'), view.probes)
  showLegend(counts.all)
  const isEmpty = axes.rows.length * axes.columns.length === 0
  show(byId('stage-empty'), isEmpty ? emptyText(view, isSearched) : '')
  byId('matrix').classList.toggle('nothing', isEmpty)
  show(
    byId('left'),
    view.left === 0 ? '' : `The first ${view.hosts.length} by name; ${view.left} more hosts are in this VNI.`,
  )
}

function emptyText({ vni, hosts }: FleetView, isSearched: boolean): string {
  if (vni === undefined || hosts.length === 0) {
    return vni === undefined ? 'No host has a VTEP yet.' : `No host has a VTEP in VNI ${vni}.`
  }
  return place.onlyAmiss
    ? `Nothing ${isSearched ? 'of these hosts ' : ''}is other than it should be.`
    : 'No host has such a name or address.'
}

function showHeader(): void {
  const { view } = answer
  const ageMs = (answer.heardMsAgo ?? 0) + performance.now() - answeredAt
  const moment = (iso: string): string => moments.second(iso)
  const lines = headline({ answer, ageMs, counts: counts.all, moment, lost })
  show(byId('host'), view === undefined ? 'vxagent fleet' : `Fleet ${view.fleet}`)
  showVerdicts(lines, view?.fleet)
  const isStale = lost !== undefined || answer.silence !== undefined || ageMs > staleMs
  byId('view').classList.toggle('stale', isStale)
  show(byId('age'), answer.heardMsAgo === undefined ? 'nothing heard yet' : `as of ${briefSpan(ageMs / 1000)} ago`)
  show(byId('zone'), `All times: ${moments.zoneAt(new Date().toISOString())}`)
  show(
    byId('seen-from'),
    view === undefined ? '' : `seen from ${view.node}, ${view.members} members, records of revision ${view.revision}`,
  )
}

function showTools(): void {
  const { view } = answer
  const select = byId<HTMLSelectElement>('vni')
  const vni = place.vni ?? view?.vni
  const all = view?.vnis ?? []
  const isListed = vni === undefined || all.some((each) => each.vni === vni)
  show(
    select,
    ...all.map(({ vni: each, hosts, errors, warnings }) => {
      const found = errors > 0 ? ` ✕ ${errors}` : warnings > 0 ? ` ▲ ${warnings}` : ''
      return option(`${each}`, `${each} (${hosts} ${hosts === 1 ? 'host' : 'hosts'})${found}`)
    }),
    ...(isListed ? [] : [option(`${vni}`, `${vni} (no host)`)]),
  )
  select.value = vni === undefined ? '' : `${vni}`
  const find = byId<HTMLInputElement>('find')
  if (find.value !== place.find) {
    find.value = place.find
  }
  byId<HTMLInputElement>('only-amiss').checked = place.onlyAmiss
  for (const kind of ['matrix', 'picture'] as const) {
    const isShown = place.view === kind
    byId(`show-${kind}`).setAttribute('aria-pressed', `${isShown}`)
    for (const part of document.querySelectorAll<HTMLElement>(`[data-view="${kind}"]`)) {
      part.hidden = !isShown
    }
  }
}

function showLegend(counts: Uint32Array): void {
  const shown = worstFirst.filter((health) => (counts[healths.indexOf(health)] ?? 0) > 0 || alwaysShown.has(health))
  show(
    byId('legend'),
    ...shown.map((health) => {
      const { sign, word, means } = wordsOf[health]
      const entry = element('li', '', element('span', `swatch cell-${health}`, sign), ` ${word} `)
      entry.append(element('span', 'quiet', (counts[healths.indexOf(health)] ?? 0).toLocaleString()))
      entry.title = safeText(means)
      return entry
    }),
  )
}

byId('vni').addEventListener('change', () =>
  go({ vni: Number(byId<HTMLSelectElement>('vni').value), host: undefined, peer: undefined }),
)
byId('find').addEventListener('input', () => go({ find: byId<HTMLInputElement>('find').value }))
byId('only-amiss').addEventListener('change', () => go({ onlyAmiss: byId<HTMLInputElement>('only-amiss').checked }))
for (const kind of ['matrix', 'picture'] as const) {
  byId(`show-${kind}`).addEventListener('click', () => go({ view: kind }))
}
addEventListener('hashchange', () => {
  const before = place
  place = readPlace(location.hash)
  arrive(before)
})
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    void look()
  }
})
setInterval(() => {
  if (!document.hidden) {
    void look()
  }
}, everyMs)
setInterval(showHeader, 1000)
showTools()
void look()
