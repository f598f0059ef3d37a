/** MAC addresses that move too often: flapping between places, or in two places at once. */

/** So many moves within this time make a flap: there, back, and there again. */
const flapMoves = 3
const flapWithinMs = 60_000
/** So many make a duplicate. Source: RFC 7432 §15.1, N = 5 and M = 180 s. */
const duplicateMoves = 5
const duplicateWithinMs = 180_000
/** As many MAC addresses as are watched; the one that moved longest ago is forgotten first. */
const watched = 10_000

/** What one more move amounts to. */
export interface MoveVerdict {
  readonly kind: 'flapping' | 'duplicate'
  /** Moves within the time that counts. */
  readonly count: number
}

interface Mover {
  /** When it moved, and to where. */
  moves: { readonly atMs: number; readonly to: string }[]
  /** Until when it was told of, by kind: one episode is told once. */
  readonly toldUntilMs: Map<MoveVerdict['kind'], number>
}

export class Moves {
  readonly #movers = new Map<string, Mover>()

  /**
   * Takes in one move.
   * @param key which MAC address, in which segment
   * @returns what is new: flapping, or a duplicate
   */
  note(key: string, to: string, atMs: number): MoveVerdict[] {
    const mover: Mover = this.#movers.get(key) ?? { moves: [], toldUntilMs: new Map() }
    // Put back at the end: the first of a Map is then the one that moved longest ago.
    this.#movers.delete(key)
    this.#movers.set(key, mover)
    if (this.#movers.size > watched) {
      this.#movers.delete(this.#movers.keys().next().value as string)
    }
    mover.moves = [...mover.moves.filter((move) => atMs - move.atMs < duplicateWithinMs), { atMs, to }].slice(-100)
    const recent = mover.moves.filter((move) => atMs - move.atMs < flapWithinMs)
    const isBackAndForth = new Set(recent.map((move) => move.to)).size < recent.length
    const verdicts: MoveVerdict[] = []
    if (recent.length >= flapMoves && isBackAndForth && isNews(mover, 'flapping', flapWithinMs, atMs)) {
      verdicts.push({ kind: 'flapping', count: recent.length })
    }
    if (mover.moves.length >= duplicateMoves && isNews(mover, 'duplicate', duplicateWithinMs, atMs)) {
      verdicts.push({ kind: 'duplicate', count: mover.moves.length })
    }
    return verdicts
  }
}

/** Whether it is a new episode. One lasts as long as the moves go on. */
function isNews({ toldUntilMs }: Mover, kind: MoveVerdict['kind'], lastsMs: number, atMs: number): boolean {
  const isOver = (toldUntilMs.get(kind) ?? Number.NEGATIVE_INFINITY) <= atMs
  toldUntilMs.set(kind, atMs + lastsMs)
  return isOver
}
