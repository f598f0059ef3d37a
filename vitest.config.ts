import { defineConfig } from 'vitest/config'
import { slowness } from './integration/support/slowness.ts'

const systemd = 'integration/systemd/**/*.test.ts'
/** States, changes and kills by chance or by the hundred: they run long, and measure no time. */
const random = 'integration/{chaos,crash,crash-random,crash-steps,differential,transitions}.test.ts'

/** Windows, delays and silences that have to pass: they take minutes, and next to no processor. */
const waiting = 'integration/{confirm,states,deletions,guests,see/faults,see/tunnel-states,see/page-views}.test.ts'

/** Hosts of a fleet and a real etcd. */
const fleet = 'integration/fleet/**/*.test.ts'

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
          exclude: [systemd, random, waiting, fleet],
        },
      },
      { test: { ...onTheKernel, name: 'random', include: [random] } },
      { test: { ...onTheKernel, name: 'waiting', include: [waiting] } },
      // They mostly wait for etcd: two files at a time.
      { test: { ...onTheKernel, name: 'fleet', include: [fleet], fileParallelism: true } },
      { test: { ...onTheKernel, name: 'systemd', include: [systemd] } },
    ],
  },
})
