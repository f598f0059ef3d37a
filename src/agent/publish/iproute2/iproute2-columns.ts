/** Tables that say how an object is printed as iproute2 prints it: a column for each key, in iproute2's order. */

/**
 * One function a key of `To`, reading its value from a decoded message; undefined leaves the key out, as iproute2 does.
 * The order of the columns is the order of the printed keys. A key of `To` without a column does not compile.
 */
export type Columns<From, To, Context> = {
  readonly [Key in keyof To]-?: (from: From, context: Context) => To[Key] | undefined
}

/** Makes of a table the function that prints with it. */
export function printer<From, To extends object, Context>(
  columns: Columns<From, To, Context>,
): (from: From, context: Context) => To {
  type Column = (from: From, context: Context) => unknown
  const entries: readonly [key: string, column: Column][] = Object.entries<Column>(columns)
  return (from, context) => {
    const printed: Record<string, unknown> = {}
    for (const [key, column] of entries) {
      const value = column(from, context)
      if (value !== undefined) {
        printed[key] = value
      }
    }
    return printed as To
  }
}
