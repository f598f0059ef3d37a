/** The next useful command, when something is wrong; undefined when nothing is. */
import type { Explanation } from '../../agent/answers/explanation.ts'
import type { AgentStatus } from '../../agent/answers/status.ts'
import type { Tunnel } from '../../agent/answers/tunnel.ts'
import { tunnelProblem } from '../../agent/answers/tunnel-state.ts'
import { countOf } from '../../agent/facts/count-of.ts'
import type { Obstacle } from '../../agent/reconcile/plan/action.ts'
import type { FleetReport } from '../../fleet/run/report.ts'

/** After `vxagent status`. */
export function statusHint({ converged, desired, objects, problem, health }: AgentStatus): string | undefined {
  if (converged) {
    return health === undefined || health.faults + health.warnings === 0
      ? undefined
      : 'vxagent doctor says what each finding means, and what to do'
  }
  if (!desired.isValid) {
    const unreadable = desired.issues.find(({ code }) => code === 'unreadable')
    // Checked by root they are valid.
    if (unreadable !== undefined) {
      return `namei -l ${quoted(unreadable.file)} shows who may read it; the service runs as the user vxagent`
    }
    return `vxagent validate ${quoted(desired.path)} says where each error is`
  }
  if (desired.enforcing === 'rolled back') {
    return 'vxagent diff --files shows what the files would change; vxagent apply --files does it'
  }
  if (desired.held !== undefined) {
    return 'vxagent diff shows what the held change would do'
  }
  if (problem !== undefined) {
    return 'journalctl -u vxagent has the log'
  }
  if (objects.some(({ state }) => state === 'failing')) {
    return 'vxagent diff shows what is still to be done'
  }
  // A conflict says itself what to do.
  return linksHint(objects.some(({ missing }) => missing !== undefined))
}

/** For what waits for an interface that no file declares: its name may be mistyped. */
function linksHint(isSomeMissing: boolean): string | undefined {
  return isSomeMissing
    ? 'vxagent links --all shows which interfaces exist; one that is waited for is noticed when it appears'
    : undefined
}

/** After `vxagent apply`, `rollback` and `confirm`. */
export function applyHint({ converged, desired }: AgentStatus, hasDaemon = true): string | undefined {
  // What was rolled back says itself how it is tried again.
  if (converged || desired.enforcing === 'rolled back') {
    return undefined
  }
  return hasDaemon
    ? 'vxagent status tells why, and when it is tried again'
    : 'no daemon is running that would try again: start one with vxagent agent, or run vxagent apply again later'
}

/** After `vxagent diff`. */
export function diffHint(obstacles: readonly Obstacle[]): string | undefined {
  return linksHint(obstacles.some(({ waitsFor }) => waitsFor?.isDeclared === false))
}

/** After `vxagent validate`. */
export function validateHint(errors: number): string | undefined {
  return errors === 0 ? undefined : 'vxagent schema prints what a file may say'
}

/** After `vxagent tunnels`. */
export function tunnelsHint(tunnels: readonly Tunnel[]): string | undefined {
  const wrong = tunnels.find((tunnel) => tunnelProblem(tunnel) !== undefined)
  if (wrong === undefined) {
    return undefined
  }
  return wrong.membership === 'not joined'
    ? 'vxagent links shows whether the link is up; a group is joined when its link comes up'
    : `vxagent events --vtep ${wrong.remote} shows the entries that came and went behind it`
}

/** After `vxagent fleet status`. */
export function fleetStatusHint({ findings }: Pick<FleetReport, 'findings'>): string | undefined {
  return findings.length === 0
    ? undefined
    : `vxagent fleet check has ${countOf(findings.length, 'finding')} about the whole fleet`
}

/** After `vxagent explain`. */
export function explainHint({ fate, packets }: Explanation): string | undefined {
  if (fate !== 'dropped') {
    return undefined
  }
  const [packet] = packets
  // Where it does not even get to a packet, the answer says why.
  return packet === undefined ? undefined : `vxagent tunnels --vtep ${packet.remote} shows the way to it`
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./:@%+,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
