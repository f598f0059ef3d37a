/** Which of the ends that may be meant go together: those of one VNI. Pure. */
import { someOf } from '../../agent/facts/count-of.ts'
import { AmbiguousQuestion } from '../../agent/insight/explain/departure-point.ts'
import type { End } from './answer.ts'

export interface Pair {
  readonly vni: number
  readonly from: End
  readonly to: End
}

/** Throws AmbiguousQuestion, which lists the choices. */
export function choosePair(from: readonly End[], to: readonly End[], vni: number | undefined): Pair {
  const [fromVnis, toVnis] = [vnisOf(from), vnisOf(to)]
  const common = fromVnis.filter((each) => toVnis.includes(each))
  const candidates = vni !== undefined ? [vni] : common.length > 0 ? common : fromVnis.length > 0 ? fromVnis : toVnis
  const [first] = candidates
  if (first === undefined) {
    throw new AmbiguousQuestion(
      `neither ${nameOf(from)} nor ${nameOf(to)} has a VNI: vxagent fleet nodes shows the members and their VNIs`,
    )
  }
  if (candidates.length > 1) {
    const what = common.length > 1 ? `${nameOf(from)} and ${nameOf(to)} are both in` : `${nameOf(from)} is in`
    throw new AmbiguousQuestion(`${what} VNI ${someOf(candidates.map(String))}; state which is meant with --vni`)
  }
  return { vni: first, from: onlyOne(from, first), to: onlyOne(to, first) }
}

function vnisOf(ends: readonly End[]): number[] {
  return [...new Set(ends.flatMap(({ place }) => place?.vni ?? []))].sort((one, other) => one - other)
}

function nameOf([end]: readonly End[]): string {
  return end?.asked ?? 'it'
}

/** The end in the VNI, or else the one that there is. */
function onlyOne(ends: readonly End[], vni: number): End {
  const inVni = ends.filter(({ place }) => place?.vni === vni)
  const [end, ...others] = inVni.length > 0 ? inVni : ends
  if (end === undefined) {
    throw new RangeError('there is no end to choose from')
  }
  if (others.length > 0) {
    const where = [end, ...others].map(({ node, place }) => {
      return place === undefined ? node : `${node} (${place.dev}, VNI ${place.vni})`
    })
    throw new AmbiguousQuestion(
      `${end.asked} is in several places: ${someOf(where)}; ask for the node, or for an address that one of them alone has`,
    )
  }
  return end
}
