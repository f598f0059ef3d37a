/** What a group of next hops is called where others have an address. */
export function nexthopGroupName(id: number): string {
  return `nexthop group ${id}`
}
