/** Prometheus' text format, read: by the specification, and not by the library that writes it. */

export interface Sample {
  /** With `_bucket`, `_sum` or `_count` behind the family's name, if it is a histogram's. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly Sample[]
}

const samplePattern = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/s
const labelPattern = /([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\n"])*)"(?:,|$)/gy

/** The families by name, in their order. Throws at a line that is none of the format. */
export function readMetrics(text: string): Map<string, Family> {
  const families = new Map<string, { name: string; type: string; help: string; samples: Sample[] }>()
  let current: { name: string; type: string; help: string; samples: Sample[] } | undefined
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (keyword === 'HELP') {
      current = { name, type: '', help: rest, samples: [] }
      families.set(name, current)
    } else if (keyword === 'TYPE' && current?.name === name) {
      current.type = rest
    } else {
      const sample = readSample(line)
      if (current === undefined || !sample.name.startsWith(current.name)) {
        throw new Error(`no sample of ${current?.name}: ${line}`)
      }
      current.samples.push(sample)
    }
  }
  return families
}

/** The value of the sample with these labels; undefined when there is none. */
export function sampleValue(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const samples = families.get(name)?.samples ?? []
  return samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value
}

function readSample(line: string): Sample {
  const [, name, inBraces = '', number] = samplePattern.exec(line) ?? []
  if (name === undefined || number === undefined) {
    throw new Error(`no sample: ${line}`)
  }
  const labels: Record<string, string> = {}
  let read = 0
  for (const [whole, key = '', value = ''] of inBraces.matchAll(labelPattern)) {
    labels[key] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    read += whole.length
  }
  if (read !== inBraces.length) {
    throw new Error(`no labels: ${inBraces}`)
  }
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) }
}
