/** Users and roles of etcd: who may read and write which keys. Each call states what shall be, and succeeds if it is so already. */
import type { EtcdStore } from './client.ts'
import type { Message } from './messages.ts'
import { StoreError } from './store.ts'
import { endOfPrefix } from './values.ts'

/** A right on all keys that begin with a prefix. */
export interface Right {
  readonly prefix: string
  readonly access: 'read' | 'write' | 'readwrite'
}

const accesses = ['read', 'write', 'readwrite'] as const

/** Not a name that a host can have. */
const nobody = '?'

/** The calls need a user with etcd's role `root` once authentication is on. */
export class EtcdRights {
  readonly #store: EtcdStore

  constructor(store: EtcdStore) {
    this.#store = store
  }

  /**
   * Whether etcd looks at rights at all. It is asked as somebody that does not exist, which it refuses in either case, in other words: the call
   * that would say so plainly, AuthStatus, is not in etcd 3.4.
   */
  async isEnforced(): Promise<boolean> {
    const request = { name: nobody, password: nobody }
    try {
      await this.#store.ask('authenticate', request, 'learn whether authentication is on')
    } catch (error) {
      if (error instanceof StoreError && /is not enabled/.test(error.message)) {
        return false
      }
      if (!(error instanceof StoreError && /authentication failed/.test(error.message))) {
        throw error
      }
    }
    return true
  }

  /** A user without a password: it is known by the CommonName of its certificate. */
  async addUser(name: string): Promise<void> {
    await unless(
      /already exists/,
      this.#store.ask('userAdd', { name, options: { no_password: true } }, `add user ${name}`),
    )
  }

  /** Deletes a user. Its open watches stay open until its connections end: etcd looks at rights when a watch begins. */
  async deleteUser(name: string): Promise<void> {
    await unless(/not found/, this.#store.ask('userDelete', { name }, `delete user ${name}`))
  }

  /** The roles of a user; undefined if there is no such user. */
  async rolesOf(name: string): Promise<readonly string[] | undefined> {
    const answer = await unless(/not found/, this.#store.ask('userGet', { name }, `read user ${name}`))
    return answer === undefined ? undefined : (answer.roles ?? [])
  }

  /** Gives a role to a user. */
  async grantRole(user: string, role: string): Promise<void> {
    await this.#store.ask('userGrantRole', { user, role }, `grant role ${role} to user ${user}`)
  }

  /** A role without rights. */
  async addRole(name: string): Promise<void> {
    await unless(/already exists/, this.#store.ask('roleAdd', { name }, `add role ${name}`))
  }

  /** Deletes a role; its users lose its rights. */
  async deleteRole(role: string): Promise<void> {
    await unless(/not found/, this.#store.ask('roleDelete', { role }, `delete role ${role}`))
  }

  /** The rights of a role; undefined if there is no such role. Rights on other ranges than a prefix are left out. */
  async rightsOf(role: string): Promise<readonly Right[] | undefined> {
    const answer = await unless(/not found/, this.#store.ask('roleGet', { role }, `read role ${role}`))
    return answer === undefined ? undefined : (answer.perm ?? []).flatMap(rightOf)
  }

  /** Gives a right to a role, in place of one that it has on the same prefix. */
  async grantRight(role: string, { prefix, access }: Right): Promise<void> {
    const perm = { permType: accesses.indexOf(access), key: Buffer.from(prefix), range_end: endOfPrefix(prefix) }
    await this.#store.ask('roleGrantPermission', { name: role, perm }, `grant ${access} on ${prefix} to role ${role}`)
  }

  /** Takes the right on a prefix from a role. */
  async revokeRight(role: string, prefix: string): Promise<void> {
    const request = { role, key: Buffer.from(prefix), range_end: endOfPrefix(prefix) }
    await unless(
      /is not granted/,
      this.#store.ask('roleRevokePermission', request, `revoke the right on ${prefix} from role ${role}`),
    )
  }
}

function rightOf({ permType = 0, key, range_end: end }: Message<'Permission'>): Right[] {
  const prefix = Buffer.from(key ?? []).toString()
  const access = accesses[permType]
  const isPrefix = prefix !== '' && end !== undefined && endOfPrefix(prefix).equals(end)
  return access !== undefined && isPrefix ? [{ prefix, access }] : []
}

/** The answer, or undefined if etcd says that what is asked for is so already. */
async function unless<T>(pattern: RegExp, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof StoreError && pattern.test(error.message)) {
      return undefined
    }
    throw error
  }
}
