/** VLANs gathered one by one or in ranges, each with what is said of it in several places. */

export interface VlanFlags {
  readonly pvid?: true
  readonly untagged?: true
}

export class VlanSet {
  readonly #vlans = new Map<number, VlanFlags>()

  /** Adds a VLAN or a range of them, `10` or `20-30`; what was said of one before stays. False when the text is neither. */
  add(text: string, flags: VlanFlags = {}): boolean {
    const [, first = '', last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(text) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (from < 1 || from > to || to > 4094) {
      return false
    }
    for (let vid = from; vid <= to; vid++) {
      this.#vlans.set(vid, { ...this.#vlans.get(vid), ...flags })
    }
    return true
  }

  /** Removes a VLAN or a range of them. False when the text is neither. */
  remove(text: string): boolean {
    const range = new VlanSet()
    const isRange = range.add(text)
    for (const vid of range.#vlans.keys()) {
      this.#vlans.delete(vid)
    }
    return isRange
  }

  /** Leaves no VLAN for frames that come untagged. */
  removePvid(): void {
    for (const [vid, { pvid, ...flags }] of this.#vlans) {
      if (pvid === true) {
        this.#vlans.set(vid, flags)
      }
    }
  }

  /** As entries of a list `vlans`: VLANs that follow each other and are alike are one. */
  toEntries(): readonly unknown[] {
    const runs: { readonly first: number; last: number; readonly flags: VlanFlags }[] = []
    for (const [vid, flags] of [...this.#vlans].sort(([left], [right]) => left - right)) {
      const run = runs.at(-1)
      if (run?.last === vid - 1 && run.flags.pvid === flags.pvid && run.flags.untagged === flags.untagged) {
        run.last = vid
      } else {
        runs.push({ first: vid, last: vid, flags })
      }
    }
    return runs.map(({ first, last, flags }) => ({ vid: `${first}-${last}`, ...flags }))
  }
}

/** What a text that is no VLAN must be. */
export const vlanWanted = 'it must be a VLAN ID from 1 to 4094, or a range such as 20-30'
