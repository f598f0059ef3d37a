/** Actions on runs of numbers (VLANs, their map, VNIs), number by number: some of them, halves, and several as one. Pure. */
import { type Run, type VlanFlags, vlanMapRuns, vlanRuns, vniRuns } from '../../words/vlans.ts'
import type { Action, ActionOf } from './action.ts'

export type RunAction = ActionOf<'changeVlans'> | ActionOf<'changeVlanMap'> | ActionOf<'changeVnis'>

/** Whether it is one of these. */
export function isRunAction(action: Action): action is RunAction {
  return action.kind === 'changeVlans' || action.kind === 'changeVlanMap' || action.kind === 'changeVnis'
}

/** How the values of a run go on from its first number. */
interface RunKind<T> {
  readonly runsOf: (table: Iterable<readonly [number, T]>) => Run<T>[]
  readonly valueAt: (run: Run<T>, number: number) => T
}

const vlans: RunKind<VlanFlags> = { runsOf: vlanRuns, valueAt: ({ value }) => value }
const map: RunKind<number> = { runsOf: vlanMapRuns, valueAt: ({ first, value }, number) => value + number - first }
const vnis: RunKind<string | undefined> = { runsOf: vniRuns, valueAt: ({ value }) => value }

type Edit = <T>(runs: readonly Run<T>[], kind: RunKind<T>) => readonly Run<T>[]

/** The same action with other runs. */
function edited(action: RunAction, add: Edit, remove: Edit): RunAction {
  switch (action.kind) {
    case 'changeVlans':
      return { ...action, add: add(action.add, vlans), remove: remove(action.remove, vlans) }
    case 'changeVlanMap':
      return { ...action, add: add(action.add, map), remove: remove(action.remove, map) }
    case 'changeVnis':
      return { ...action, add: add(action.add, vnis), remove: remove(action.remove, vnis) }
    default:
      return action satisfies never
  }
}

/** Every number that it is about; one that it removes and adds twice. */
export function* numbersOf({ add, remove }: RunAction): Generator<number> {
  for (const { first, last } of [...add, ...remove]) {
    yield* numbersFrom(first, last)
  }
}

/** What is left of it without some numbers; undefined: nothing. */
export function withNumbers(action: RunAction, isIn: (number: number) => boolean): RunAction | undefined {
  const some: Edit = (runs, kind) => kind.runsOf(single(runs, kind, isIn))
  const rest = edited(action, some, some)
  return isEmpty(rest) ? undefined : rest
}

/**
 * Two halves, in the order in which the action is done (see `perform-port.ts`): additions and removals, then halves of the list, then of the
 * run. One that is about one number stays whole.
 */
export function halvesOf(action: RunAction): readonly RunAction[] {
  const additions = edited(action, same, none)
  const removals = edited(action, none, same)
  if (isEmpty(additions) || isEmpty(removals)) {
    const halves = [edited(action, firstHalf, firstHalf), edited(action, secondHalf, secondHalf)]
    return halves.filter((half) => !isEmpty(half))
  }
  return action.kind === 'changeVlans' ? [additions, removals] : [removals, additions]
}

/** One action on the numbers of all of them, which are of one kind. */
export function joinRuns(actions: readonly RunAction[]): RunAction | undefined {
  const [first, ...others] = actions
  const whole = others.reduce<RunAction | undefined>((left, right) => left && both(left, right), first)
  return whole && edited(whole, rejoined, rejoined)
}

function both(left: RunAction, right: RunAction): RunAction {
  if (left.kind === 'changeVlans' && right.kind === 'changeVlans') {
    return { ...left, add: [...left.add, ...right.add], remove: [...left.remove, ...right.remove] }
  }
  if (left.kind === 'changeVlanMap' && right.kind === 'changeVlanMap') {
    return { ...left, add: [...left.add, ...right.add], remove: [...left.remove, ...right.remove] }
  }
  if (left.kind === 'changeVnis' && right.kind === 'changeVnis') {
    return { ...left, add: [...left.add, ...right.add], remove: [...left.remove, ...right.remove] }
  }
  return left
}

const same: Edit = (runs) => runs
const none: Edit = () => []
const rejoined: Edit = (runs, kind) => kind.runsOf(single(runs, kind, () => true))

const firstHalf: Edit = (runs) => {
  const [only] = runs
  if (only !== undefined && runs.length === 1) {
    return [{ ...only, last: middleOf(only) }]
  }
  return runs.slice(0, Math.ceil(runs.length / 2))
}

const secondHalf: Edit = (runs, kind) => {
  const [only] = runs
  if (only !== undefined && runs.length === 1) {
    const first = middleOf(only) + 1
    return first > only.last ? [] : [{ first, last: only.last, value: kind.valueAt(only, first) }]
  }
  return runs.slice(Math.ceil(runs.length / 2))
}

function middleOf({ first, last }: Run<unknown>): number {
  return Math.floor((first + last) / 2)
}

function* single<T>(
  runs: readonly Run<T>[],
  { valueAt }: RunKind<T>,
  isIn: (number: number) => boolean,
): Generator<readonly [number, T]> {
  for (const run of runs) {
    for (const number of numbersFrom(run.first, run.last)) {
      if (isIn(number)) {
        yield [number, valueAt(run, number)]
      }
    }
  }
}

function* numbersFrom(first: number, last: number): Generator<number> {
  for (let number = first; number <= last; number += 1) {
    yield number
  }
}

function isEmpty({ add, remove }: RunAction): boolean {
  return add.length + remove.length === 0
}
