#!/usr/bin/env node
/**
 * The whole of the chaos suite of the fleet: every scenario, with each seed, on etcd 3.4 and 3.5, as a table. It takes some eight minutes a seed
 * and version. Usage: npm run fleet-chaos [-- --seeds 1,2,3] [--etcd 3.4,3.5] [--scenario TEXT]
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

process.chdir(new URL('..', import.meta.url).pathname)
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    etcd: { type: 'string', default: '3.4,3.5' },
    scenario: { type: 'string' },
  },
})

/** Where the binary of a version is. @type {Readonly<Record<string, () => string>>} */
const binaries = {
  3.4: () => '/usr/bin/etcd',
  3.5: () => execFileSync('scripts/etcd35', { encoding: 'utf8' }).trim(),
}

/** @typedef {{ status: string, fullName: string, duration?: number, failureMessages: string[] }} Assertion */

/**
 * One run of all scenarios.
 * @param {string} etcd
 * @param {string} seed
 * @returns {Assertion[]}
 */
function run(etcd, seed) {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-chaos-'))
  const report = join(directory, 'report.json')
  const filter = values.scenario === undefined ? [] : ['--testNamePattern', values.scenario]
  try {
    spawnSync(
      'npx',
      ['vitest', 'run', 'integration/fleet/endurance', '--reporter', 'json', '--outputFile', report, ...filter],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, VXA_TEST_EVERY_FAULT: '1', VXA_TEST_SEED: seed, VXA_TEST_ETCD: etcd },
      },
    )
    /** @type {{ testResults: { assertionResults: Assertion[] }[] }} */
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
    return testResults.flatMap(({ assertionResults }) => assertionResults)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

let failed = 0
process.stdout.write('| scenario | etcd | seed | result | seconds |\n| --- | --- | --- | --- | --- |\n')
for (const version of values.etcd.split(',')) {
  const binary = binaries[version]
  if (binary === undefined) {
    process.stderr.write(`fleet-chaos: --etcd takes ${Object.keys(binaries).join(' and ')}, not ${version}\n`)
    process.exit(64)
  }
  const etcd = binary()
  for (const seed of values.seeds.split(',')) {
    for (const { status, fullName, duration = 0, failureMessages } of run(etcd, seed)) {
      if (status === 'passed' || status === 'failed') {
        const name = fullName.replace(/^a fleet (?:of three, seed \d+|with certificates) /, '')
        const result = status === 'passed' ? 'holds' : '**does not hold**'
        process.stdout.write(`| ${name} | ${version} | ${seed} | ${result} | ${Math.round(duration / 1000)} |\n`)
        failed += status === 'failed' ? 1 : 0
        for (const message of failureMessages) {
          process.stderr.write(`${name}: ${message}\n`)
        }
      }
    }
  }
}
process.exit(failed === 0 ? 0 : 1)
