/**
 * How much is read of desired-state files, and how much is said about them. Whoever can write a file into the directory must not be
 * able to stop the daemon: each limit turns minutes, gigabytes or a crash into one sentence. docs/guides/operations.md lists them.
 */

/** Limits that `--max-file-size` moves. */
export interface ReadLimits {
  /** Bytes of one file, looked up before it is read and counted while it is. */
  readonly fileBytes: number
  /** Keys and entries of one file. */
  readonly values: number
  /**
   * Keys, values, punctuation, comments and line ends of one YAML file, long lists of plain entries apart. The yaml package takes some 200
   * bytes for each, and 2 µs.
   */
  readonly yamlParts: number
  /** MiB of memory for what is made of all files together; the texts themselves come on top. */
  readonly memoryMb: number
}

/** The unit of `--max-file-size`, and its range. A JavaScript string holds 512 MiB at most. */
export const defaultFileMb = 64
export const largestFileMb = 400

const mebibyte = 1024 * 1024

/**
 * The limits for files of at most `fileMb` MiB. By default 64: 100,000 forwarding entries with every option, each on a line, take 22,
 * and a thousand links 0.2. With larger files the others grow, too; with smaller ones they stay.
 */
export function limitsFor(fileMb = defaultFileMb): ReadLimits {
  const scale = Math.max(1, fileMb / defaultFileMb)
  return {
    fileBytes: fileMb * mebibyte,
    // 200,000 forwarding entries with every option have as many.
    values: Math.round(2_000_000 * scale),
    // 40,000 links of four keys have 1.2 million; memory bounds what has more of everything.
    yamlParts: Math.round(2_000_000 * scale),
    // With what the process takes itself and the text of a file, less than 400 MB.
    memoryMb: Math.round(260 * scale),
  }
}

/** Levels of nesting. Links stand at the second, and no value is deeper than the seventh; the yaml package recurses. */
export const deepest = 64

/** Files of one directory: each takes a few system calls, and nobody looks after ten thousand. */
export const mostFiles = 10_000

/** Links, vxlans and bridges together, in all files: the kernel takes some 20 ms to make one, and as long to delete it. */
export const mostLinks = 50_000

/** Keys of one mapping in JSON, of which the largest is that of the links: to hold a million keys takes seconds. */
export const mostKeys = mostLinks + 1000

/** Links that stand on one another. Source: MAX_NEST_DEV, include/linux/netdevice.h; the kernel answers EMLINK (6.18). */
export const mostLevels = 8

/** Errors of one file that are shown, and as many warnings: more would drown what is wrong with the other files. */
export const mostIssuesOfFile = 100

/** Errors of all files that are shown, and as many warnings: they are in status, in the log, and in every answer about the files. */
export const mostIssues = 1000

/**
 * Bytes, and files, up to which files are read in the thread that asks. That takes 0.1 s at most; for anything more a thread is
 * started, for 0.1 s, so that the daemon goes on meanwhile.
 */
export const smallBytes = 256 * 1024
export const smallFiles = 64

/**
 * How long reading may take, in milliseconds. The other limits keep it to seconds of processor time; on a machine that is busy with
 * other things that may be minutes. Nothing waits for it meanwhile: the last valid state is enforced, and a trial is confirmed or ends. The
 * watchdog does not count it as work that has stopped (health.ts), however much longer than WatchdogSec= it takes: the thread that reads
 * cannot hold up the event loop, and a restart would only begin the reading again. systemd's limits for a start, a reload and a stop are
 * extended while it lasts (watchdog.ts).
 */
export const patienceMs = 600_000

/**
 * Characters of one key, value or comment in YAML. No value of a desired state has more than some hundred; the yaml package takes
 * folded and literal text apart line by line.
 */
export const longestPart = 256 * 1024

/** Entries of a list that are checked at a time: of what is wrong with each, so much memory is taken until it is counted. */
export const entriesAtATime = 5000

/** Characters of a key or a value that a message repeats. */
export const longestQuote = 60
