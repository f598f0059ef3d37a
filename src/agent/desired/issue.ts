/** What is wrong with desired-state files, with its place in the source: for people to read and for scripts to branch on. */
import { longestQuote } from './limits.ts'
import { visible } from './visible.ts'

/** Every value that `Issue.code` can have. Scripts rely on these words: add to them, never rename one. */
export const issueCodes = [
  // Reading the files
  'missing-path',
  'unreadable',
  'not-a-file',
  'too-large',
  'too-many-files',
  'too-many-links',
  'out-of-memory',
  'out-of-time',
  'empty-file',
  'not-utf8',
  // YAML and JSON
  'syntax',
  'too-deep',
  'too-many-values',
  'several-documents',
  'unknown-tag',
  'unknown-alias',
  'bad-merge',
  'excessive-aliases',
  'duplicate-key',
  // The shape of a file
  'not-a-mapping',
  'no-value',
  'unknown-key',
  'missing-key',
  'bad-type',
  'out-of-range',
  'unknown-word',
  'bad-name',
  'bad-ip',
  'bad-prefix',
  'bad-mac',
  'bad-alias',
  'not-multicast',
  'not-unicast',
  'ageing-zero',
  'srcport-reversed',
  'bad-range',
  'bad-bits',
  'bad-label',
  // Rules within one link
  'own-dev',
  'group-and-remote',
  'group-without-dev',
  'link-local-without-dev',
  'link-local-scope',
  'mixed-families',
  'flowlabel-on-ipv4',
  'labelpolicy-on-ipv4',
  'mtu-too-large',
  'mtu-too-small',
  'ipv6-disabled',
  'srcport-ineffective',
  'drops-frames',
  'own-vtep',
  'dstport-unstated',
  'no-effect',
  'id-and-external',
  'gpe-conflict',
  'vnifilter-without-external',
  'vnis-without-vnifilter',
  'vni-twice',
  'address-twice',
  'wrong-family-option',
  'mngtmpaddr-prefix',
  'label-not-of-link',
  'bad-lifetimes',
  'neighbour-twice',
  // Forwarding entries
  'no-destination',
  'nhid-and-destination',
  'link-local-without-via',
  'multicast-without-via',
  'src-vni-without-external',
  'fdb-twice',
  'remote-twice',
  'fdb-state-clash',
  'maxaddr-exceeded',
  'exclusive-but-learning',
  'vlan-without-master',
  'master-without-bridge',
  // Bridges and their ports
  'forward-delay-of-stp',
  'stp-times',
  'port-twice',
  'port-options-twice',
  'port-without-bridge',
  'address-on-port',
  'bridge-in-bridge',
  'bad-master',
  'master-clash',
  'vlan-twice',
  'pvid-range',
  'pvid-twice',
  'vlan-mapped-twice',
  'vni-mapped-twice',
  'map-lengths-differ',
  'map-without-tunnel',
  'map-without-external',
  'vlan-filtering-off',
  'bad-fdb-state',
  'not-a-port',
  'vlan-not-on-port',
  'suppresses-nothing',
  // The fleet
  'fleet-without-section',
  'fleet-and-destination',
  'fleet-and-external',
  'fleet-without-source',
  'fleet-and-learning',
  'fleet-neighbours-unused',
  'fleet-insecure',
  'cert-without-key',
  'endpoint-twice',
  'advertise-twice',
  'fleet-in-pushed',
  // Rules between links
  'name-twice',
  'altname-clash',
  'id-clash',
  'external-clash',
  'port-flags-clash',
  'mac-twice',
  'dev-cycle',
  'too-many-levels',
  // Rules between a link and this host
  'mtu-above-underlay',
  'no-such-interface',
  'local-not-here',
  'underlay-unfit',
  'no-route-here',
  // In the place of more issues than are shown
  'more-issues',
] as const

export type IssueCode = (typeof issueCodes)[number]
export type Severity = 'error' | 'warning'

/** One thing that is wrong, or worth a warning, and where. Lines and columns count from 1; a column is a UTF-16 code unit, as in editors. */
export interface Issue {
  readonly severity: Severity
  readonly code: IssueCode
  readonly file: string
  readonly line: number
  readonly column: number
  /** The key it is about, such as `vxlans.vxlan0.ttl`; empty for the file as a whole. */
  readonly path: string
  /** The offending source text on one line, shortened, control characters made visible; empty where there is none to show. */
  readonly text: string
  readonly message: string
  /** What to do about it. */
  readonly suggestion?: string
  /** `more-issues`: how many it stands for. */
  readonly count?: number
}

/** `file:line:column: error: message`, the form that editors jump to, then the source text and the suggestion, each on an indented line. */
export function formatIssue(issue: Issue): string {
  const lines = [`${visible(issue.file)}:${issue.line}:${issue.column}: ${issue.severity}: ${issue.message}`]
  if (issue.text !== '') {
    lines.push(`    found: ${issue.text}`)
  }
  if (issue.suggestion !== undefined) {
    lines.push(`    suggestion: ${issue.suggestion}`)
  }
  return lines.join('\n')
}

/** The files do not hold a valid desired state. `issues` has every error and warning, in the order of files and lines. */
export class InvalidDesiredState extends Error {
  override readonly name = 'InvalidDesiredState'
  readonly issues: readonly Issue[]
  constructor(issues: readonly Issue[]) {
    const errors = countIssues(issues, 'error')
    super(
      `the desired state has ${errors} ${errors === 1 ? 'error' : 'errors'}:\n${issues.map(formatIssue).join('\n')}`,
    )
    this.issues = issues
  }
}

/** How many errors or warnings there are, those that are not shown among them. */
export function countIssues(issues: readonly Issue[], severity: Severity): number {
  return issues.reduce((sum, issue) => sum + (issue.severity === severity ? (issue.count ?? 1) : 0), 0)
}

/** At most 60 characters of `text`, on one line and visible. */
export function excerpt(text: string): string {
  return visible(shortened(text))
}

/** At most 60 characters of `text`: a key may be megabytes long. */
export function shortened(text: string): string {
  const head = Array.from(text.slice(0, 2 * longestQuote + 10))
    .slice(0, longestQuote)
    .join('')
  return head + (head.length < text.length ? '…' : '')
}
