/** `npm run hostile`: every hostile file before `validate` and before a daemon, as a table. */
import process from 'node:process'
import { newest } from '../build.ts'
import { vxagentPath } from '../vxagent.ts'
import { cases } from './cases.ts'
import { Target, underValidate } from './measure.ts'

const [filter = ''] = process.argv.slice(2)
const chosen = cases.filter(({ name }) => name.includes(filter))
const undo: (() => unknown)[] = []

function print(...cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}

try {
  if (newest('src') > newest(vxagentPath)) {
    throw new Error('dist is older than src: npm run build')
  }
  const target = await Target.start((each) => undo.push(each))
  print('case', 'answer', 'validate s', 'CPU s', 'MB', 'KB said', 'daemon s', 'MB', 'longest silence ms', 'repaired ms')
  print(...Array.from({ length: 10 }, () => '---'))
  for (const hostile of chosen) {
    const { answer, seconds, cpuSeconds, megabytes, length } = await underValidate(hostile)
    const short = answer.replace(/^…\/?/, '').slice(0, 100).replaceAll('|', '\\|')
    const cells = [short, seconds.toFixed(1), cpuSeconds.toFixed(1), megabytes.toFixed(0), (length / 1000).toFixed(0)]
    // A daemon would make what a valid file declares.
    const fire = hostile.verdict === 'valid' ? undefined : await target.endure(hostile)
    const ofDaemon =
      fire === undefined
        ? ['', '', '', '']
        : [fire.seconds.toFixed(1), ...[fire.megabytes, fire.silenceMs, fire.repairedMs].map((each) => each.toFixed(0))]
    print(hostile.name, ...cells, ...ofDaemon)
    if (fire !== undefined && fire.issue === undefined) {
      process.stdout.write(`  the daemon did not say that ${hostile.name} is invalid\n`)
      process.exitCode = 1
    }
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
} finally {
  for (const each of undo.toReversed()) {
    await each()
  }
}
