/** Hosts on one switch: the underlay of the story. */
import { type Cleanup, type Namespace, namespace } from './namespace.ts'

/** A namespace for each name, with its address (`IP/PREFIX`) on `eth1`; frames reach all, multicast too. */
export async function underlay<Names extends string>(
  addresses: Readonly<Record<Names, string>>,
  cleanup: Cleanup,
): Promise<Record<Names, Namespace>> {
  const theSwitch = await namespace(cleanup)
  // With snooping it would hold back groups that nobody has asked for on the wire.
  await theSwitch.ip('link add switch type bridge mcast_snooping 0')
  await theSwitch.ip('link set switch up')
  const hosts = {} as Record<Names, Namespace>
  for (const name of Object.keys(addresses) as Names[]) {
    const host = await namespace(cleanup)
    await theSwitch.ip(`link add ${name} type veth peer name eth1 netns ${host.name}`)
    await theSwitch.ip(`link set ${name} master switch up`)
    await host.ip(`address add ${addresses[name]} dev eth1`)
    await host.ip('link set eth1 up')
    hosts[name] = host
  }
  return hosts
}
