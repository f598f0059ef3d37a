/** attempt → delay. */

const firstMs = 200
const mostMs = 30_000

/** How long to wait after the given number of failures in a row: 200 ms, doubling to 30 s. */
export function backoffMs(failures: number): number {
  return Math.min(firstMs * 2 ** (failures - 1), mostMs)
}
