/** A store and its users in memory, as far as an operator's commands use them. */
import type { Right } from '../../../src/fleet/etcd/rights.ts'
import type { Entry } from '../../../src/fleet/etcd/store.ts'
import type { Operation, Rights } from '../../../src/fleet/operate/parts.ts'

export class FakeStore {
  readonly keys = new Map<string, Entry>()
  readonly log: string[] = []
  /** Called before each commit: what somebody else does meanwhile. */
  meanwhile: () => void = () => {}
  #revision = 1

  put(key: string, text: string): void {
    this.#revision += 1
    const createRevision = this.keys.get(key)?.createRevision ?? this.#revision
    this.keys.set(key, { key, value: Buffer.from(text), createRevision, modRevision: this.#revision, version: 1 })
  }

  text(key: string): string | undefined {
    return this.keys.get(key)?.value.toString()
  }

  readonly store: Operation['store'] = {
    get: async (key) => this.keys.get(key),
    list: async (prefix) => ({
      ...{ cluster: '1', revision: this.#revision, term: 1, unreadable: 0 },
      entries: [...this.keys.values()].filter(({ key }) => key.startsWith(prefix)),
    }),
    commit: async (operations, conditions = []) => {
      this.meanwhile()
      const holds = conditions.every(({ key, modRevision }) => (this.keys.get(key)?.modRevision ?? 0) === modRevision)
      if (!holds) {
        return { done: false, revision: this.#revision, present: [] }
      }
      this.log.push(`commit ${operations.map(({ kind, key }) => `${kind} ${key}`).join(', ')}`)
      for (const operation of operations) {
        if (operation.kind === 'put') {
          this.put(operation.key, operation.value.toString())
        } else {
          this.keys.delete(operation.key)
        }
      }
      return { done: true, revision: this.#revision }
    },
  }

  readonly users = new Map<string, Set<string>>()
  readonly roles = new Map<string, Right[]>()
  enforced = true

  readonly rights: Rights = {
    isEnforced: async () => this.enforced,
    addUser: async (name) => {
      this.log.push(`addUser ${name}`)
      this.users.set(name, new Set())
    },
    deleteUser: async (name) => {
      this.log.push(`deleteUser ${name}`)
      this.users.delete(name)
    },
    rolesOf: async (name) => {
      const roles = this.users.get(name)
      return roles && [...roles]
    },
    grantRole: async (user, role) => {
      this.log.push(`grantRole ${user} ${role}`)
      this.users.get(user)?.add(role)
    },
    addRole: async (name) => {
      this.log.push(`addRole ${name}`)
      this.roles.set(name, [])
    },
    deleteRole: async (name) => {
      this.log.push(`deleteRole ${name}`)
      this.roles.delete(name)
      for (const roles of this.users.values()) {
        roles.delete(name)
      }
    },
    rightsOf: async (role) => this.roles.get(role),
    grantRight: async (role, right) => {
      this.log.push(`grantRight ${role} ${right.access} ${right.prefix}`)
      const others = (this.roles.get(role) ?? []).filter(({ prefix }) => prefix !== right.prefix)
      this.roles.set(role, [...others, right])
    },
    revokeRight: async (role, prefix) => {
      this.log.push(`revokeRight ${role} ${prefix}`)
      this.roles.set(
        role,
        (this.roles.get(role) ?? []).filter((each) => each.prefix !== prefix),
      )
    },
  }

  operation(node: string): Operation {
    return { store: this.store, rights: this.rights, fleet: 'prod', node }
  }
}
