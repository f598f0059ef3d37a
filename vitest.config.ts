import { defineConfig } from 'vitest/config'
import { slowness } from './integration/support/slowness.ts'

const systemd = 'integration/systemd/**/*.test.ts'
/** States, changes and kills by chance or by the hundred: they run long, and measure no time. */
const random = 'integration/{chaos,crash,crash-random,crash-steps,differential,transitions}.test.ts'

/** One file of a project at a time: the kernel's RTNL lock is shared by all network namespaces. */
const onTheKernel = {
  globalSetup: ['integration/support/build.ts'],
  fileParallelism: false,
  testTimeout: 180_000 * slowness,
  hookTimeout: 180_000 * slowness,
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          setupFiles: ['test/support/fixed-seed.ts'],
          // Properties try many values, and the machine may be busy.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...onTheKernel,
          name: 'integration',
          include: ['integration/**/*.test.ts'],
          exclude: [systemd, random],
        },
      },
      { test: { ...onTheKernel, name: 'random', include: [random] } },
      { test: { ...onTheKernel, name: 'systemd', include: [systemd] } },
    ],
  },
})
