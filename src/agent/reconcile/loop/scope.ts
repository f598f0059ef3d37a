/** Which objects are to be looked at: some by name, or all. */

export class Scope {
  static readonly all = new Scope(undefined)
  static readonly none = new Scope(new Set())
  readonly #names: ReadonlySet<string> | undefined

  private constructor(names: ReadonlySet<string> | undefined) {
    this.#names = names
  }

  static of(names: Iterable<string>): Scope {
    return new Scope(new Set(names))
  }

  get isAll(): boolean {
    return this.#names === undefined
  }

  get isEmpty(): boolean {
    return this.#names?.size === 0
  }

  /** For `diff`. */
  get asOption(): { readonly only?: ReadonlySet<string> } {
    return this.#names === undefined ? {} : { only: this.#names }
  }

  has(name: string): boolean {
    return this.#names?.has(name) ?? true
  }

  /** This and the other together. */
  with(other: Scope): Scope {
    if (this.#names === undefined || other.#names === undefined) {
      return Scope.all
    }
    return other.#names.size === 0 ? this : new Scope(new Set([...this.#names, ...other.#names]))
  }
}
