/** vitest's setup: properties are tried with the same values each time, so that a change is judged by what it changes. Other values: $VXA_TEST_SEED. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['VXA_TEST_SEED'] ?? 20261123) })
