/** A long list as JSON text, piece by piece. */

/** As many elements as are made into text in one go. */
const batch = 500

/** The text of a list whose elements `toElement` makes of `items`, while it is being read. */
export function* jsonListPieces<T>(items: readonly T[], toElement: (item: T) => unknown): Generator<string> {
  yield '['
  for (let start = 0; start < items.length; start += batch) {
    const text = items
      .slice(start, start + batch)
      .map((item) => JSON.stringify(toElement(item)))
      .join(',')
    yield start === 0 ? text : `,${text}`
  }
  yield ']\n'
}
