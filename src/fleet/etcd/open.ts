/** The way into this room. gRPC is loaded when a store is opened, so that commands without a fleet start as fast as before. */
import type { EtcdOptions } from './client.ts'
import type { EtcdRights } from './rights.ts'
import type { Store } from './store.ts'

/** Opens an etcd store. No connection is made before the first call. */
export async function openStore(options: EtcdOptions): Promise<Store> {
  const { EtcdStore } = await import('./client.ts')
  return new EtcdStore(options)
}

/** The same for an operator, who changes users and roles. */
export async function openRights(options: EtcdOptions): Promise<EtcdRights & { close(): void }> {
  const [{ EtcdStore }, { EtcdRights }] = await Promise.all([import('./client.ts'), import('./rights.ts')])
  const store = new EtcdStore(options)
  return Object.assign(new EtcdRights(store), { close: () => store.close() })
}
