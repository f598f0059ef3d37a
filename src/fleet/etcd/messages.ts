/**
 * The messages of etcd v3 that vxagent sends and reads, as a table: message, field, number, type. Source: rpc.proto, kv.proto and auth.proto of
 * etcd 3.4 and later. Fields that vxagent does not use are absent; unknown fields of an answer are skipped.
 */
import type Long from 'long'
import protobuf from 'protobufjs/light.js'

/** What each scalar type is in TypeScript. 64-bit ones are sent as digits or a number, and read as a Long. */
interface Scalars {
  readonly bytes: Uint8Array
  readonly string: string
  readonly bool: boolean
  readonly int32: number
  readonly int64: Long | string | number
  readonly uint64: Long | string | number
}

type FieldType = keyof Scalars | keyof typeof table
type Field = readonly [number: number, type: string, rule?: 'repeated']

const table = {
  ResponseHeader: {
    cluster_id: [1, 'uint64'],
    member_id: [2, 'uint64'],
    revision: [3, 'int64'],
    raft_term: [4, 'uint64'],
  },
  KeyValue: {
    key: [1, 'bytes'],
    create_revision: [2, 'int64'],
    mod_revision: [3, 'int64'],
    version: [4, 'int64'],
    value: [5, 'bytes'],
    lease: [6, 'int64'],
  },
  /** `type`: 0 put, 1 delete. */
  Event: { type: [1, 'int32'], kv: [2, 'KeyValue'] },

  RangeRequest: {
    key: [1, 'bytes'],
    range_end: [2, 'bytes'],
    limit: [3, 'int64'],
    revision: [4, 'int64'],
    serializable: [7, 'bool'],
    keys_only: [8, 'bool'],
    count_only: [9, 'bool'],
  },
  RangeResponse: {
    header: [1, 'ResponseHeader'],
    kvs: [2, 'KeyValue', 'repeated'],
    more: [3, 'bool'],
    count: [4, 'int64'],
  },
  PutRequest: { key: [1, 'bytes'], value: [2, 'bytes'], lease: [3, 'int64'] },
  PutResponse: { header: [1, 'ResponseHeader'] },
  DeleteRangeRequest: { key: [1, 'bytes'], range_end: [2, 'bytes'] },
  DeleteRangeResponse: { header: [1, 'ResponseHeader'], deleted: [2, 'int64'] },
  /** One of its fields is set. */
  RequestOp: {
    request_range: [1, 'RangeRequest'],
    request_put: [2, 'PutRequest'],
    request_delete_range: [3, 'DeleteRangeRequest'],
  },
  ResponseOp: {
    response_range: [1, 'RangeResponse'],
    response_put: [2, 'PutResponse'],
    response_delete_range: [3, 'DeleteRangeResponse'],
  },
  /** `result`: 0 equal; `target`: 2 the revision of the last change. */
  Compare: { result: [1, 'int32'], target: [2, 'int32'], key: [3, 'bytes'], mod_revision: [6, 'int64'] },
  TxnRequest: {
    compare: [1, 'Compare', 'repeated'],
    success: [2, 'RequestOp', 'repeated'],
    failure: [3, 'RequestOp', 'repeated'],
  },
  TxnResponse: { header: [1, 'ResponseHeader'], succeeded: [2, 'bool'], responses: [3, 'ResponseOp', 'repeated'] },
  CompactionRequest: { revision: [1, 'int64'], physical: [2, 'bool'] },
  CompactionResponse: { header: [1, 'ResponseHeader'] },

  WatchCreateRequest: {
    key: [1, 'bytes'],
    range_end: [2, 'bytes'],
    start_revision: [3, 'int64'],
    progress_notify: [4, 'bool'],
    fragment: [8, 'bool'],
  },
  WatchRequest: { create_request: [1, 'WatchCreateRequest'] },
  WatchResponse: {
    header: [1, 'ResponseHeader'],
    watch_id: [2, 'int64'],
    created: [3, 'bool'],
    canceled: [4, 'bool'],
    compact_revision: [5, 'int64'],
    cancel_reason: [6, 'string'],
    fragment: [7, 'bool'],
    events: [11, 'Event', 'repeated'],
  },

  LeaseGrantRequest: { TTL: [1, 'int64'] },
  LeaseGrantResponse: { header: [1, 'ResponseHeader'], ID: [2, 'int64'], TTL: [3, 'int64'], error: [4, 'string'] },
  LeaseRevokeRequest: { ID: [1, 'int64'] },
  LeaseRevokeResponse: { header: [1, 'ResponseHeader'] },
  LeaseKeepAliveRequest: { ID: [1, 'int64'] },
  LeaseKeepAliveResponse: { header: [1, 'ResponseHeader'], ID: [2, 'int64'], TTL: [3, 'int64'] },
  LeaseTimeToLiveRequest: { ID: [1, 'int64'], keys: [2, 'bool'] },
  LeaseTimeToLiveResponse: {
    header: [1, 'ResponseHeader'],
    ID: [2, 'int64'],
    TTL: [3, 'int64'],
    grantedTTL: [4, 'int64'],
    keys: [5, 'bytes', 'repeated'],
  },

  Member: { ID: [1, 'uint64'], name: [2, 'string'], clientURLs: [4, 'string', 'repeated'], isLearner: [5, 'bool'] },
  MemberListRequest: {},
  MemberListResponse: { header: [1, 'ResponseHeader'], members: [2, 'Member', 'repeated'] },
  StatusRequest: {},
  StatusResponse: {
    header: [1, 'ResponseHeader'],
    version: [2, 'string'],
    dbSize: [3, 'int64'],
    leader: [4, 'uint64'],
    errors: [8, 'string', 'repeated'],
    dbSizeInUse: [9, 'int64'],
    isLearner: [10, 'bool'],
  },

  AuthenticateRequest: { name: [1, 'string'], password: [2, 'string'] },
  AuthenticateResponse: {},
  UserAddOptions: { no_password: [1, 'bool'] },
  /** `permType`: 0 read, 1 write, 2 both. */
  Permission: { permType: [1, 'int32'], key: [2, 'bytes'], range_end: [3, 'bytes'] },
  AuthUserAddRequest: { name: [1, 'string'], options: [3, 'UserAddOptions'] },
  AuthUserAddResponse: {},
  AuthUserGetRequest: { name: [1, 'string'] },
  AuthUserGetResponse: { roles: [2, 'string', 'repeated'] },
  AuthUserDeleteRequest: { name: [1, 'string'] },
  AuthUserDeleteResponse: {},
  AuthUserGrantRoleRequest: { user: [1, 'string'], role: [2, 'string'] },
  AuthUserGrantRoleResponse: {},
  AuthRoleAddRequest: { name: [1, 'string'] },
  AuthRoleAddResponse: {},
  AuthRoleGetRequest: { role: [1, 'string'] },
  AuthRoleGetResponse: { perm: [2, 'Permission', 'repeated'] },
  AuthRoleDeleteRequest: { role: [1, 'string'] },
  AuthRoleDeleteResponse: {},
  AuthRoleGrantPermissionRequest: { name: [1, 'string'], perm: [2, 'Permission'] },
  AuthRoleGrantPermissionResponse: {},
  AuthRoleRevokePermissionRequest: { role: [1, 'string'], key: [2, 'bytes'], range_end: [3, 'bytes'] },
  AuthRoleRevokePermissionResponse: {},
} as const satisfies Record<string, Record<string, Field>>

