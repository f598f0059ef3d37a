/** docs/reference/desired-state.md, made from the schema so that it cannot go stale. */
import { files, jsonFiles, notes } from '../../scripts/reference/notes.ts'
import type { Key, Section } from '../../scripts/reference/sections.ts'

/** The whole page. */
export function referencePage(sections: readonly Section[]): string {
  return [
    '# The desired state, key by key',
    '',
    '<!-- Made from the schema by test/docs/reference-page.test.ts; `npm run unit -- -u` writes it anew. -->',
    '',
    ...files.slice(0, -1),
    `${files.at(-1)} \`vxagent schema\` prints the JSON Schema for`,
    `editors; [examples/everything.yaml](../../examples/everything.yaml) has every key once. ${jsonFiles[0]}`,
    ...jsonFiles.slice(1),
    '',
    ...notes.map(({ term, lines }) => `- *${term}*: ${lines.join('\n  ')}`),
    '- The last columns have the words of iproute2, VyOS (1.4 and later), netplan and systemd-networkd for the same.',
    '',
    ...sections.flatMap(({ title, where, isFull, keys }) => [
      `## ${title}`,
      '',
      ...(where === undefined ? [] : [where, '']),
      ...(isFull ? fullTable(keys) : shortTable(keys, title === 'sysctl' ? 'setting' : 'key')),
      '',
    ]),
  ].join('\n')
}

function fullTable(keys: readonly Key[]): string[] {
  return [
    '| key | value | default | changed | since | meaning | iproute2 | VyOS | netplan | networkd |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...keys.map(({ name, value, fallback, isLive, since, meaning, words }) => {
      const cells = [
        ...[value, fallback, isLive ? 'live' : 'replaces', since, meaning],
        ...words.map((each) => (each === '' ? '' : `\`${each}\``)),
      ]
      return `| \`${name}\` | ${cells.join(' | ')} |`
    }),
  ]
}

function shortTable(keys: readonly Key[], heading: string): string[] {
  return [
    `| ${heading} | value | meaning |`,
    '|---|---|---|',
    ...keys.map(({ name, value, description }) => `| \`${name}\` | ${value} | ${description} |`),
  ]
}
