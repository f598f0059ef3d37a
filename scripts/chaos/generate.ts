/** Seed → operations. Nothing that happens on the host has a say in it. */
import {
  bridges,
  declared,
  declaredMacs,
  declaredPorts,
  declaredRemotes,
  foreign,
  foreignBridges,
  foreignPorts,
  foreignVxlans,
  handAddresses,
  handGroups,
  handMacs,
  handRemotes,
  spares,
  underlays,
  vxlans,
  zeroMac,
} from './names.ts'
import type { HandEntry, HandLink, LinkSettings, Operation, Timed } from './operation.ts'
import type { Random } from './random.ts'
import { arbitraryFiles, fileNames } from './states.ts'

/** Changes a second. */
const slowest = 5
const fastest = 50
/** For so long the pace stays the same. */
const paceMs = 3000

const weights = {
  rename: 6,
  swap: 4,
  delete: 5,
  set: 16,
  'send away': 3,
  'bring back': 5,
  enslave: 8,
  release: 4,
  address: 8,
  entry: 16,
  make: 3,
  underlay: 5,
  file: 8,
  daemon: 1,
}

/**
 * Operations for so many milliseconds, in their order.
 * @param rate changes a second; undefined: 5 to 50, changing now and then
 */
export function* operations(random: Random, durationMs: number, rate?: number): Generator<Timed> {
  const maker = new Maker(random)
  let atMs = 0
  let paceEndsMs = 0
  let pace = rate ?? slowest
  for (;;) {
    if (rate === undefined && atMs >= paceEndsMs) {
      pace = slowest + random.below(fastest - slowest + 1)
      paceEndsMs = atMs + paceMs
    }
    // As independent events come: many at once, and then none for a while.
    atMs += (-Math.log(1 - random.next()) * 1000) / pace
    if (atMs > durationMs) {
      return
    }
    yield { atMs: Math.round(atMs), operation: maker.next() }
  }
}

/** The operations with checks between, evenly; the one at the end is counted and not among them. */
export function* withChecks(timed: Iterable<Timed>, durationMs: number, checks: number): Generator<Timed> {
  let number = 1
  for (const each of timed) {
    for (; number < checks && each.atMs >= (number * durationMs) / checks; number += 1) {
      yield { atMs: Math.round((number * durationMs) / checks), operation: { do: 'check', number } }
    }
    yield each
  }
}

/** What it has done it mostly undoes in time: else there would soon be little left to change. */
class Maker {
  readonly #random: Random
  #isRunning = true
  /** Names of links that it has sent away, has given another name (by that one), or has deleted. As it believes: it does not look. */
  readonly #away = new Set<string>()
  readonly #renamed = new Map<string, string>()
  readonly #deleted = new Set<string>()

  constructor(random: Random) {
    this.#random = random
  }

  next(): Operation {
    const random = this.#random
    if (!this.#isRunning && random.chance(0.08)) {
      this.#isRunning = true
      return { do: 'start' }
    }
    const any = [...declared, ...foreign, ...spares]
    switch (random.weighted(weights)) {
      case 'rename':
        return this.#rename(any)
      case 'swap':
        return this.#swap()
      case 'delete': {
        const link = random.pick([...declared, ...declared, ...foreignBridges, ...foreignVxlans, ...spares])
        this.#deleted.add(link)
        return { do: 'delete', link }
      }
      case 'set':
        return this.#set()
      case 'send away': {
        const link = random.pick([...vxlans, ...vxlans, ...foreignVxlans, ...foreignPorts, ...spares])
        this.#away.add(link)
        return { do: 'send away', link }
      }
      case 'bring back': {
        const link = random.pick(this.#away.size > 0 ? [...this.#away] : vxlans)
        this.#away.delete(link)
        return { do: 'bring back', link }
      }
      case 'enslave':
        return {
          do: 'enslave',
          link: random.pick([...vxlans, ...foreignPorts, ...foreignVxlans]),
          master: random.pick([...bridges, ...foreignBridges]),
        }
      case 'release':
        return { do: 'release', link: random.pick([...vxlans, ...foreignPorts, ...foreignVxlans]) }
      case 'address':
        return {
          do: random.chance(0.5) ? 'add address' : 'remove address',
          link: random.pick([...declared, ...declared, ...foreign]),
          address: random.pick([...handAddresses, '10.1.0.1/24', '10.1.1.1/24', '10.1.2.2/24', '10.8.0.1/24']),
        }
      case 'entry':
        return this.#entry()
      case 'make':
        return this.#make()
      case 'underlay':
        return this.#underlay()
      case 'file':
        return this.#file()
      case 'daemon':
        return this.#daemon()
    }
  }

  #rename(any: readonly string[]): Operation {
    const random = this.#random
    if (this.#renamed.size > 0 && random.chance(0.5)) {
      const [to, link] = random.pick([...this.#renamed])
      this.#renamed.delete(to)
      return { do: 'rename', link: to, to: link }
    }
    const link = random.pick(any)
    const to = random.pick([...declared, ...spares, ...foreign].filter((each) => each !== link))
    this.#renamed.set(to, link)
    return { do: 'rename', link, to }
  }

  /** Other people's links again, or a stranger under a declared name. */
  #make(): Operation {
    const random = this.#random
    const gone = foreign.filter((name) => this.#deleted.has(name))
    if (gone.length === 0 || random.chance(0.4)) {
      return { do: 'make', link: random.pick([...declared, ...foreign]), as: this.#handLink() }
    }
    const link = random.pick(gone)
    this.#deleted.delete(link)
    const kinds: Record<string, HandLink> = {
      fbr: { kind: 'bridge', mtu: 1470, mac: `02:00:00:00:88:0${random.below(9)}` },
      fvx: { kind: 'vxlan', id: 900 + random.below(20), dstport: 4777, remote: '10.0.2.77' },
    }
    return { do: 'make', link, as: kinds[link.slice(0, 3)] ?? { kind: 'veth' } }
  }

  #swap(): Operation {
    const random = this.#random
    const link = random.pick([...declared, ...declaredPorts])
    return { do: 'swap', link, with: random.pick([...declared, ...foreign].filter((each) => each !== link)) }
  }

  #set(): Operation {
    const random = this.#random
    const link = random.pick([...declared, ...declared, ...foreign])
    const choices: (() => LinkSettings)[] = [
      () => ({ up: random.chance(0.6) }),
      () => ({ mtu: random.pick([1280, 1350, 1400, 1450]) }),
      () => ({ mac: `02:00:00:00:77:0${random.below(9)}` }),
      () => ({ txqlen: random.pick([1000, 100]) }),
      () => ({ devgroup: random.below(3) }),
      () => ({ ttl: random.pick([5, 16, 64]) }),
      () => ({ learning: random.chance(0.5) }),
      () => ({ ageing: random.pick([300, 100]) }),
      () => ({ remote: random.pick([...handGroups, '10.0.2.93']) }),
      () => ({ dev: random.pick(underlays) }),
      () => ({ remote: random.pick(handGroups), dev: random.pick(underlays) }),
    ]
    return { do: 'set', link, to: random.pick(choices)() }
  }

  #entry(): Operation {
    const random = this.#random
    const link = random.pick([...vxlans, ...vxlans, ...foreignVxlans])
    const isFlood = random.chance(0.3)
    const via = random.chance(0.1) ? random.pick(underlays) : undefined
    const entry: HandEntry = {
      mac: isFlood ? zeroMac : random.pick([...handMacs, ...declaredMacs]),
      dst: random.pick(isFlood ? [...handRemotes, ...declaredRemotes] : [...handRemotes, '10.0.2.2']),
      ...(via !== undefined && { via }),
      ...(!isFlood && random.chance(0.2) && { isExternLearned: true }),
    }
    const verbs = isFlood
      ? (['append entry', 'append entry', 'remove entry'] as const)
      : (['add entry', 'add entry', 'replace entry', 'remove entry', 'remove entry'] as const)
    return { do: random.pick<Extract<Operation, { entry: unknown }>['do']>(verbs), link, entry }
  }

