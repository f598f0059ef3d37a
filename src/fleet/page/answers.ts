/** What the page asks: `/fleet/view?vni=42` and `/fleet/host?vni=42&node=vyos01`. */
import type { FleetReport } from '../run/report.ts'
import { makeHostView, makeView } from './make-view.ts'
import type { Heard, ReportSource } from './report-source.ts'
import type { FleetView, HostView, ViewAnswer } from './view.ts'

/** An answer in JSON. */
export interface Answer {
  readonly status: number
  readonly content: unknown
}

/** Views that are kept of one report: those of other VNIs, for other windows of the browser. */
const mostKept = 8

/** Answers what is the page's own; gives undefined for any other path. */
export function fleetAnswers(source: Pick<ReportSource, 'hear'>): (url: URL) => Promise<Answer> | undefined {
  const viewOf = viewsOf()
  return ({ pathname, searchParams }) => {
    if (pathname === '/fleet/view') {
      return withVni(searchParams, async (vni) => ({
        status: 200,
        content: viewAnswer(await source.hear(), vni, viewOf),
      }))
    }
    if (pathname === '/fleet/host') {
      const node = searchParams.get('node') ?? ''
      return withVni(searchParams, async (vni) => hostAnswer(await source.hear(), node, vni))
    }
    return undefined
  }
}

async function withVni(
  searchParams: URLSearchParams,
  answer: (vni: number | undefined) => Promise<Answer>,
): Promise<Answer> {
  const text = searchParams.get('vni') ?? ''
  if (text !== '' && !(/^\d{1,8}$/.test(text) && Number(text) <= 0xffffff)) {
    return { status: 400, content: { error: 'vni must be a whole number from 0 to 16777215' } }
  }
  return answer(text === '' ? undefined : Number(text))
}

function viewAnswer(
  { report, msAgo, silence }: Heard,
  vni: number | undefined,
  viewOf: (report: FleetReport, vni: number | undefined) => FleetView,
): ViewAnswer {
  return {
    ...(msAgo !== undefined && { heardMsAgo: Math.round(msAgo) }),
    ...(silence !== undefined && { silence: { ...silence, forMs: Math.round(silence.forMs) } }),
    ...(report !== undefined && ('noFleet' in report ? { noFleet: report.noFleet } : { view: viewOf(report, vni) })),
  }
}

function hostAnswer({ report, silence }: Heard, node: string, vni: number | undefined): Answer {
  if (report === undefined || 'noFleet' in report) {
    return { status: 503, content: { error: report?.noFleet ?? silence?.reason ?? 'nothing is known yet' } }
  }
  const host: HostView | undefined = makeHostView(report, node, vni)
  return host === undefined
    ? { status: 404, content: { error: 'the fleet has no such host (any more)' } }
    : { status: 200, content: host }
}

/** Views are made once for each report and VNI: who looks again within the time that a report serves gets the same. */
function viewsOf(): (report: FleetReport, vni: number | undefined) => FleetView {
  let of: FleetReport | undefined
  let kept = new Map<number | undefined, FleetView>()
  return (report, vni) => {
    if (of !== report || kept.size >= mostKept) {
      of = report
      kept = new Map()
    }
    const view = kept.get(vni) ?? makeView(report, vni)
    kept.set(vni, view)
    return view
  }
}
