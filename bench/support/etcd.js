/** A cluster of etcd in the present network namespace: a peer of nobody, the store of the fleet under test. */
import { spawnSync } from 'node:child_process'
import { startInBackground, until } from './background.js'

/** Whether it is installed (Debian packages `etcd-server` and `etcd-client`). */
export function isEtcdInstalled() {
  return ['etcd', 'etcdctl'].every((program) => spawnSync(program, ['version']).error === undefined)
}

/**
 * @param {{ members: number, address: string, directory: string }} options `address`: of the present namespace, which hosts reach
 */
export async function startEtcd({ members, address, directory }) {
  const all = Array.from({ length: members }, (_, number) => ({
    name: `m${number}`,
    client: `http://${address}:${2379 + 10 * number}`,
    peer: `http://${address}:${2380 + 10 * number}`,
  }))
  const processes = all.map(({ name, client, peer }) =>
    startInBackground(
      [
        ...['etcd', '--name', name, '--data-dir', `${directory}/${name}`, '--logger', 'zap', '--log-level', 'error'],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--initial-cluster', all.map((each) => `${each.name}=${each.peer}`).join(',')],
        '--enable-grpc-gateway=false',
      ],
      { log: `${directory}/${name}.log` },
    ),
  )
  const urls = all.map(({ client }) => client)
  const health = ['--endpoints', urls.join(','), 'endpoint', 'health']
  await until(() => spawnSync('etcdctl', health, { env: { ...process.env, ETCDCTL_API: '3' } }).status === 0, {
    says: () => `etcd does not serve: ${processes.map((each) => each.output()).join('\n')}`,
  })
  return { urls, processes }
}
