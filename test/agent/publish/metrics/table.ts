/** The table of metrics in docs/reference/metrics.md, as the metrics themselves have it. */
import type { Family } from '../../../support/prometheus-text.ts'

/** Markdown: a line for each family. */
export function metricsTable(families: Iterable<Family>): string {
  const rows = Array.from(families, ({ name, type, help, samples }) => {
    const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)))
    labels.delete('le')
    return `| \`${name}\` | ${type} | ${[...labels].map((label) => `\`${label}\``).join(', ')} | ${help} |\n`
  })
  return `| metric | type | labels | meaning |\n|---|---|---|---|\n${rows.join('')}`
}
