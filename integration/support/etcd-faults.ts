/**
 * Faults of a real etcd, each with what is done while it lasts. They know nothing of who watches the cluster, so that a mirror, a lease keeper
 * or whole agents can be put through them. Each heals what it did, and returns when the cluster serves again.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { EtcdCluster, EtcdMember } from './etcd.ts'

/** Breaks something, calls `meanwhile`, and heals it. */
export type Fault = (cluster: EtcdCluster, meanwhile: () => Promise<void>) => Promise<void>

/** Kills members with SIGKILL and starts them again with their data. */
export function killed(choose: (cluster: EtcdCluster) => Promise<readonly EtcdMember[]>): Fault {
  return async (cluster, meanwhile) => {
    const members = await choose(cluster)
    await Promise.all(members.map((member) => member.kill()))
    await meanwhile()
    for (const member of members) {
      member.start()
    }
    await cluster.ready()
  }
}

/** Stops members with SIGSTOP: their connections stay, and they say nothing. */
export function frozen(choose: (cluster: EtcdCluster) => Promise<readonly EtcdMember[]>): Fault {
  return async (cluster, meanwhile) => {
    const members = await choose(cluster)
    for (const member of members) {
      member.freeze()
    }
    try {
      await meanwhile()
    } finally {
      for (const member of members) {
        member.thaw()
      }
    }
    await cluster.ready()
  }
}

/** Cuts a member off from the others; its clients still reach it. */
export function isolated(choose: (cluster: EtcdCluster) => Promise<EtcdMember>): Fault {
  return async (cluster, meanwhile) => {
    const member = await choose(cluster)
    await member.isolate()
    try {
      await meanwhile()
    } finally {
      await member.rejoin()
    }
    await cluster.ready()
  }
}

/** Takes a member's cable out: nothing is reset, packets are lost. */
export function unplugged(choose: (cluster: EtcdCluster) => Promise<EtcdMember>): Fault {
  return async (cluster, meanwhile) => {
    const member = await choose(cluster)
    await member.unplug()
    try {
      await meanwhile()
    } finally {
      await member.plug()
    }
    await cluster.ready()
  }
}

/** Deletes the data of all members and starts them: the same cluster id, revision 1. */
export const wiped: Fault = async (cluster, meanwhile) => {
  await Promise.all(cluster.members.map((member) => member.kill()))
  for (const member of cluster.members) {
    member.wipe()
    member.start()
  }
  await cluster.ready()
  await meanwhile()
}

/** Saves a snapshot, lets `meanwhile` write, and restores it: what was written since is gone. */
export const restored: Fault = async (cluster, meanwhile) => {
  const file = `${cluster.members[0]?.data}.snapshot`
  await cluster.etcdctl(['snapshot', 'save', file], cluster.members[0])
  await meanwhile()
  await Promise.all(cluster.members.map((member) => member.kill()))
  for (const member of cluster.members) {
    member.wipe()
    await cluster.etcdctl(['snapshot', 'restore', file, ...member.clusterArguments])
    member.start()
  }
  await cluster.ready()
}

/** The leader, followers and all, for the faults that choose. */
export const choices = {
  leader: (cluster: EtcdCluster): Promise<EtcdMember> => cluster.leader(),
  follower: (cluster: EtcdCluster): Promise<EtcdMember> => cluster.follower(),
  all: async (cluster: EtcdCluster): Promise<readonly EtcdMember[]> => cluster.members,
}

/** The faults by name, for runs that choose among them by chance. */
export const faults: Readonly<Record<string, Fault>> = {
  'leader killed': killed(async (cluster) => [await cluster.leader()]),
  'follower killed': killed(async (cluster) => [await cluster.follower()]),
  'all killed': killed(choices.all),
  'leader frozen': frozen(async (cluster) => [await cluster.leader()]),
  'follower frozen': frozen(async (cluster) => [await cluster.follower()]),
  'all frozen': frozen(choices.all),
  'leader isolated': isolated(choices.leader),
  'follower isolated': isolated(choices.follower),
  'leader unplugged': unplugged(choices.leader),
  'data wiped': wiped,
  'snapshot restored': restored,
}

/** Lets a fault last at least so long. */
export function lasting(ms: number): () => Promise<void> {
  return async () => {
    await delay(ms)
  }
}
