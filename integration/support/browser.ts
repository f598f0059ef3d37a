/** A real Chromium without a window, in a host of the test's. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchChromium } from './chromium.js'
import { finish } from './command.ts'
import type { Cleanup, Namespace } from './namespace.ts'

/** Whether there is a Chromium; says so when there is none, for the tests that are skipped then. */
export async function canBrowse(): Promise<boolean> {
  const { code } = await finish('sh', ['-c', 'command -v chromium'])
  if (code !== 0) {
    process.stdout.write('skipped: there is no chromium on this machine\n')
  }
  return code === 0
}

export interface Browsing {
  readonly page: Page
  /** What the console, the page's own errors and the security policy had to say. */
  readonly complaints: string[]
}

/** How the page is looked at. */
export interface ViewOptions {
  readonly width?: number
  readonly height?: number
  readonly isDark?: boolean
}

/** An empty page of a browser that runs in the host's network namespace. */
export async function browse(
  host: Namespace,
  cleanup: Cleanup,
  { width = 1280, height = 900, isDark = false }: ViewOptions = {},
): Promise<Browsing> {
  const directory = mkdtempSync(join(tmpdir(), 'vxagent-chromium-'))
  cleanup(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }))
  const browser = await launchChromium(host.name, directory)
  cleanup(() => browser.close())
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: isDark ? 'dark' : 'light' })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      complaints.push(message.text())
    }
  })
  return { page, complaints }
}
