/** `vxagent events`: what happened to the overlay, and what happens. */
import { type EventKind, eventKinds, type OverlayEvent } from '../../agent/answers/overlay-event.ts'
import { paintFor } from '../colour.ts'
import { meansNoDaemon } from '../daemon.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Input } from '../input.ts'
import { type Flag, json, logLevel, readText, socket, type ValueOption, wholeNumber } from '../options.ts'
import { complain, type Io, write } from '../output.ts'
import { withKernelAlone } from '../overlay.ts'
import { readIp, readMac } from '../read-address.ts'
import { UsageError } from '../usage-error.ts'
import type { Command } from './command.ts'

const dev: ValueOption<string | undefined> = {
  name: 'dev',
  placeholder: 'NAME',
  description: 'events of this link only',
  fallback: undefined,
  suggestion: 'link',
  read: readText,
}
const mac: ValueOption<string | undefined> = {
  name: 'mac',
  placeholder: 'MAC',
  description: 'events of this MAC address only',
  fallback: undefined,
  read: readMac,
}
const vtep: ValueOption<string | undefined> = {
  name: 'vtep',
  placeholder: 'IP',
  description: 'events of entries that lead, or led, to this VTEP',
  fallback: undefined,
  read: readIp,
}
const kind: ValueOption<readonly EventKind[] | undefined> = {
  name: 'kind',
  placeholder: 'KIND,…',
  description: 'events of these kinds only',
  fallback: undefined,
  suggestion: Object.keys(eventKinds),
  isList: true,
  read: (text, source) => text.split(',').map((word) => readKind(word, source)),
}
const recent: ValueOption<number> = {
  name: 'recent',
  placeholder: 'COUNT',
  description: 'how many events of the past to begin with, after the other filters; 0: only what is to come',
  fallback: 100,
  read: wholeNumber(0, 1_000_000),
}
const once: Flag = { name: 'once', description: 'show the past and end, without waiting for what is to come' }

export const events: Command = {
  name: 'events',
  summary: 'Show what happened to the overlay, and what happens',
  details: `Asks the daemon, which keeps the last 10,000 events (and with vxagent agent --event-file those before its start), and follows it, over its restarts too, until Ctrl-C, in a pipe too, until its reader leaves; --once ends after the past. Without a daemon shows what happens from now on. --json prints an object a line. Kinds: ${Object.keys(eventKinds).join(', ')}.`,
  options: [dev, mac, vtep, kind, recent, once],
  commonOptions: [socket, json, logLevel],
  examples: [
    ['$0 events', 'the last 100, then whatever happens'],
    ['$0 events --kind moved,flapping,duplicate', 'MAC addresses that change their place'],
    ['$0 events --mac 02:00:00:00:00:fe --once', 'what became of one MAC address'],
    ['$0 events --once --json | jq -r .message', 'for a script'],
  ],

  async run(input, io) {
    await requireLink(input)
    const print = await printer(input, io)
    const stop = new AbortController()
    const end = (): void => stop.abort()
    io.signals.on('SIGINT', end)
    io.signals.on('SIGTERM', end)
    try {
      if (!(await showDaemons(input, io, stop.signal, print))) {
        await showOwn(input, io, stop.signal, print)
      }
    } finally {
      io.signals.off('SIGINT', end)
      io.signals.off('SIGTERM', end)
    }
    return exitCodes.ok
  },
}

/** Throws when there is no link of that name, and none is remembered: a name that was mistyped would be waited for without end. */
async function requireLink(input: Input): Promise<void> {
  const name = input.value(dev)
  if (name === undefined) {
    return
  }
  const { isLinkThere } = await import('../kernel.ts')
  if (!((await isLinkThere(name)) || (await isRemembered(name, input)))) {
    throw new Error(`there is no link ${name}, and no event of one is known; vxagent links shows those that there are`)
  }
}

async function isRemembered(name: string, input: Input): Promise<boolean> {
  const { AgentUnreachable, requestAgent } = await import('../../agent/ask/request.ts')
  const query = new URLSearchParams({ dev: name, recent: '1' })
  try {
    const path = `/v1/events?${query}`
    const answer = await requestAgent<{ readonly events: readonly OverlayEvent[] }>(input.value(socket), 'GET', path)
    return answer.events.length > 0
  } catch (error) {
    // What is amiss with the daemon is told by what follows.
    if (error instanceof AgentUnreachable) {
      return error.code === 'EACCES'
    }
    throw error
  }
}

type Print = (event: OverlayEvent) => void

