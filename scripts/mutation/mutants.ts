/** Changes of a source text, each of which a test ought to notice. */
import { childrenOf, isFunction, isNode, type Node, parse } from './syntax.ts'

/** One change: the text from `start` to `end` becomes `replacement`. */
export interface Mutant {
  readonly start: number
  readonly end: number
  readonly replacement: string
  /** What kind of change it is. */
  readonly kind: MutantKind
  /** Where the innermost function begins that it is in; undefined for what runs when the module is loaded. */
  readonly within?: number
}

export type MutantKind =
  | 'await'
  | 'boundary'
  | 'condition'
  | 'constant'
  | 'method'
  | 'operator'
  | 'property'
  | 'statement'

/** A change before it is known where it is. */
type Change = Pick<Mutant, 'start' | 'end' | 'replacement' | 'kind'>

/** Every mutant of a text, in its order. Throws when the text is not TypeScript. */
export function mutantsOf(text: string): Mutant[] {
  const mutants: Mutant[] = []
  const visit = (node: Node, within: number | undefined): void => {
    for (const change of changesOf(node, text)) {
      mutants.push({ ...change, ...(within !== undefined && { within }) })
    }
    const inside = isFunction(node) ? node.start : within
    for (const child of childrenOf(node)) {
      visit(child, inside)
    }
  }
  visit(parse(text), undefined)
  return mutants.sort((one, other) => one.start - other.start || one.end - other.end)
}

/** The text with that change. */
export function applyMutant(text: string, { start, end, replacement }: Change): string {
  return `${text.slice(0, start)}${replacement}${text.slice(end)}`
}

const boundaries: Readonly<Record<string, string>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' }

const operators: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
}

/** Methods that are left out of a chain, or become another one. */
const leftOut = new Set(['filter', 'slice', 'sort', 'toSorted', 'reverse', 'toReversed', 'trim', 'concat'])
const others: Readonly<Record<string, string>> = { some: 'every', every: 'some', min: 'max', max: 'min' }

function changesOf(node: Node, text: string): Change[] {
  const textOf = ({ start, end }: Node): string => text.slice(start, end)
  const change = ({ start, end }: Node, replacement: string, kind: MutantKind): Change[] => [
    { start, end, replacement, kind },
  ]
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression': {
      const test = node['test'] as Node
      // These have a change of their own to the same effect.
      const isChangedBelow = test['operator'] === '!' || test['operator'] === '===' || test['operator'] === '!=='
      return isChangedBelow ? [] : change(test, `!(${textOf(test)})`, 'condition')
    }
    case 'BinaryExpression':
    case 'LogicalExpression':
      return operatorChanges(node, text)
    case 'UnaryExpression': {
      const argument = node['argument'] as Node
      return node['operator'] === '!' ? change(node, textOf(argument), 'condition') : []
    }
    case 'AwaitExpression':
      return change(node, textOf(node['argument'] as Node), 'await')
    case 'Literal':
      return typeof node['value'] === 'number' || typeof node['value'] === 'bigint'
        ? change(node, `(${textOf(node)} + ${textOf(node).endsWith('n') ? '1n' : '1'})`, 'constant')
        : typeof node['value'] === 'boolean'
          ? change(node, `${!node['value']}`, 'constant')
          : []
    case 'CallExpression':
      return methodChanges(node, text)
    case 'ObjectExpression':
      return propertyChanges(node, text)
    case 'ExpressionStatement':
      return isRemovable(node['expression'] as Node, text) ? change(node, ';', 'statement') : []
    case 'ThrowStatement':
    case 'ContinueStatement':
      return change(node, ';', 'statement')
    default:
      return []
  }
}

function operatorChanges(node: Node, text: string): Change[] {
  const { left, right } = node as Node & { readonly left: Node; readonly right: Node }
  const operator = node['operator'] as string
  const start = text.indexOf(operator, left.end)
  const replaced = (replacement: string, kind: MutantKind): Change[] => [
    { start, end: start + operator.length, replacement, kind },
  ]
  if (operator === '??') {
    return [{ start: node.start, end: node.end, replacement: text.slice(left.start, left.end), kind: 'operator' }]
  }
  const boundary = boundaries[operator]
  const other = operators[operator]
  const isText = [left, right].some(({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string')
  return boundary !== undefined
    ? replaced(boundary, 'boundary')
    : other !== undefined
      ? replaced(other, 'operator')
      : operator === '+' && !isText
        ? replaced('-', 'operator')
        : []
}

function methodChanges(node: Node, text: string): Change[] {
  const callee = node['callee'] as Node
  const { object, property } = callee as Node & { readonly object: Node; readonly property: Node }
  if (callee.type !== 'MemberExpression' || callee['computed'] === true || callee['optional'] === true) {
    return []
  }
  const name = text.slice(property.start, property.end)
  const other = Object.hasOwn(others, name) ? others[name] : undefined
  return leftOut.has(name)
    ? [{ start: object.end, end: node.end, replacement: '', kind: 'method' }]
    : other !== undefined
      ? [{ start: property.start, end: property.end, replacement: other, kind: 'method' }]
      : []
}

/** Each property left out, one after the other. */
function propertyChanges(node: Node, text: string): Change[] {
  return (node['properties'] as Node[]).map(({ start, end }) => {
    const comma = /^\s*,/.exec(text.slice(end))?.[0].length ?? 0
    return { start, end: end + comma, replacement: '', kind: 'property' }
  })
}

/** What is logged is read by people, and no test's matter; a constructor must call its parent's. */
function isRemovable(expression: Node, text: string): boolean {
  const called = expression.type === 'AwaitExpression' ? (expression['argument'] as Node) : expression
  if (called.type === 'CallExpression' && isNode(called['callee'])) {
    const callee = text.slice(called['callee'].start, called['callee'].end)
    return callee !== 'super' && !/\blog\??\.\w+$/.test(callee)
  }
  return expression.type === 'AssignmentExpression' || expression.type === 'UpdateExpression' || called !== expression
}
