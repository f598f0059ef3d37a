/** A forwarding entry that another program adds, from the kernel's datagram to the line of `vxagent events`. */
import { EventEmitter, once } from 'node:events'
import { readKernelRelease } from '../../src/agent/host/kernel-release.ts'
import { EventLog } from '../../src/agent/insight/events/event-log.ts'
import { History } from '../../src/agent/insight/events/history.ts'
import { Observer } from '../../src/agent/kernel/observer.ts'
import { constants, RtnetlinkClient, subscribe, type Transport } from '../../src/rtnetlink/index.ts'
import { FakeKernel } from '../../test/support/fake-kernel.ts'
import type { Ends } from './main.ts'

export async function messageToEvent({ begin, end }: Ends): Promise<void> {
  const kernel = new FakeKernel()
  kernel.others.addVxlan('vxlan0', { id: 42 })
  const client = new RtnetlinkClient(kernel.open())
  const observer = new Observer(client, readKernelRelease(), (groups, listener) =>
    subscribe(groups, listener, beginningAtDatagrams(kernel.openSubscription(groups), begin)),
  )
  const told = new EventEmitter()
  const log = new EventLog()
  log.onEach(({ mac }) => {
    if (mac !== undefined) {
      end()
      told.emit('event')
    }
  })
  const history = new History(log, observer)
  observer.follow({
    onChange: (change) => history.noteChange(change),
    onResync: (before) => history.noteResync(before),
  })
  await observer.resync({ fdb: true })
  const event = once(told, 'event')
  const other = new RtnetlinkClient(kernel.open())
  const ifindex = kernel.namespace.byName('vxlan0')?.index ?? 0
  await other.addNeighbour({
    family: constants.AF_BRIDGE,
    ifindex,
    state: constants.NUD_PERMANENT,
    flags: constants.NTF_SELF,
    attributes: { lladdr: '02:00:00:00:00:fe', dst: '10.0.2.254' },
  })
  await event
  history.close()
  observer.close()
  other.close()
  client.close()
}

/** What was called before the last datagram, by the fake kernel above all, is not of the path. */
function beginningAtDatagrams(transport: Transport, begin: () => void): Transport {
  const onDatagram = transport.onDatagram.bind(transport)
  transport.onDatagram = (listener) =>
    onDatagram((datagram) => {
      begin()
      listener(datagram)
    })
  return transport
}
