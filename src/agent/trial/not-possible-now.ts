/** What was asked for cannot be done as things stand: a sentence for a person, which says what can. */
export class NotPossibleNow extends Error {
  override readonly name = 'NotPossibleNow'
}
