/** docs/reference/errors.md, made from the table of refusals so that it cannot go stale. */
import type { Names, RefusalRow } from '../../src/agent/reconcile/apply/refusals/row.ts'

const names: Names = { link: 'LINK', dev: 'DEV', master: 'BRIDGE', dstport: 'PORT', mtu: 'MTU' }

const introduction = `# What the kernel refuses, and what to do

<!-- Made from src/agent/reconcile/apply/refusals by test/docs/errors-page.test.ts; \`npm run unit -- -u\` writes it anew. -->

The kernel answers a request that it refuses with a symbol such as \`ENOBUFS\`, and sometimes with a sentence. vxagent prints both, and adds the
cure from this table:

    cannot create link vxlan20: ENOBUFS; all vxlans of UDP port 4789 share a socket, which may join no more multicast groups: raise the limit (…)

- A message begins with what was asked for, and of which link, address or entry. \`vxagent status\` shows one for each part that fails, with the place
  in the desired files; the other parts of the link are there. Only the part that fails is tried again.
- Where the kernel gives a sentence of its own and this table has no row for it, the sentence says enough and stands alone.
- Anything else is printed with what the symbol means. The kernel may have logged more (\`journalctl -k\`). Please report such a message.

The table was made from the sources of Linux 5.10, 6.1, 6.12 and 6.18: \`drivers/net/vxlan\`, \`net/bridge\`, \`net/ipv4/devinet.c\`, \`net/ipv4/igmp.c\`,
\`net/ipv6/addrconf.c\`, \`net/ipv6/mcast.c\`, \`net/ipv6/ndisc.c\`, \`net/core/neighbour.c\`, \`net/core/rtnetlink.c\` and \`net/core/dev.c\`. What they refuse
of malformed requests, and of values that no desired file can state, is not in it. A test brings about each row that a test can
(\`integration/refusals.test.ts\`); of the others the last column says why not.
`

/** The whole page. */
export function errorsPage(rows: readonly RefusalRow[]): string {
  const codes = [...new Set(rows.map(({ code }) => code))].sort()
  return [
    introduction,
    ...codes.flatMap((code) => [
      `## ${code}`,
      '',
      '| asked for | why it is refused | what to do | in the kernel | not tried, since |',
      '|---|---|---|---|---|',
      ...rows.filter((row) => row.code === code).map(line),
      '',
    ]),
  ].join('\n')
}

function line({ request, situation, says, cure, source, releases, untried = '' }: RefusalRow): string {
  const said = says === undefined ? '' : ` ("${says}")`
  const where = releases === undefined ? source : `${source}; ${releases}`
  return `| ${[request, `${situation}${said}`, cure(names), where, untried].map(cell).join(' | ')} |`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
