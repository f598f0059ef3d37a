/** Tells when the desired-state files may have changed. */
import { type FSWatcher, type Stats, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Events that come within this time of the first are reported as one; editors make several of one save. */
const coalesceMs = 50
/** Files that never come to rest are read all the same after so long. */
const patienceMs = 1000
/** How often a look is taken at what events do not tell: a path that is not there yet, or a directory above it that was replaced. */
const lookMs = 1000

/**
 * Calls `onChange` after something in the directory `path`, or the file `path`, has changed, appeared or gone. Whether the content
 * differs is for the caller to find out. `onError` is called once for each new reason why changes may be seen late or not at all;
 * the watch goes on. It does not keep the process alive. Start it before the first reading, so that no change falls in between.
 */
export function watchDesired(path: string, onChange: () => void, onError: (error: Error) => void): { close(): void } {
  let watcher: FSWatcher | undefined
  let watched = ''
  let pending: NodeJS.Timeout | undefined
  let seen = ''
  let reported = ''
  let firstSeenAt: number | undefined
  let hasFailed = false

  function look(): void {
    hasFailed = false
    rearm()
    const now = signatureOf(path, report)
    if (!hasFailed) {
      reported = ''
    }
    if (now !== seen) {
      seen = now
      announce()
    }
  }

  /** Waits until the files have been left alone for a moment: a writer may be in the middle of one. */
  function announce(): void {
    clearTimeout(pending)
    firstSeenAt ??= performance.now()
    const isPatienceOver = performance.now() - firstSeenAt > patienceMs
    pending = setTimeout(
      () => {
        pending = undefined
        firstSeenAt = undefined
        onChange()
      },
      isPatienceOver ? 0 : coalesceMs,
    ).unref()
  }

  /** Watches what the path leads to now: the directory itself, or the one that holds the file, for editors replace a file by another of its name. */
  function rearm(): void {
    const found = lookUp(path, report)
    const directory = found?.isDirectory() ? path : dirname(path)
    const identity = identityOf(lookUp(directory, report))
    if (identity === watched && watcher !== undefined) {
      return
    }
    disarm()
    if (identity === '') {
      return
    }
    try {
      const isFile = directory !== path
      // In a directory anything counts; beside a file only what touches it, which its signature tells, symbolic links followed.
      watcher = watch(directory, { persistent: false }, isFile ? look : onDirectoryEvent)
      watcher.on('error', (error) => {
        report(error)
        disarm()
      })
      watched = identity
    } catch (error) {
      report(error)
    }
  }

  function onDirectoryEvent(_event: string, name: string | null): void {
    // Its own name: it was removed or moved, and no event will come any more, even if another has taken its place.
    if (name === basename(path)) {
      disarm()
    }
    announce()
    look()
  }

  function disarm(): void {
    watcher?.close()
    watcher = undefined
    watched = ''
  }

  function report(error: unknown): void {
    hasFailed = true
    const cause = error instanceof Error ? error : new Error(String(error))
    if (cause.message !== reported) {
      reported = cause.message
      onError(new Error(`cannot watch ${path}: ${cause.message}`, { cause }))
    }
  }

  rearm()
  seen = signatureOf(path, report)
  const timer = setInterval(look, lookMs).unref()
  return {
    close() {
      clearInterval(timer)
      clearTimeout(pending)
      disarm()
    },
  }
}

/** What is at `path`; undefined for nothing. */
function lookUp(path: string, report: (error: unknown) => void): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    report(error)
    return undefined
  }
}

/** Tells one directory from another that takes its name. With its time of birth, for file systems give the number of a deleted inode to the next. */
function identityOf(found: Stats | undefined): string {
  return found === undefined ? '' : `${found.dev}:${found.ino}:${found.birthtimeMs}`
}

/** Differs when what is at `path` has been replaced or changed; of a directory, when a name in it came or went. */
function signatureOf(path: string, report: (error: unknown) => void): string {
  const found = lookUp(path, report)
  return found === undefined ? '' : `${identityOf(found)}:${found.size}:${found.mtimeMs}:${found.ctimeMs}`
}
