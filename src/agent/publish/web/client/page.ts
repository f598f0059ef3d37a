/** The page: joins its parts, and keeps them up to date. */
import type { OverlayEvent } from '../../../answers/overlay-event.ts'
import type { AgentStatus } from '../../../answers/status.ts'
import type { Tunnels } from '../../../answers/tunnel.ts'
import { ask } from './ask.ts'
import { showStatus, showVerdicts } from './declared.ts'
import { Details, mostMacs } from './details.ts'
import { byId, show } from './dom.ts'
import { EventList } from './event-list.ts'
import { answerField, explain } from './explanation.ts'
import { ForwardingTable } from './forwarding-table.ts'
import { Moments } from './moments.ts'
import { Overlay } from './overlay.ts'
import { type KnownHosts, learnHosts, remotesIn } from './remotes.ts'
import { followEvents } from './stream.ts'
import { TunnelTable } from './tunnel-table.ts'
import { verdictsOf, verdictsWithoutAgent, worstTone } from './verdicts.ts'
import { suggestLinks, VniChoice } from './vni-choice.ts'

/** How soon after an event the views are asked for again, and how often in any case, in milliseconds. */
const soonMs = 400
const regularlyMs = 5000
/** A large table is fetched again less often. */
const largeTable = 20_000
const largeTableMs = 10_000

/** What was answered last. */
let last: { readonly status: AgentStatus; readonly tunnels: Tunnels } | undefined
let hosts: KnownHosts = new Map()
/** What the forwarding table was told last, as JSON. */
let sentFilter = 'null'

const moments = new Moments()
const vniChoice = new VniChoice(() => {
  filterTable()
  events.drawSoon()
  showLast()
})
const events = new EventList(moments, (event) => vniChoice.hasEvent(event))
const table = new ForwardingTable({
  onMac: (mac, link) => void explain(mac, link, moments),
  onMacs: (remotes, macs, count) => details.tellMacs(remotes, macs, count),
})
const details = new Details(moments, {
  askMacs: (remotes) => table.askMacs(remotes, mostMacs),
  onMac: (mac, link) => void explain(mac, link, moments),
  onClose: () => overlay.close(),
})
const overlay = new Overlay({
  onChoose: (node) => details.show(node, last?.status.health?.findings ?? []),
  onVni: (vni) => vniChoice.toggle(vni),
})
const tunnelTable = new TunnelTable((remote) => overlay.choose(remote))
answerField(moments)

/** Runs `work` soon, once for all that ask meanwhile, and not again before it is done and `pauseMs()` is over. */
function lazily(work: () => unknown, pauseMs: () => number): () => void {
  let isScheduled = false
  let isWanted = false
  const run = async (): Promise<void> => {
    isWanted = false
    await work()
    setTimeout(() => {
      isScheduled = false
      if (isWanted) {
        schedule()
      }
    }, pauseMs())
  }
  const schedule = (): void => {
    isWanted = true
    if (!isScheduled) {
      isScheduled = true
      setTimeout(() => void run(), soonMs)
    }
  }
  return schedule
}

/** Tells the forwarding table which VNI is chosen, or that the links of that VNI are others now. */
function filterTable(): void {
  const { filter } = vniChoice
  const text = JSON.stringify(filter ?? null)
  if (text !== sentFilter) {
    sentFilter = text
    table.filterBy(filter)
  }
}

async function look(): Promise<void> {
  try {
    const [status, tunnels] = await Promise.all([ask<AgentStatus>('/v1/status'), ask<Tunnels>('/v1/tunnels')])
    last = { status, tunnels }
    hosts = learnHosts(hosts, tunnels.tunnels)
    tunnelTable.read(tunnels, Date.now())
    vniChoice.take(tunnels)
    filterTable()
    suggestLinks([...tunnels.vnis.map(({ ifname }) => ifname), ...status.objects.map(({ name }) => name)])
    showLast()
  } catch (error) {
    const reason = error instanceof TypeError ? 'No answer: the connection is lost' : (error as Error).message
    showVerdicts(verdictsWithoutAgent(reason), last?.status.hostname)
    byId('view').classList.add('stale')
  }
}

/** Shows what was answered last, as far as the filter by VNI lets it through. */
function showLast(): void {
  if (last === undefined) {
    return
  }
  const { status, tunnels } = last
  const findings = status.health?.findings ?? []
  // The verdict is on the whole, whatever is filtered.
  const verdicts = verdictsOf(status, remotesIn(tunnels.tunnels, hosts, findings), Date.now())
  byId('view').classList.remove('stale')
  showStatus(status, moments)
  showVerdicts(verdicts, status.hostname)
  const chosen = tunnels.tunnels.filter((tunnel) => vniChoice.hasTunnel(tunnel))
  overlay.show({
    hostname: status.hostname,
    tone: worstTone(verdicts),
    nodes: remotesIn(chosen, hosts, findings),
    findings,
    vnis: vniChoice.vnis,
  })
  tunnelTable.show(chosen, findings, Date.now())
  show(byId('zone'), `All times: ${moments.zoneAt(new Date().toISOString())}`)
}

const lookSoon = lazily(look, () => 1000)
const loadSoon = lazily(
  () => table.load(),
  () => (table.size > largeTable ? largeTableMs : 1000),
)

/** Events that say nothing about the forwarding table. */
const beside: ReadonlySet<OverlayEvent['kind']> = new Set([
  'state',
  'applied',
  'overrun',
  'started',
  'address-added',
  'address-deleted',
  'unreachable',
  'reachable',
  'fault',
  'fault-over',
  'member-joined',
  'member-gone',
  'member-back',
  'member-removed',
  'fleet-mode',
  'fleet-problem',
  'fleet-problem-over',
  'pushed-file',
])

const connection = byId('connection')
followEvents({
  onState(isLive) {
    connection.textContent = isLive ? 'live' : 'not live: connecting again'
    lookSoon()
    if (isLive) {
      loadSoon()
    }
  },
  onEvent(event) {
    events.add(event)
    lookSoon()
    if (!beside.has(event.kind)) {
      loadSoon()
    }
  },
})
// vxagent ui --fleet serves it at /host, beside the page of the fleet; everyone else at /, where there is none.
byId('fleet-link').hidden = location.pathname === '/'
setInterval(lookSoon, regularlyMs)
lookSoon()
loadSoon()
