/** vxagent-desired(5), from the schema. */
import { desired } from '../../src/cli/options.ts'
import { files, jsonFiles, notes } from '../reference/notes.ts'
import type { Key, Section } from '../reference/sections.ts'
import { narrowComments } from './narrow.ts'
import { bold, example, heading, page, paragraph, plain, prose, subheading, term } from './roff.ts'
import { sentence } from './sentence.ts'
import type { Edition } from './vxagent.ts'

/** @param examples desired-state files, each with comments that say what it is */
export function vxagentDesiredPage(
  sections: readonly Section[],
  examples: readonly string[],
  edition: Edition,
): string {
  return page('vxagent-desired', 5, edition, [
    ...heading('NAME'),
    `vxagent\\-desired \\- ${prose('the VXLAN overlay that a host is to have, for vxagent')}`,
    ...heading('SYNOPSIS'),
    bold(`${desired.fallback}/*.yaml`),
    '.br',
    bold(`${desired.fallback}/*.yml`),
    '.br',
    bold(`${desired.fallback}/*.json`),
    ...heading('DESCRIPTION'),
    ...paragraph(prose(files.join(' '))),
    ...paragraph(
      prose(
        'A link is declared in one file: the same name in two of them is an error. So are an unknown key and a value out of its range, and links that cannot be together. `vxagent validate` says where, with file, line and column, and needs no privileges.',
      ),
    ),
    ...paragraph(prose(jsonFiles.join(' '))),
    ...paragraph(
      prose(
        'Keys are the words of `ip-link`(8) and `bridge`(8). `vxagent schema` prints a JSON Schema, with which an editor completes keys and underlines errors.',
      ),
    ),
    ...subheading('What is enforced'),
    prose(
      'What is stated is enforced. What is not stated has the default of the kernel, and is left alone on a live link. Two keys are exceptions: a link is up unless it says `up: false`, and an unstated `mtu` follows from the underlay.',
    ),
    ...paragraph(
      prose(
        'A list is the whole list of what is ours: what vxagent put there and is no longer stated is removed. Of the addresses of a link that vxagent made, those that others added are removed too, but not the link-local ones that the kernel makes. Forwarding entries and neighbours that the kernel learned or that something else put there stay; `fdb_exclusive: true` removes foreign forwarding entries.',
      ),
    ),
    ...subheading('What is touched'),
    prose(
      'Only what vxagent made. It is on record before it is made. A link of the same name that something else made is a conflict, which `vxagent status` tells, and stays as it is; with `adopt: true` it is taken over. A link that vxagent made and that no file declares any more is deleted.',
    ),
    ...heading('EXAMPLES'),
    ...examples.flatMap((text) => example(narrowComments(text))),
    ...heading('KEYS'),
    ...paragraph(prose('What is told of each key:')),
    ...notes.flatMap(({ term: word, lines }) => term(bold(word), prose(sentence(lines.join(' '))))),
    ...sections.flatMap(sectionLines),
    ...heading('FILES'),
    ...term(bold(desired.fallback), prose('Where the files are, unless --desired or VXAGENT_DESIRED says otherwise.')),
    ...heading('SEE ALSO'),
    `${bold('vxagent')}(1), ${bold('ip-link')}(8), ${bold('bridge')}(8)`,
  ])
}

function sectionLines({ title, where, isFull, keys }: Section): string[] {
  return [
    ...subheading(title.replaceAll('`', '')),
    ...(where === undefined ? [] : [prose(where)]),
    ...keys.flatMap((key) => keyLines(key, isFull)),
  ]
}

function keyLines({ name, value, meaning, fallback, isLive, since }: Key, isFull: boolean): string[] {
  const facts = [
    ...(fallback === '' ? [] : [`Default: ${fallback}.`]),
    ...(isFull ? [`Changed: ${isLive ? 'live' : 'replaces'}.`] : []),
    ...(since === '' ? [] : [`Since: Linux ${since}.`]),
  ]
  const tag = `${bold(name)}: ${plain(value.replaceAll('`', ''))}`
  return term(tag, prose(sentence(meaning)), ...(facts.length === 0 ? [] : [prose(facts.join(' '))]))
}
