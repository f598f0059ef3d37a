/** The page of a host's agent, as `vxagent ui` serves it. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import type { Cleanup, Namespace } from './namespace.ts'
import type { ThreeHosts } from './three-hosts.ts'
import { vxagentPath } from './vxagent.ts'

/** Starts `vxagent ui` on the host; gives the address that it prints. */
export function openUi({ ubuntu, agent }: Pick<ThreeHosts, 'ubuntu' | 'agent'>, cleanup: Cleanup): Promise<string> {
  return openUiOn(ubuntu, agent.env, [], cleanup)
}

/** Starts `vxagent ui` with these arguments; gives the address that it prints. */
export async function openUiOn(
  host: Namespace,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  cleanup: Cleanup,
): Promise<string> {
  const held = host.hold(process.execPath, [vxagentPath, 'ui', ...args], env)
  cleanup(async () => {
    held.process.kill('SIGINT')
    expect((await held.finished).code).toBe(0)
  })
  return eventually(() => {
    const url = /^http:\S+/.exec(held.output())?.[0]
    if (url === undefined) {
      throw new Error(`vxagent ui printed: ${held.output()}`)
    }
    return url
  })
}

/** Waits until the text is there. */
export function shows(page: Page, selector: string, text: string | RegExp, timeoutMs = 20_000): Promise<void> {
  return eventually(async () => expect(await page.textContent(selector)).toMatch(text), { timeoutMs })
}
