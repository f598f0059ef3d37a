/** Cases of rules: a file that breaks one, with a mark before the place that is reported, and a file like it that does not. */
import type { IssueCode } from '../../../../src/agent/desired/issue.ts'

export interface RuleCase {
  readonly code: IssueCode
  readonly name: string
  /** YAML of one file, with `‸` before what is at fault. */
  readonly wrong: string
  /** YAML of one file that gives no issue. */
  readonly right: string
}

/** A file with one vxlan, `vxlan0`, whose dstport is stated. */
export function vxlan(body: string): string {
  return `vxlans:\n  vxlan0: {dstport: 4789, ${body}}\n`
}

/** A file with several vxlans by name, each with its dstport stated, and bridges. */
export function overlay(
  vxlans: Readonly<Record<string, string>>,
  bridges: Readonly<Record<string, string>> = {},
): string {
  const links = Object.entries(vxlans).map(([name, body]) => `  ${name}: {dstport: 4789, ${body}}\n`)
  const others = Object.entries(bridges).map(([name, body]) => `  ${name}: {${body}}\n`)
  return `vxlans: ${links.length === 0 ? '{}' : ''}\n${links.join('')}bridges: ${others.length === 0 ? '{}' : ''}\n${others.join('')}`
}

/** The text without its mark, and the mark's line and column, both from 1. */
export function readMark(marked: string): { text: string; line: number; column: number } {
  const [before = '', after] = marked.split('‸')
  if (after === undefined) {
    throw new Error(`no mark in ${marked}`)
  }
  const lines = before.split('\n')
  return { text: `${before}${after}`, line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}
