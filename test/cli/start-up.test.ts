import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

/** The packages and files that are loaded with this file, whatever the command: its imports, and theirs, that are not `import()`. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  seen.add(file)
  const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^'"]*?from '([^']+)'/gms)
  for (const [, specifier = ''] of imports) {
    const path = specifier.startsWith('.') ? join(dirname(file), specifier) : specifier
    if (!seen.has(path)) {
      seen.add(path)
      if (existsSync(path)) {
        loadedWith(path, seen)
      }
    }
  }
  return seen
}

test('the help needs yargs alone, and neither the agent nor netlink', () => {
  const loaded = [...loadedWith('src/cli/run.ts')]
  const packages = loaded.filter((path) => !path.startsWith('src/') && !path.startsWith('node:'))
  expect(packages).toEqual(['yargs'])
  const others = loaded.filter((path) => path.startsWith('src/') && !path.startsWith('src/cli/'))
  expect(others.sort()).toEqual([
    'src/agent/answers/losses.ts',
    'src/agent/answers/overlay-event.ts',
    'src/agent/desired/issue.ts',
    'src/agent/desired/limits.ts',
    'src/agent/desired/suggest.ts',
    'src/agent/desired/visible.ts',
    'src/agent/facts/brief-span.ts',
    'src/agent/facts/count-of.ts',
    'src/agent/facts/replace-policy.ts',
    'src/agent/trial/deletion-policy.ts',
    'src/agent/trial/window.ts',
  ])
})
