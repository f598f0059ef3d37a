/** Forwarding entries and neighbours as the fake kernel keeps them, with the kernel's quirks (measured, Linux 6.18). */
import { constants, type Neighbour, type NeighbourRequest } from '../../src/rtnetlink/index.ts'
import { FakeRefusal } from './fake-refusal.ts'

const zeroMac = '00:00:00:00:00:00'
const { NLM_F_APPEND, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_CREATE } = constants

/** NDA_CACHEINFO of an entry that is new: what a driver always tells of its entries. */
export const newEntry = { confirmed: 0, used: 0, updated: 0, refcnt: 0 }

/** One link's tables. */
export class FakeForwarding {
  #fdb: Neighbour[] = []
  #neighbours: Neighbour[] = []

  get fdb(): readonly Neighbour[] {
    return this.#fdb
  }

  get neighbours(): readonly Neighbour[] {
    return this.#neighbours
  }

  /**
   * RTM_NEWNEIGH: what is told of it, if anything. Throws FakeRefusal.
   * @param bridge ifindex of the bridge whose table this is; 0: it is a link's own
   */
  add(request: NeighbourRequest, flags: number, bridge = 0): Neighbour | undefined {
    if (bridge !== 0) {
      return this.#addToBridge(request, flags, bridge)
    }
    return request.family === constants.AF_BRIDGE ? this.#addFdb(request, flags) : this.#addNeighbour(request, flags)
  }

  /** RTM_DELNEIGH. What names a destination that is not there deletes nothing and succeeds. */
  remove(request: NeighbourRequest): Neighbour | undefined {
    const isFdb = request.family === constants.AF_BRIDGE
    const { lladdr, dst } = request.attributes ?? {}
    const isOfBridge = ((request.flags ?? 0) & constants.NTF_MASTER) !== 0
    const isMeant = (entry: Neighbour): boolean =>
      isFdb
        ? entry.attributes.lladdr === lladdr && (!isOfBridge || entry.ifindex === request.ifindex)
        : entry.attributes.dst === dst
    const table = isFdb ? this.#fdb : this.#neighbours
    const candidates = table.filter(isMeant)
    if (candidates.length === 0) {
      throw new FakeRefusal('ENOENT', undefined)
    }
    const gone = candidates.find((entry) => !isFdb || dst === undefined || areSameDestination(entry, request))
    if (gone !== undefined) {
      table.splice(table.indexOf(gone), 1)
    }
    return gone
  }

  /** Whatever is not there to stay. */
  forgetLearned(): Neighbour[] {
    const { NUD_PERMANENT, NUD_NOARP, NTF_EXT_LEARNED } = constants
    const learned = this.#fdb.filter(
      ({ state, flags }) => (state & (NUD_PERMANENT | NUD_NOARP)) === 0 && (flags & NTF_EXT_LEARNED) === 0,
    )
    this.#fdb = this.#fdb.filter((entry) => !learned.includes(entry))
    return learned
  }

  /** Entries of a bridge that lead to a port, which go with it. */
  forgetPort(ifindex: number): Neighbour[] {
    const isOfPort = (entry: Neighbour): boolean => entry.attributes.master !== undefined && entry.ifindex === ifindex
    const gone = this.#fdb.filter(isOfPort)
    this.#fdb = this.#fdb.filter((entry) => !gone.includes(entry))
    return gone
  }

  /** A MAC address is behind one port, and nothing in the entry says that it was asked for with NTF_MASTER. */
  #addToBridge(request: NeighbourRequest, flags: number, bridge: number): Neighbour {
    const { NTF_MASTER } = constants
    const plain = shown({ ...request, flags: (request.flags ?? 0) & ~NTF_MASTER })
    const entry = { ...plain, attributes: { ...plain.attributes, master: bridge } }
    const at = this.#fdb.findIndex(({ attributes }) => attributes.lladdr === entry.attributes.lladdr)
    if (at !== -1 && flags & NLM_F_EXCL) {
      throw new FakeRefusal('EEXIST', undefined)
    }
    this.#fdb.splice(at === -1 ? this.#fdb.length : at, 1, entry)
    return entry
  }

  #addFdb(request: NeighbourRequest, flags: number): Neighbour | undefined {
    const entry = shown(request)
    const { lladdr = '', dst, nhId } = entry.attributes
    if ((entry.flags & constants.NTF_SELF) === 0) {
      throw new FakeRefusal('EOPNOTSUPP', undefined)
    }
    if (dst === undefined && nhId === undefined) {
      throw new FakeRefusal('EINVAL', undefined)
    }
    const ofMac = this.#fdb.filter(({ attributes }) => attributes.lladdr === lladdr)
    const isUnicast = lladdr !== zeroMac && (Number.parseInt(lladdr, 16) & 1) === 0
    if (ofMac.length === 0) {
      if ((flags & NLM_F_CREATE) === 0) {
        throw new FakeRefusal('ENOENT', undefined)
      }
      this.#fdb.push(entry)
      return entry
    }
    if (flags & NLM_F_EXCL) {
      throw new FakeRefusal('EEXIST', undefined)
    }
    if (flags & NLM_F_REPLACE) {
      if (!isUnicast) {
        throw new FakeRefusal('EOPNOTSUPP', 'Cannot replace non-unicast fdb entries')
      }
      this.#fdb = this.#fdb.map((each) => (each.attributes.lladdr === lladdr ? entry : each))
      return entry
    }
    if (flags & NLM_F_APPEND && !isUnicast && !ofMac.some((each) => areSameDestination(each, request))) {
      this.#fdb.push(entry)
      return entry
    }
    return undefined
  }

  #addNeighbour(request: NeighbourRequest, flags: number): Neighbour {
    const entry = shown(request)
    const at = this.#neighbours.findIndex(({ attributes }) => attributes.dst === entry.attributes.dst)
    if (at !== -1 && flags & NLM_F_EXCL) {
      throw new FakeRefusal('EEXIST', undefined)
    }
    this.#neighbours.splice(at === -1 ? this.#neighbours.length : at, 1, entry)
    return entry
  }
}

function shown({ family = 0, ifindex = 0, state = 0, flags = 0, attributes = {} }: NeighbourRequest): Neighbour {
  const isFdb = family === constants.AF_BRIDGE
  return {
    family,
    ifindex,
    state,
    flags,
    type: 0,
    attributes: { ...attributes, ...(isFdb && { cacheinfo: newEntry }) },
  }
}

function areSameDestination({ attributes: one }: Neighbour, { attributes: other = {} }: NeighbourRequest): boolean {
  return one.dst === other.dst && one.port === other.port && one.vni === other.vni && one.ifindex === other.ifindex
}
