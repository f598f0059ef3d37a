/** Chromium without a window in a network namespace: for tests, and for the screenshots. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

/** It is to ask nobody but the page that it shows. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts it. Rejects when it is not there, or not up within a minute.
 * @param {string | undefined} namespace of the network, by name; undefined: the one that this process is in
 * @param {string} directory where a file may be put that lasts as long as the browser
 */
export function launchChromium(namespace, directory) {
  // It is driven over a pipe, which reaches into the namespace.
  const launcher = join(directory, 'launcher')
  const inside = namespace === undefined ? '' : `ip netns exec ${namespace} `
  writeFileSync(launcher, `#!/bin/sh\nexec ${inside}chromium "$@"\n`, { mode: 0o755 })
  return chromium.launch({ executablePath: launcher, args: quiet, timeout: 60_000 })
}
