/** A TypeScript source as a tree, read by the parser that vitest has. */
import { parseAst } from 'vitest/node'

/** A node of ESTree, with its place in the text. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** Throws when the text is not TypeScript. */
export function parse(text: string): Node {
  return parseAst(text, { lang: 'ts' }) as unknown as Node
}

/** The nodes directly below. Types are left out: they are gone when the program runs. */
export function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter(isNode)
    .filter(({ type }) => !isType(type))
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

function isType(type: string): boolean {
  // `x as T`, `x!` and the like have an expression in them.
  return (
    type.startsWith('TS') && !/^TS(As|Satisfies|NonNull|Instantiation|TypeAssertion)|^TSParameterProperty/.test(type)
  )
}

/** Whether the node is a function with a body, a method, or an arrow function. */
export function isFunction({ type, body }: Node): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type) && isNode(body)
}
