/** Environment variables that look like ours and are not. */
import { commandsIn, type Entry } from './commands/command.ts'
import { didYouMean } from './did-you-mean.ts'
import { commonOptions, takesValue } from './options.ts'

const prefix = 'VXAGENT_'

/** A sentence for each VXAGENT_* variable that no option reads: a slip of the finger in a unit file goes unnoticed otherwise. */
export function unknownVariables(
  env: Readonly<Record<string, string | undefined>>,
  entries: readonly Entry[],
): readonly string[] {
  const options = [...commonOptions, ...commandsIn(entries).flatMap((command) => command.options)].filter(takesValue)
  const known = options.flatMap(({ variable }) => variable ?? [])
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && env[name] !== undefined && !known.includes(name))
    .map((name) => {
      // Without the prefix, which alone would make any two of them alike.
      const suggestion = didYouMean(bare(name), known.map(bare), prefix)
      return `the environment variable ${name} is not known and has no effect${suggestion}`
    })
}

function bare(variable: string): string {
  return variable.slice(prefix.length)
}
