/** A real member of the fleet: an agent and a fleet process on a host, with one vxlan link, and who hears of its flood entries. */
import { request } from 'node:http'
import { startInBackground } from './background.js'
import { startChild } from './child.js'
import { startDaemon, vxagentPath } from './daemon.js'
import { cpuSecondsOf, memoryOf } from './process-cost.js'

const probe = new URL('heap-probe.js', import.meta.url).href

/** @typedef {Awaited<ReturnType<typeof startRealHost>>} RealHost */

/**
 * What its file says.
 * @param {{ address: string, node: string, endpoints: readonly string[] }} options
 */
export function desiredOf({ address, node, endpoints }) {
  return JSON.stringify({
    fleet: { name: 'bench', node, endpoints, insecure: true },
    vxlans: { vxlan0: { id: 42, dev: 'eth1', local: address, dstport: 4789, remotes: 'fleet' } },
  })
}

/**
 * @param {{ host: import('./hosts.js').Host, node: string, endpoints: readonly string[], directory: string }} options
 */
export async function startRealHost({ host, node, endpoints, directory }) {
  const agent = await startDaemon({ command: host.command })
  const listener = startChild('workers/flood-listener.js', { command: host.command })
  await listener.ask({ do: 'ready' })
  await agent.apply(desiredOf({ address: host.address, node, endpoints }))
  const parameters = [
    ...['--socket', agent.socketPath, '--fleet-socket', `${directory}/${node}.sock`],
    ...['--fleet-state-dir', `${directory}/${node}`, '--log-level', 'warn'],
  ]
  const start = () =>
    startInBackground(
      [...host.command, process.execPath, '--import', probe, vxagentPath, 'fleet-agent', ...parameters],
      // As the service has it.
      { log: `${directory}/${node}.log`, ipc: true, env: { ...process.env, NODE_OPTIONS: '--max-semi-space-size=2' } },
    )
  let fleet = start()
  return {
    agent,
    listener,
    node,
    cpuSeconds: () => cpuSecondsOf(fleet.pid),
    memory: () => memoryOf(fleet.pid),
    output: () => fleet.output(),
    isRunning: () => fleet.isRunning(),
    /** In MB. @returns {Promise<number>} */
    heap: () =>
      new Promise((resolve) => {
        fleet.child.once('message', (answer) => resolve(/** @type {{ heapUsed: number }} */ (answer).heapUsed / 1e6))
        fleet.child.send('heap')
      }),
    /** Kills the fleet process and starts it again; gives the seconds from its start to its first handover of the whole fleet. */
    async restartSeconds() {
      await fleet.kill()
      const picture = followPictures(agent.socketPath)
      const [began, wall] = [performance.now(), Date.now()]
      fleet = start()
      try {
        // Before its first list it hands over what was known, as stale.
        await picture.until(({ handover }) => handover?.mode === 'live' && Date.parse(handover.since) >= wall)
        return (performance.now() - began) / 1000
      } finally {
        picture.close()
      }
    },
    async stop() {
      await fleet.kill()
      await listener.stop()
      await agent.stop()
    },
  }
}

/**
 * Follows what the agent shows of the fleet.
 * @param {string} socketPath
 */
function followPictures(socketPath) {
  /** @type {(picture: any) => void} */
  let take = () => {}
  /** @type {(error: Error) => void} */
  let fail = () => {}
  const call = request({ socketPath, path: '/v1/fleet', headers: { accept: 'text/event-stream' } }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk) => {
      const blocks = `${text}${chunk}`.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks.filter((each) => each.startsWith('data: '))) {
        take(JSON.parse(block.slice('data: '.length)))
      }
    })
  })
  call.on('error', (error) => fail(error))
  call.end()
  return {
    /** @param {(picture: any) => boolean} isSo */
    until: (isSo) =>
      new Promise((resolve, reject) => {
        fail = reject
        take = (picture) => (isSo(picture) ? resolve(picture) : undefined)
      }),
    close: () => call.destroy(),
  }
}