  #handLink(): HandLink {
    const random = this.#random
    switch (random.below(4)) {
      case 0:
        return { kind: 'veth' }
      case 1:
        return { kind: 'bridge', mtu: 1470, mac: `02:00:00:00:88:0${random.below(9)}` }
      default: {
        const isClash = random.chance(0.4)
        const id = isClash ? 100 + random.below(5) : 900 + random.below(20)
        const dev = random.chance(0.3) ? random.pick(underlays) : undefined
        return {
          kind: 'vxlan',
          id,
          dstport: isClash ? 4789 : 4777,
          remote: '10.0.2.77',
          ...(dev !== undefined && { dev }),
        }
      }
    }
  }

  #underlay(): Operation {
    const random = this.#random
    const link = random.pick(underlays)
    const isMissing = this.#renamed.get('eth9')
    if (isMissing !== undefined && random.chance(0.6)) {
      this.#renamed.delete('eth9')
      return { do: 'rename', link: 'eth9', to: isMissing }
    }
    switch (random.below(7)) {
      case 0:
        return { do: 'set', link, to: { up: false } }
      case 1:
      case 2:
        return { do: 'set', link, to: { up: true } }
      case 3:
        return { do: 'set', link, to: { mtu: random.pick([1400, 1500, 1350, 2000]) } }
      case 4:
        return { do: 'replace underlay', link }
      case 5:
        return { do: 'swap', link: 'eth1', with: 'eth2' }
      default:
        this.#renamed.set('eth9', link)
        return { do: 'rename', link, to: 'eth9' }
    }
  }

  #file(): Operation {
    const random = this.#random
    const file = random.pick(fileNames)
    const { [file]: stanzas } = arbitraryFiles(random)
    const text = JSON.stringify(stanzas)
    switch (random.below(10)) {
      case 0:
        return { do: 'write file', file, text: text.slice(0, random.below(text.length)) }
      case 1:
        return { do: 'write file', file, text: text.replace('"id"', '"idd"') }
      case 2:
        return { do: 'remove file', file }
      case 3:
        return { do: 'swap files', file, with: random.pick(fileNames) }
      case 4:
        // A stanza that other files may have as well: invalid until one of them is changed.
        return { do: 'write file', file, text }
      default:
        return { do: 'write file', file, text: JSON.stringify(shareOf(file, random)) }
    }
  }

  #daemon(): Operation {
    const random = this.#random
    switch (random.below(4)) {
      case 0:
        return { do: 'reload' }
      case 1:
        this.#isRunning = false
        return { do: 'stop' }
      case 2:
        this.#isRunning = false
        return { do: 'kill' }
      default:
        return { do: 'reload' }
    }
  }
}

/** What is this file's alone, so that files written at different times are valid beside one another. */
function shareOf(file: string, random: Random): unknown {
  const number = fileNames.indexOf(file as (typeof fileNames)[number])
  const all = Object.values(arbitraryFiles(random))
  const own = (names: readonly string[], kind: 'vxlans' | 'bridges'): Record<string, unknown> =>
    Object.fromEntries(all.flatMap((stanzas) => Object.entries(stanzas[kind])).filter(([name]) => names.includes(name)))
  return {
    vxlans: own([...vxlans].slice(number * 2, number * 2 + 2), 'vxlans'),
    bridges: number === 0 ? own(bridges, 'bridges') : {},
  }
}
