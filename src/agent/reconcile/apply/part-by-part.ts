/** Carries an action out at once or, where that is refused, piece by piece, so that what the kernel takes is done. */
import { KernelError } from '../../../rtnetlink/index.ts'
import { SysctlError } from '../../host/sysctls.ts'
import type { Action } from '../plan/action.ts'
import { joined, piecesOf } from '../plan/pieces.ts'
import { isRunAction } from '../plan/run-actions.ts'

/** A part of an action that was refused. */
export interface RefusedPart {
  readonly action: Action
  readonly error: Error
}

/** Parts of an action were refused; the others are done. */
export class PartlyRefused extends Error {
  override readonly name = 'PartlyRefused'

  constructor(readonly refused: readonly RefusedPart[]) {
    super(refused.map(({ error }) => error.message).join('; '), { cause: refused[0]?.error })
  }
}

/** Rejects with what `work` did, if the action cannot be divided or the reason holds for all of it; else with PartlyRefused. */
export async function partByPart<A extends Action>(action: A, work: (action: A) => Promise<void>): Promise<void> {
  const refused = await refusedOf(action, work)
  const [first] = refused
  if (first === undefined) {
    return
  }
  if (first.action === action) {
    throw first.error
  }
  throw new PartlyRefused(asFew(refused))
}

async function refusedOf<A extends Action>(action: A, work: (action: A) => Promise<void>): Promise<RefusedPart[]> {
  try {
    await work(action)
    return []
  } catch (error) {
    // The pieces of an action are of its kind.
    const pieces = isOfOnePart(error) ? (piecesOf(action) as readonly A[]) : []
    if (pieces.length < 2) {
      return [{ action, error: error as Error }]
    }
    const refused: RefusedPart[] = []
    for (const piece of pieces) {
      // One after the other: a VLAN is unmapped before it is mapped otherwise.
      refused.push(...(await refusedOf(piece, work)))
    }
    return refused
  }
}

/** Codes that a smaller request would be refused with as well. */
const codesOfAll: ReadonlySet<string> = new Set(['ENODEV', 'EPERM', 'EROFS'])

function isOfOnePart(error: unknown): boolean {
  return (error instanceof KernelError || error instanceof SysctlError) && !codesOfAll.has(error.code)
}

/** Numbers that were refused for the same reason are one part: a thousand VLANs that a kernel has no room for. */
function asFew(refused: readonly RefusedPart[]): RefusedPart[] {
  const groups = new Map<string, RefusedPart[]>()
  for (const [at, part] of refused.entries()) {
    const reason = reasonAmongNumbers(part) ?? `${at}`
    groups.set(reason, [...(groups.get(reason) ?? []), part])
  }
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [others.length === 0 ? first : together(first, others)],
  )
}

/** Undefined for what is no number. */
function reasonAmongNumbers({ action, error }: RefusedPart): string | undefined {
  if (!(isRunAction(action) && error instanceof KernelError)) {
    return undefined
  }
  const { code, attribute, kernelMessage } = error.refusal
  return [action.add.length > 0, code, attribute, kernelMessage].join(' ')
}

function together({ action, error }: RefusedPart, others: readonly RefusedPart[]): RefusedPart {
  const operation = error instanceof KernelError ? `${error.refusal.operation}, and ${others.length} more` : ''
  return {
    action: joined(
      action,
      others.map((other) => other.action),
    ),
    error: error instanceof KernelError ? new KernelError({ ...error.refusal, operation }) : error,
  }
}
