/** The rules that the shape of a file cannot express: within a link, and between links. Pure. */
import { checkLinks } from './checks-between-links.ts'
import { checkLink } from './checks-within-link.ts'
import type { Declaration } from './declaration.ts'
import type { Finding, Where } from './finding.ts'

/** What is wrong with the links together, or worth a warning. No two have the same name. */
export function checkDesired(declarations: readonly Declaration[], where: Where): Finding[] {
  const links = declarations.filter((each) => each.section === 'vxlans')
  return [...links.flatMap((link) => checkLink(link)), ...checkLinks(links, where)]
}
