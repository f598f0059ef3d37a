/** What a process has cost so far, by /proc. */
import { readFileSync } from 'node:fs'

/** Clock ticks a second of /proc: USER_HZ, which is 100 on every architecture that vxagent runs on. */
const ticksPerSecond = 100

/**
 * Processor time since the start of a process, in seconds: of all threads, in user space and in the kernel. Source: proc_pid_stat(5).
 * @param {number} pid
 * @returns {number}
 */
export function cpuSecondsOf(pid) {
  return cpuSecondsIn(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

/**
 * The same from the text of its `stat`. The name of the process, in parentheses, may have spaces and parentheses of its own.
 * @param {string} stat
 * @returns {number}
 */
export function cpuSecondsIn(stat) {
  const fields = stat.replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/**
 * Resident memory of a process in MB, now and at its peak.
 * @param {number} pid
 */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (/** @type {string} */ key) => (Number(new RegExp(`${key}:\\s+(\\d+)`).exec(text)?.[1]) * 1024) / 1e6
  return { now: of('VmRSS'), peak: of('VmHWM') }
}
