/** Connections to the endpoints of one store: one at a time per endpoint, made when needed, given up when it failed. */
import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { Client, type ClientDuplexStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { type CallFailure, protocolError, storeError } from './failures.ts'
import { type AnswerOf, decode, encode, type MethodName, methods, type RequestOf } from './messages.ts'
import { StoreError } from './store.ts'

/** PEM texts for TLS. */
export interface Certificates {
  /** Authorities that may have signed the members' certificates. */
  readonly ca: Buffer
  /** This node's certificate, whose CommonName is its user in etcd, and its key. */
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** A member of the store as the user names it. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly isTls: boolean
}

/** An endpoint from its URL, as in `https://10.9.0.1:2379`. Throws with a sentence if it is none. */
export function parseEndpoint(url: string): Endpoint {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new Error(`endpoint ${JSON.stringify(url)} is not a URL like https://10.9.0.1:2379`)
  }
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.username !== '' || parsed.hash !== '') {
    throw new Error(`endpoint ${JSON.stringify(url)} may have a host and a port only`)
  }
  const isTls = parsed.protocol === 'https:'
  // A URL drops the port that is its scheme's default.
  const fallback = /:\d+\/?$/.test(url) ? (isTls ? 443 : 80) : 2379
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? fallback : Number(parsed.port),
    isTls,
  }
}

/** Host and port of an endpoint, as messages name it. */
export function endpointName({ host, port }: Endpoint): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/** Times in milliseconds. */
export interface ChannelTimes {
  /** Silence after which a member is pinged. Members punish pings that are closer than 5 s. */
  readonly pingMs: number
  /** How long a ping may stay unanswered before the connection counts as broken. */
  readonly pingTimeoutMs: number
}

/** The largest answer that is taken: a page of 10,000 records of some kilobytes. */
const maxAnswerBytes = 64 * 1024 * 1024
/** A member that has no leader refuses calls with this, and ends streams, instead of leaving them silent. */
const leaderRequired = { hasleader: 'true' }
/** Sent as the TLS server name for an endpoint that is an IP address, which cannot be one (RFC 6066, section 3). */
const nameOfAddress = 'etcd.invalid'

/** The connection to one endpoint. A failed one is replaced on the next call, so that no other backoff than the caller's counts. */
export class Channel {
  readonly name: string
  readonly #endpoint: Endpoint
  readonly #certificates: Certificates | undefined
  readonly #times: ChannelTimes
  #connection: Connection | undefined
  #isClosed = false

  constructor(endpoint: Endpoint, certificates: Certificates | undefined, times: ChannelTimes) {
    this.name = endpointName(endpoint)
    this.#endpoint = endpoint
    this.#certificates = certificates
    this.#times = times
  }

