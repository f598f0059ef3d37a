/** What a failed call means: from gRPC's status and etcd's words to the kind of a StoreError and to advice. */
import { StoreError, type StoreErrorKind } from './store.ts'

/** The part of gRPC's error that is read. Codes: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export interface CallFailure {
  readonly code?: number
  readonly details?: string
  readonly message: string
}

interface Meaning {
  readonly kind: StoreErrorKind
  /** What the user can do; part of a sentence. */
  readonly advice: string
}

const checkCertificate = 'check `ca`, `cert` and `key` of the fleet section, and the clock of this host'
const checkRights = 'let an operator run `vxagent fleet grant` for this node'
const checkReach = 'check that etcd runs there and that the endpoint is right; vxagent keeps trying'

/** By etcd's or Node's own words, in this order: codes are shared by failures that need different answers. */
const byWords: readonly (readonly [RegExp, Meaning])[] = [
  [
    /no leader|leader changed|not leader|watch canceled/,
    { kind: 'no-leader', advice: 'a majority of the members must run and reach each other' },
  ],
  [/required revision has been compacted/, { kind: 'compacted', advice: 'vxagent lists all keys again' }],
  [/required revision is a future revision/, { kind: 'future-revision', advice: 'vxagent lists all keys again' }],
  [/requested lease not found/, { kind: 'lease-not-found', advice: 'vxagent asks for a new lease' }],
  [
    /database space exceeded/,
    { kind: 'no-space', advice: 'compact and defragment etcd, then disarm its alarm, or raise --quota-backend-bytes' },
  ],
  [/corrupt cluster/, { kind: 'corrupt', advice: 'replace the member whose data is damaged' }],
  [/request is too large|too many operations/, { kind: 'too-large', advice: 'raise --max-request-bytes of etcd' }],
  [
    /larger than max|length of message|max receive message/i,
    { kind: 'too-large', advice: 'look for values under the prefix that vxagent did not write' },
  ],
  [
    /before secure TLS connection was established/,
    {
      kind: 'unreachable',
      advice: 'check that the endpoint serves TLS, and that its port is right; vxagent keeps trying',
    },
  ],
  [/too many requests|revision of auth store is old/, { kind: 'busy', advice: 'vxagent tries again' }],
  [
    /permission denied|user name is empty|user name not found|invalid auth token|authentication failed|role name not found|root user/,
    { kind: 'refused', advice: checkRights },
  ],
  [
    /certificate|self[- ]signed|unable to verify|does not match certificate|altname|UNABLE_TO_|CERT_|ERR_TLS_|ERR_SSL_|tlsv1|ssl3|SSL routines|EPROTO|tls:|key values mismatch/i,
    { kind: 'refused', advice: checkCertificate },
  ],
]

/** By gRPC's code, if no words are known. */
const byCode: Readonly<Record<number, Meaning>> = {
  1: { kind: 'closed', advice: 'the client was closed' },
  4: { kind: 'unreachable', advice: checkReach },
  7: { kind: 'refused', advice: checkRights },
  8: { kind: 'busy', advice: 'vxagent tries again' },
  12: { kind: 'protocol', advice: 'check that the endpoint is etcd 3.4 or later' },
  14: { kind: 'unreachable', advice: checkReach },
  15: { kind: 'corrupt', advice: 'replace the member whose data is damaged' },
  16: { kind: 'refused', advice: checkCertificate },
}

const unknown: Meaning = { kind: 'protocol', advice: 'check that the endpoint is etcd 3.4 or later' }

/** Which kind of failure the words and the code stand for. */
export function meaningOf(failure: CallFailure): Meaning {
  const words = failure.details ?? failure.message
  return byWords.find(([pattern]) => pattern.test(words))?.[1] ?? byCode[failure.code ?? -1] ?? unknown
}

/**
 * The error of a failed call.
 * @param doing what was to be done, as in `list keys under /vxagent/`
 * @param endpoint host and port
 */
export function storeError(doing: string, endpoint: string, failure: CallFailure): StoreError {
  const { kind, advice } = meaningOf(failure)
  const words = said(failure)
  return new StoreError(kind, `cannot ${doing} at ${endpoint}: ${words}; ${advice}`, { endpoint, cause: failure })
}

/** The error of an answer that etcd would not give. */
export function protocolError(doing: string, endpoint: string, what: string, cause?: unknown): StoreError {
  const message = `cannot ${doing} at ${endpoint}: the answer is not one of etcd v3: ${what}; check the endpoint`
  return new StoreError('protocol', message, { endpoint, cause })
}

/** Kinds that another endpoint may not have. */
const kindsOfOneMember: ReadonlySet<StoreErrorKind> = new Set(['unreachable', 'no-leader', 'busy', 'corrupt'])

/** Whether the same call may succeed at another endpoint. A certificate is refused by one member, a right by all. */
export function mayHelpElsewhere(error: StoreError): boolean {
  const isCertificate = error.kind === 'refused' && meaningOf(error.cause as CallFailure).advice === checkCertificate
  return kindsOfOneMember.has(error.kind) || isCertificate
}

/** OpenSSL's and Node's words for certificates, and who refused whose. */
const ofCertificates: readonly (readonly [RegExp, string])[] = [
  // A TLS alert comes from the member.
  [/^.*?\balert ([a-z ]+)\b.*$/, 'the member refused the certificate of this node ($1)'],
  [/^certificate: .*::([a-z ]+)$/, '`ca`, `cert` or `key` cannot be used ($1)'],
  [
    /^((?:unable to|self[- ]signed|certificate|Hostname|[A-Z_]*CERT_).*)$/,
    'the certificate of the member was refused here ($1)',
  ],
]

/** What the other side said, on one line and without what gRPC adds for its own debugging. */
function said({ code, details, message }: CallFailure): string {
  const text = (details ?? message)
    .replace(/^etcdserver: /, '')
    .replace(/^No connection established\. Last error: /, '')
    .replace(/ ?Resolution note: .*$/s, '')
    // Node's advice is for those who start node themselves.
    .replace(/; if the root CA is installed locally.*$/s, '')
    .replace(/^(Error: )+/, '')
    .replace(/\s+/g, ' ')
    .replace(/[\s.]+$/, '')
  if (code === 4) {
    return 'no answer in time'
  }
  const known = ofCertificates.find(([pattern]) => pattern.test(text))
  const plain = known === undefined ? text : text.replace(...known)
  return plain === '' ? `gRPC status ${code}` : printable(plain)
}

/** Text of the other side without characters that a terminal would act on, and not longer than a sentence may be. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is removed.
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean
}