async function printer(input: Input, io: Io): Promise<Print> {
  if (input.has(json)) {
    return (event) => {
      write(io.stdout, `${JSON.stringify(event)}\n`).catch(() => {})
    }
  }
  const { eventLine } = await import('../views/events.ts')
  const paint = paintFor(io.stdout, io.env)
  return (event) => {
    write(io.stdout, eventLine(event, paint)).catch(() => {})
  }
}

function queryOf(input: Input): URLSearchParams {
  const query = new URLSearchParams()
  for (const option of [dev, mac, vtep]) {
    const value = input.value(option)
    if (value !== undefined) {
      query.set(option.name, value)
    }
  }
  for (const each of input.value(kind) ?? []) {
    query.append('kind', each)
  }
  query.set('recent', `${input.value(recent)}`)
  return query
}

/** Shows what the daemon has; false when none can be asked. */
async function showDaemons(input: Input, io: Io, signal: AbortSignal, print: Print): Promise<boolean> {
  const [{ AgentUnreachable, requestAgent }, { followEvents }] = await Promise.all([
    import('../../agent/ask/request.ts'),
    import('../../agent/ask/follow.ts'),
  ])
  const path = input.value(socket)
  const query = queryOf(input)
  let isKnown = false
  let after: string | undefined
  let isLost = false
  for (;;) {
    try {
      if (input.has(once)) {
        const { events: past } = await requestAgent<{ readonly events: readonly OverlayEvent[] }>(
          path,
          'GET',
          `/v1/events?${query}`,
        )
        past.forEach(print)
        return true
      }
      await followEvents(path, {
        query: `?${query}`,
        after,
        signal,
        onEvent(event) {
          isKnown = true
          isLost = false
          after = event.id
          print(event)
        },
      })
      return true
    } catch (error) {
      if (!(error instanceof AgentUnreachable) || error.code === 'EACCES') {
        throw error
      }
      if (!isKnown && after === undefined && error.code !== 'ECONNRESET') {
        await meansNoDaemon(input, error, withKernelAlone)
        return false
      }
      isKnown = true
      if (!isLost) {
        isLost = true
        await complain(io, 'vxagent: the daemon has ended; waiting for it')
      }
      // Nothing of the past again: what was missed is told after the last event that came.
      query.set('recent', after === undefined ? '0' : '1000000')
      await pause(signal)
      if (signal.aborted) {
        return true
      }
    }
  }
}

/** Shows what happens from now on. */
async function showOwn(input: Input, io: Io, signal: AbortSignal, print: Print): Promise<void> {
  if (input.has(once)) {
    throw new Error(
      'what is past only a running daemon can tell; start it with systemctl start vxagent, or vxagent agent',
    )
  }
  await complain(io, 'vxagent: the daemon is not running; what happens from now on:')
  const [{ watchEvents }, { isAskedFor }] = await Promise.all([
    import('../../agent/run/look.ts'),
    import('../../agent/publish/api/event-query.ts'),
  ])
  const filter = {
    ...severally({ dev: input.value(dev), mac: input.value(mac), vtep: input.value(vtep) }),
    kind: undefined,
  }
  const kinds = input.value(kind)
  const watch = await watchEvents((error) => {
    complain(io, `vxagent: ${error.message}`).catch(() => {})
  })
  let position = watch.log.end
  const show = (): void => {
    const { events: fresh, next } = watch.log.read(position, Number.POSITIVE_INFINITY)
    position = next
    fresh
      .filter((event) => isAskedFor(event, { ...filter, ...(kinds !== undefined && { kind: [...kinds] }) }))
      .forEach(print)
  }
  watch.log.follow(show)
  await new Promise<void>((resolve) => {
    if (signal.aborted) {
      resolve()
    }
    signal.addEventListener('abort', () => resolve())
  })
  watch.close()
}

function severally<K extends string>(
  values: Readonly<Record<K, string | undefined>>,
): { [Key in K]: string[] | undefined } {
  const lists = Object.entries<string | undefined>(values).map(([key, value]) => [
    key,
    value === undefined ? undefined : [value],
  ])
  return Object.fromEntries(lists) as { [Key in K]: string[] | undefined }
}

/** A second, or until the end. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function readKind(word: string, source: string): EventKind {
  if (!(word in eventKinds)) {
    throw new UsageError(
      `${source} must be one or more of ${Object.keys(eventKinds).join(', ')}, not ${JSON.stringify(word)}`,
    )
  }
  return word as EventKind
}
