/** Commands of `ip` and `bridge`, as in a script, a history or a batch → an overlay: what they would leave on a host that had nothing. */
import { kernelDstport } from '../../../desired/schema.ts'
import { Overlay } from '../overlay.ts'
import type { Setting, SourceText } from '../source.ts'
import { readArguments } from './arguments.ts'
import { addAddress, addFdbEntry, addNeighbour, addVni } from './entries.ts'
import { bridgeRows, linkRows, portRows, vxlanRows } from './link-arguments.ts'
import { type Command, parseShell, type Word } from './shell.ts'
import { VlanCommands } from './vlans.ts'

/** UDP port of VXLAN-GPE, which the kernel takes for a link that states no other. */
const gpeDstport = 4790

const objects = ['address', 'fdb', 'link', 'neighbour', 'route', 'rule', 'vlan', 'vni', 'mdb', 'nexthop', 'netns']
const synonyms: Readonly<Record<string, string>> = { addr: 'address', neighbor: 'neighbour', neigh: 'neighbour' }
const verbs = ['add', 'append', 'change', 'delete', 'list', 'replace', 'set', 'show', 'flush']

export function gatherIproute2(sources: readonly SourceText[]): Overlay {
  const overlay = new Overlay()
  const vlans = new VlanCommands(overlay)
  for (const command of sources.flatMap(parseShell)) {
    run(overlay, vlans, command)
  }
  vlans.finish()
  for (const [, draft] of overlay.vxlans) {
    draft.setDefault('dstport', draft.get('gpe') === true ? gpeDstport : kernelDstport)
    // As `ip link` does for every `external` link.
    if (draft.get('external') === true) {
      draft.setDefault('learning', false)
    }
  }
  return overlay
}

