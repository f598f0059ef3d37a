/** What probes through the overlay came to, as the fleet process has handed it over. */
import type { ProbeFinding } from '../../../answers/probes.ts'
import { countOf } from '../../../facts/count-of.ts'
import { isFresh } from '../../../fleet/heard-probes.ts'
import { type Check, type Found, type Looked, nothingToLookAt } from '../check.ts'
import type { HealthFacts } from '../facts.ts'

export const probe: Check = {
  code: 'probe',
  look: (facts) => lookAt(facts, 'unreachable', unreachable),
}

export const probeSize: Check = {
  code: 'probe-size',
  look: (facts) => lookAt(facts, 'smaller', smaller),
}

function lookAt({ probes }: HealthFacts, kind: ProbeFinding['kind'], say: (finding: ProbeFinding) => Found): Looked {
  if (probes === undefined) {
    return nothingToLookAt
  }
  const { summary, heardMsAgo } = probes
  const { vnis } = summary
  const sum = (of: 'reachable' | 'unreachable' | 'unknown'): number => vnis.reduce((total, each) => total + each[of], 0)
  const known = sum('reachable') + sum('unreachable')
  const unknown = sum('unknown')
  if (known + unknown === 0) {
    return nothingToLookAt
  }
  const rest = unknown === 0 ? '' : `; of ${countOf(unknown, 'other')} no probe says anything`
  const at = `probes to ${countOf(known, 'member')} in ${countOf(vnis.length, 'VNI')}, none older than ${summary.staleAfter} s${rest}`
  if (!isFresh(probes)) {
    const since = heardMsAgo === undefined ? 'since the agent started' : `for ${Math.round(heardMsAgo / 1000)} s`
    return { found: [], at, whyNot: `the fleet process has handed nothing over ${since}` }
  }
  const whyNot = known === 0 ? 'no member has been probed lately, or none answers probes' : undefined
  return {
    found: summary.findings.filter((each) => each.kind === kind).map(say),
    at,
    ...(whyNot !== undefined && { whyNot }),
  }
}

function base({ vni, link, node, vtep }: ProbeFinding): Pick<Found, 'severity' | 'subject' | 'links' | 'vni' | 'vtep'> {
  return { severity: 'fault', subject: `${link} ${node}`, links: [link], vni, vtep }
}

function unreachable(finding: ProbeFinding): Found {
  const { vni, node, vtep, since, wasReachable, sent, heardAt, hints } = finding
  const direction =
    heardAt !== undefined && Date.parse(heardAt) > Date.parse(since)
      ? `its own probes arrive here, the last one at ${heardAt}: it is the way there, or its answer, that fails`
      : 'none of its own probes has arrived here since that was noticed: both directions may fail'
  return {
    ...base(finding),
    found: wasReachable
      ? `probes to ${node} (${vtep}) in VNI ${vni} have not been answered since ${since}`
      : `no probe to ${node} (${vtep}) in VNI ${vni} has been answered: ${sent} were sent since ${since}`,
    means: `${direction}; ${causes(hints)}`,
    cure: `sudo vxagent fleet probe ${node} probes both directions now; vxagent fleet check compares both ends`,
  }
}

function causes(hints: readonly string[]): string {
  const general =
    'a firewall or a reverse-path filter on the way or on either host, another VNI or UDP port there, a link that is down'
  return hints.length === 0 ? `likely causes: ${general}` : `likely cause: ${hints.join('; ')}; else ${general}`
}

function smaller(finding: ProbeFinding): Found {
  const { vni, node, vtep, passes = 0, fails = 0, hints } = finding
  const cause = hints.length === 0 ? 'a smaller MTU on the way' : hints.join('; ')
  return {
    ...base(finding),
    found: `packets of ${fails} bytes do not pass between this host and ${node} (${vtep}) in VNI ${vni}, and those of ${passes} do`,
    means: `larger ones are dropped without a word: what connects fine hangs when it sends much; likely cause: ${cause}`,
    cure: `raise the MTU of the underlay, or state mtu: ${passes} for the links of VNI ${vni}; sudo vxagent fleet probe ${node} shows the size for each direction`,
  }
}