/** The name of a message. */
export type MessageName = keyof typeof table

type Value<T extends FieldType> = T extends keyof Scalars ? Scalars[T] : T extends MessageName ? Message<T> : never

/** A message with the fields that the table gives it. Absent fields are sent as nothing, and read as undefined or the type's zero. */
export type Message<Name extends MessageName> = {
  readonly [Key in keyof (typeof table)[Name]]?: (typeof table)[Name][Key] extends readonly [
    number,
    infer Type,
    'repeated',
  ]
    ? readonly Value<Type & FieldType>[]
    : (typeof table)[Name][Key] extends readonly [number, infer Type]
      ? Value<Type & FieldType>
      : never
}

/** The calls: service and method, request, answer. */
export const methods = {
  range: ['/etcdserverpb.KV/Range', 'RangeRequest', 'RangeResponse'],
  txn: ['/etcdserverpb.KV/Txn', 'TxnRequest', 'TxnResponse'],
  compact: ['/etcdserverpb.KV/Compact', 'CompactionRequest', 'CompactionResponse'],
  watch: ['/etcdserverpb.Watch/Watch', 'WatchRequest', 'WatchResponse'],
  grant: ['/etcdserverpb.Lease/LeaseGrant', 'LeaseGrantRequest', 'LeaseGrantResponse'],
  revoke: ['/etcdserverpb.Lease/LeaseRevoke', 'LeaseRevokeRequest', 'LeaseRevokeResponse'],
  keepAlive: ['/etcdserverpb.Lease/LeaseKeepAlive', 'LeaseKeepAliveRequest', 'LeaseKeepAliveResponse'],
  timeToLive: ['/etcdserverpb.Lease/LeaseTimeToLive', 'LeaseTimeToLiveRequest', 'LeaseTimeToLiveResponse'],
  memberList: ['/etcdserverpb.Cluster/MemberList', 'MemberListRequest', 'MemberListResponse'],
  status: ['/etcdserverpb.Maintenance/Status', 'StatusRequest', 'StatusResponse'],
  authenticate: ['/etcdserverpb.Auth/Authenticate', 'AuthenticateRequest', 'AuthenticateResponse'],
  userAdd: ['/etcdserverpb.Auth/UserAdd', 'AuthUserAddRequest', 'AuthUserAddResponse'],
  userGet: ['/etcdserverpb.Auth/UserGet', 'AuthUserGetRequest', 'AuthUserGetResponse'],
  userDelete: ['/etcdserverpb.Auth/UserDelete', 'AuthUserDeleteRequest', 'AuthUserDeleteResponse'],
  userGrantRole: ['/etcdserverpb.Auth/UserGrantRole', 'AuthUserGrantRoleRequest', 'AuthUserGrantRoleResponse'],
  roleAdd: ['/etcdserverpb.Auth/RoleAdd', 'AuthRoleAddRequest', 'AuthRoleAddResponse'],
  roleGet: ['/etcdserverpb.Auth/RoleGet', 'AuthRoleGetRequest', 'AuthRoleGetResponse'],
  roleDelete: ['/etcdserverpb.Auth/RoleDelete', 'AuthRoleDeleteRequest', 'AuthRoleDeleteResponse'],
  roleGrantPermission: [
    '/etcdserverpb.Auth/RoleGrantPermission',
    'AuthRoleGrantPermissionRequest',
    'AuthRoleGrantPermissionResponse',
  ],
  roleRevokePermission: [
    '/etcdserverpb.Auth/RoleRevokePermission',
    'AuthRoleRevokePermissionRequest',
    'AuthRoleRevokePermissionResponse',
  ],
} as const satisfies Record<string, readonly [string, MessageName, MessageName]>

/** A call of {@link methods}. */
export type MethodName = keyof typeof methods
/** What a call sends. */
export type RequestOf<Name extends MethodName> = Message<(typeof methods)[Name][1]>
/** What a call answers. */
export type AnswerOf<Name extends MethodName> = Message<(typeof methods)[Name][2]>

const root = protobuf.Root.fromJSON({ nested: Object.fromEntries(Object.entries(table).map(describe)) })

function describe([name, fields]: readonly [string, Record<string, Field>]): [string, protobuf.IType] {
  const described = Object.entries(fields).map(([field, [id, type, rule]]) => [
    field,
    { id, type, ...(rule && { rule }) },
  ])
  return [name, { fields: Object.fromEntries(described) }]
}

/** The bytes of a message. */
export function encode<Name extends MessageName>(name: Name, message: Message<Name>): Buffer {
  return Buffer.from(root.lookupType(name).encode(message).finish())
}

/** A message from its bytes. Throws when they are none of it. */
export function decode<Name extends MessageName>(name: Name, bytes: Uint8Array): Message<Name> {
  return root.lookupType(name).decode(bytes) as unknown as Message<Name>
}