function run(overlay: Overlay, vlans: VlanCommands, command: Command): void {
  const { notes } = overlay
  const words = withoutFront(command)
  const [tool] = words
  const at = command[0].at
  const [first, ...others] = command
  const all: Setting = {
    name: first.text,
    text: others.map(({ text }) => text).join(' '),
    at,
    parts: others.map((word) => word.at),
  }
  const isTool = tool?.text === 'ip' || tool?.text === 'bridge'
  const behindTool = isTool ? words.slice(1) : words
  const start = behindTool.findIndex(({ text }) => !text.startsWith('-'))
  const options = start === -1 ? behindTool : behindTool.slice(0, start)
  const [objectWord, verbWord, ...rest] = start === -1 ? [] : behindTool.slice(start)
  const object = expand(synonyms[objectWord?.text ?? ''] ?? objectWord?.text ?? '', objects, isTool)
  if (tool === undefined || (!isTool && object === undefined)) {
    notes.remark(at, `${tool?.text ?? command[0].text} is passed over: only commands of ip and bridge are read`, [all])
  } else if (options.some(({ text }) => /^-(n|netns|b|batch)/.test(text)) || object === 'netns') {
    notes.leftOut(all, 'another network namespace or another file is not followed')
  } else if (words.some(({ text }) => /[$`]/.test(text))) {
    notes.leftOut(all, 'variables are not followed; write what stands for them')
  } else {
    const verb = expand(verbWord?.text ?? 'show', verbs, true)
    const isBridgeTool = tool.text === 'bridge' || (!isTool && object === 'link' && isPortCommand(rest))
    const name = `${object === 'link' && !isBridgeTool ? 'ip' : isBridgeTool || ['fdb', 'vlan', 'vni'].includes(String(object)) ? 'bridge' : 'ip'} ${object} ${verb}`
    perform(
      overlay,
      vlans,
      `${object} ${verb}`,
      isBridgeTool,
      { ...all, name, text: rest.map(({ text }) => text).join(' ') },
      rest,
    )
  }
}

/** What one command does. `rest` stands behind its verb. */
function perform(
  overlay: Overlay,
  vlans: VlanCommands,
  what: string,
  isBridgeTool: boolean,
  all: Setting,
  rest: readonly Word[],
): void {
  const { notes } = overlay
  const isChange = /(?:add|append|replace|change)$/.test(what)
  if (/(?:show|list)$/.test(what)) {
    notes.accountFor(all)
  } else if (what === 'link set' || what === 'link change') {
    setLink(overlay, isBridgeTool, all, rest)
  } else if (what === 'link add' || what === 'link replace') {
    addLink(overlay, all, rest)
  } else if (what.startsWith('fdb') && isChange) {
    addFdbEntry(overlay, all, rest)
  } else if (what === 'vni add') {
    addVni(overlay, all, rest)
  } else if (what === 'vlan add' || what === 'vlan delete') {
    vlans.run(what === 'vlan add' ? 'add' : 'del', all, rest)
  } else if (what.startsWith('address') && isChange) {
    addAddress(overlay, all, rest)
  } else if (what.startsWith('neighbour') && isChange) {
    addNeighbour(overlay, all, rest)
  } else if (rest.some(({ text }) => overlay.has(text))) {
    const why = /^(?:route|rule|nexthop)/.test(what)
      ? 'vxagent makes no routes and no rules; keep them with what makes the others on this host'
      : 'it is not followed: take what it removes or changes out of the file yourself'
    notes.leftOut(all, why)
  } else {
    notes.remark(all.at, `${all.name} is passed over: it is about no vxlan or bridge of these commands`, [all])
  }
}

/** `ip link add [dev] NAME … type KIND …`; `link DEV` is what VLAN interfaces and the like are on. */
function addLink(overlay: Overlay, all: Setting, words: readonly Word[]): void {
  const typeAt = words.findIndex(({ text }) => text === 'type')
  const kind = words[typeAt + 1]?.text
  const general = words.slice(0, typeAt === -1 ? undefined : typeAt)
  const named = general.findIndex(({ text }) => text === 'name' || text === 'dev')
  const nameAt = named === -1 ? 0 : named + 1
  const nameWord = general[nameAt]
  if (typeAt === -1 || nameWord === undefined || (kind !== 'vxlan' && kind !== 'bridge')) {
    overlay.notes.remark(
      all.at,
      `a link of the kind ${kind ?? 'that is not stated'} is passed over: what the overlay needs of it has to exist`,
      [all],
    )
    return
  }
  const name = nameWord.text
  const declared: Setting = { ...all, text: name, parts: [nameWord.at] }
  const others = general.filter((_, index) => index !== nameAt && index !== named)
  const own = words.slice(typeAt + 2)
  const command = `${all.name} ${name}`
  if (kind === 'vxlan') {
    const draft = overlay.vxlan(name, declared)
    readArguments(command, others, linkRows(overlay, name, draft), overlay.notes)
    readArguments(command, own, vxlanRows(overlay, draft), overlay.notes)
  } else {
    const draft = overlay.bridge(name, declared)
    readArguments(command, others, linkRows(overlay, name, draft), overlay.notes)
    readArguments(command, own, bridgeRows(overlay, draft), overlay.notes)
  }
}

/** `ip link set [dev] NAME … [type KIND …]`, or `bridge link set dev NAME …`. */
function setLink(overlay: Overlay, isBridgeTool: boolean, all: Setting, words: readonly Word[]): void {
  const { notes } = overlay
  const dev = words.findIndex(({ text }) => text === 'dev')
  const nameAt = dev === -1 ? 0 : dev + 1
  const name = words[nameAt]?.text ?? ''
  const others = words.filter((_, index) => index !== nameAt && index !== dev)
  const typeAt = others.findIndex(({ text }) => text === 'type')
  const kind = typeAt === -1 ? undefined : others[typeAt + 1]?.text
  const general = typeAt === -1 ? others : others.slice(0, typeAt)
  const own = typeAt === -1 ? [] : others.slice(typeAt + 2)
  const command = `${all.name} ${name}`
  notes.accountFor({ ...all, parts: [] })
  if (isBridgeTool) {
    readArguments(command, general, portRows(overlay.port(name), notes), notes)
    return
  }
  const [vxlan, bridge] = [overlay.findVxlan(name), overlay.findBridge(name)]
  const draft = vxlan ?? bridge
  if (draft !== undefined) {
    readArguments(command, general, linkRows(overlay, name, draft), notes)
  } else if (general.length > 0 || own.length === 0) {
    readForeign(overlay, name, command, all, general)
  }
  const rows =
    kind === 'bridge_slave'
      ? portRows(overlay.port(name), notes)
      : vxlan !== undefined
        ? vxlanRows(overlay, vxlan)
        : bridge !== undefined
          ? bridgeRows(overlay, bridge)
          : undefined
  if (rows === undefined && own.length > 0) {
    notes.remark(all.at, `${name} is passed over: what the overlay needs of it has to exist`, [all])
  } else if (rows !== undefined) {
    readArguments(command, own, rows, notes)
  }
}

/** A link that is not ours: of it only that it becomes a port of a bridge of ours is read. */
function readForeign(overlay: Overlay, name: string, command: string, all: Setting, words: readonly Word[]): void {
  const at = words.findIndex(({ text }) => text === 'master')
  const [keyword, bridge] = at === -1 ? [] : words.slice(at, at + 2)
  const isPort = keyword !== undefined && bridge !== undefined && overlay.isBridge(bridge.text)
  if (isPort) {
    const setting = { name: `${command} master`, text: bridge.text, at: keyword.at, parts: [bridge.at] }
    overlay.attach(name, bridge.text, setting)
  }
  if (!isPort) {
    overlay.notes.remark(all.at, `${name} is passed over: what the overlay needs of it has to exist`, [all])
  } else if (words.length > 2) {
    overlay.notes.remark(all.at, `of ${name} only that it is a port of ${bridge.text} is read; it has to exist`, [all])
  }
}

/** Without what stands before a command: a prompt, a number of the history, `sudo`, words of the shell, and variables that are set for it. */
function withoutFront(command: Command): readonly Word[] {
  const front =
    /^(?:\d+|sudo|exec|do|then|else|if|!|[{(]|\$|[^\s@]+@\S+[#$]|[A-Za-z_]\w*=.*|\/(?:usr\/)?s?bin\/(?=ip$|bridge$))$/
  const start = command.findIndex(({ text }) => !front.test(text))
  const words = start === -1 ? [] : command.slice(start)
  return words.map(({ text, at }) => ({ text: text.replace(/^\/(?:usr\/)?s?bin\//, ''), at }))
}

/** The whole word of an abbreviation, as iproute2 reads it; a line of a batch has to have it whole enough to be told. */
function expand(text: string, known: readonly string[], mayBeShort: boolean): string | undefined {
  const least = mayBeShort ? 1 : 3
  return text.length < least ? undefined : known.find((word) => word.startsWith(text))
}

/** Whether a `link set` of a batch is one of `bridge -batch`. */
function isPortCommand(words: readonly Word[]): boolean {
  const ofPorts = [
    'learning',
    'neigh_suppress',
    'isolated',
    'flood',
    'mcast_flood',
    'bcast_flood',
    'vlan_tunnel',
    'hairpin',
    'guard',
    'root_block',
    'locked',
    'fastleave',
    'cost',
  ]
  return !words.some(({ text }) => text === 'type') && words.some(({ text }) => ofPorts.includes(text))
}
