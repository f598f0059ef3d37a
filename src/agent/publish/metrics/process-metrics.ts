/** Metrics of the agent as a process: what it is, what it takes, and whether it keeps up. */
import { readdirSync } from 'node:fs'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { RecentLongest, recentMs } from './recent-longest.ts'
import { setCounter } from './set-counter.ts'

/** So often the event loop is asked whether it keeps up, in milliseconds. */
const askEveryMs = 100

export interface ProcessMetrics {
  read(): void
  close(): void
}

/** @param kernel release of the running kernel */
export function processMetrics(
  registry: Registry,
  { version, kernel }: { readonly version: string; readonly kernel: string },
): ProcessMetrics {
  const registers = [registry]
  const buildInfo = new Gauge({
    name: 'vxagent_build_info',
    help: 'Always 1: the versions of the agent, of Node.js and of the kernel.',
    labelNames: ['version', 'node', 'kernel'] as const,
    registers,
  })
  buildInfo.set({ version, node: process.versions.node, kernel }, 1)
  // No gauge of quantiles: those of many hosts, or of a longer time, cannot be told from them.
  const lag = new Histogram({
    name: 'vxagent_event_loop_lag_seconds',
    help: `How late a timer was that is due every ${askEveryMs} ms: how long the agent was busy with something else.`,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const longestSilence = new Gauge({
    name: 'vxagent_event_loop_longest_silence_seconds',
    help: `Longest lag within the last ${recentMs / 60_000} minutes: how long the agent answered nobody. It stays below a second unless the machine is busy; systemd restarts the agent after 30 s of it (WatchdogSec).`,
    registers,
  })
  const longest = new RecentLongest()
  const cpu = new Counter({
    name: 'vxagent_process_cpu_seconds_total',
    help: 'Processor time that the agent took, in user space and in the kernel.',
    registers,
  })
  const memory = new Gauge({
    name: 'vxagent_process_resident_memory_bytes',
    help: 'Memory of the agent that is in RAM.',
    registers,
  })
  const heap = new Gauge({
    name: 'vxagent_process_heap_bytes',
    help: 'Of it, what JavaScript objects take, those not yet collected included.',
    registers,
  })
  const descriptors = new Gauge({
    name: 'vxagent_process_open_fds',
    help: 'Open file descriptors of the agent.',
    registers,
  })
  let askedAt = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    const late = Math.max(0, now - askedAt - askEveryMs) / 1000
    lag.observe(late)
    longest.note(late)
    askedAt = now
  }, askEveryMs)
  timer.unref()

  return {
    read() {
      longestSilence.set(longest.value)
      const { user, system } = process.cpuUsage()
      setCounter(cpu, (user + system) / 1e6)
      const { rss, heapUsed } = process.memoryUsage()
      memory.set(rss)
      heap.set(heapUsed)
      // One of them is open for this list.
      descriptors.set(readdirSync('/proc/self/fd').length - 1)
    },
    close: () => clearInterval(timer),
  }
}