  /** One request, one answer. Fails with a StoreError. */
  async call<Name extends MethodName>(
    method: Name,
    request: RequestOf<Name>,
    { doing, deadlineMs, needsLeader = true }: { doing: string; deadlineMs: number; needsLeader?: boolean },
  ): Promise<AnswerOf<Name>> {
    const [path, requestName, answerName] = methods[method]
    return this.#use(doing, (client, ended) => {
      return new Promise((resolve, reject) => {
        const settle = (error: ServiceError | null, bytes?: Buffer): void => {
          ended(error)
          if (error !== null || bytes === undefined) {
            reject(storeError(doing, this.name, error ?? { message: 'an empty answer' }))
            return
          }
          try {
            resolve(decode(answerName, bytes) as AnswerOf<Name>)
          } catch (cause) {
            reject(protocolError(doing, this.name, String(cause), cause))
          }
        }
        const options = { deadline: Date.now() + deadlineMs }
        client.makeUnaryRequest(path, same, same, encode(requestName, request), metadata(needsLeader), options, settle)
      })
    })
  }

  /**
   * Opens a stream both ways. `ended` is called once, with the error or without one if the other side ended it in peace; not after `close`.
   */
  stream<Name extends MethodName>(
    method: Name,
    doing: string,
    on: { answer(answer: AnswerOf<Name>): void; ended(error: StoreError): void },
    deadlineMs?: number,
  ): { send(request: RequestOf<Name>): void; close(): void } {
    const [path, requestName, answerName] = methods[method]
    let isOpen = true
    let call: ClientDuplexStream<Buffer, Buffer> | undefined
    const end = (error: StoreError): void => {
      if (isOpen) {
        isOpen = false
        call?.cancel()
        on.ended(error)
      }
    }
    try {
      this.#use(doing, (client, ended) => {
        const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs }
        const opened = client.makeBidiStreamRequest<Buffer, Buffer>(path, same, same, metadata(true), options)
        call = opened
        opened.on('data', (bytes: Buffer) => {
          if (!isOpen) {
            return
          }
          let answer: AnswerOf<Name>
          try {
            answer = decode(answerName, bytes) as AnswerOf<Name>
          } catch (cause) {
            end(protocolError(doing, this.name, String(cause), cause))
            return
          }
          on.answer(answer)
        })
        opened.on('error', (error: CallFailure) => {
          ended(isOpen ? error : null)
          end(storeError(doing, this.name, error))
        })
        opened.on('end', () => {
          ended(null)
          end(storeError(doing, this.name, { code: 14, message: 'the member ended the stream' }))
        })
      })
    } catch (error) {
      queueMicrotask(() => end(error as StoreError))
    }
    return {
      send: (request) => call?.write(encode(requestName, request)),
      close: () => {
        isOpen = false
        call?.cancel()
      },
    }
  }

  /** Ends the connection; calls that are open fail. */
  close(): void {
    this.#isClosed = true
    this.#connection?.client.close()
    this.#connection = undefined
  }

  /** Runs a call on the present connection, and gives the connection up if the call says that it is broken. */
  #use<T>(doing: string, start: (client: Client, ended: (error: CallFailure | null) => void) => T): T {
    if (this.#isClosed) {
      throw new StoreError('closed', `cannot ${doing} at ${this.name}: the client was closed`, { endpoint: this.name })
    }
    this.#connection ??= new Connection(this.#newClient(doing))
    const connection = this.#connection
    connection.calls += 1
    let isCounted = true
    return start(connection.client, (error) => {
      if (!isCounted) {
        return
      }
      isCounted = false
      connection.calls -= 1
      const isBroken = error?.code === 14 || error?.code === 4
      if (isBroken && this.#connection === connection) {
        this.#connection = undefined
      }
      if (this.#connection !== connection && connection.calls === 0) {
        connection.client.close()
      }
    })
  }

  #newClient(doing: string): Client {
    const { host, isTls } = this.#endpoint
    const isAddress = isIP(host) !== 0
    const target = isAddress ? `${isIP(host) === 6 ? 'ipv6' : 'ipv4'}:${this.name}` : `dns:${this.name}`
    const options = {
      'grpc.keepalive_time_ms': this.#times.pingMs,
      'grpc.keepalive_timeout_ms': this.#times.pingTimeoutMs,
      'grpc.max_receive_message_length': maxAnswerBytes,
      // A new connection is a new attempt, not a wait for the backoff of an old one.
      'grpc.use_local_subchannel_pool': 1,
      // The store is reached directly, whatever proxies the environment names.
      'grpc.enable_http_proxy': 0,
      // A second attempt is the caller's decision, at the next endpoint.
      'grpc.enable_retries': 0,
      'grpc.service_config_disable_resolution': 1,
      ...(isTls && isAddress && { 'grpc.ssl_target_name_override': nameOfAddress }),
    }
    if (!isTls) {
      return new Client(target, credentials.createInsecure(), options)
    }
    const { ca, cert, key } = this.#certificates ?? {}
    const verify = {
      checkServerIdentity: (_name: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate),
    }
    try {
      return new Client(target, credentials.createSsl(ca ?? null, key ?? null, cert ?? null, verify), options)
    } catch (error) {
      // OpenSSL's words: a file that is no PEM, a key of another certificate.
      throw storeError(doing, this.name, { code: 16, message: `certificate: ${(error as Error).message}` })
    }
  }
}

class Connection {
  readonly client: Client
  calls = 0

  constructor(client: Client) {
    this.client = client
  }
}

function metadata(needsLeader: boolean): Metadata {
  return needsLeader ? Metadata.fromHttp2Headers(leaderRequired) : new Metadata()
}

function same(bytes: Buffer): Buffer {
  return bytes
}
