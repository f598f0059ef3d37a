/** The fleet process: follows the agent of this host, and is a member of the fleet that its files name, for as long as they do. */
import { hostname } from 'node:os'
import { rootCertificates } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { FleetPicture } from '../../agent/answers/fleet.ts'
import { requestAgent } from '../../agent/ask/request.ts'
import { defaultGrace, defaultLease } from '../../agent/desired/schema/fleet.ts'
import type { FleetSpec } from '../../agent/desired/schema.ts'
import { askFrrIn } from '../../agent/frr/evpn-route.ts'
import { systemClock } from '../../agent/host/clock.ts'
import { parseEndpoint } from '../etcd/channel.ts'
import { openStore } from '../etcd/open.ts'
import type { Store } from '../etcd/store.ts'
import type { Identity } from '../members/own-record.ts'
import { AgentLink } from './agent-link.ts'
import { AgentMacs } from './agent-macs.ts'
import {
  type Credentials,
  CredentialsError,
  type OwnCertificate,
  readCredentials,
  readOwnCertificate,
} from './credentials.ts'
import { explainAnswerings } from './explain-answers.ts'
import { instanceOf, NoIdentity, nodeIdOf } from './identity.ts'
import { Session } from './session.ts'

/** How it is run. */
export interface FleetProcessOptions {
  /** Socket of the agent. */
  readonly agentSocket: string
  /** Where FRR has its vty sockets, if it runs here. */
  readonly frrDir: string
  readonly stateDir: string
  readonly version: string
  /** `$CREDENTIALS_DIRECTORY` */
  readonly credentialsDirectory: string | undefined
  readonly log: Logger
  /** Told when what it does has changed, as a sentence. */
  readonly onStatus: (sentence: string) => void
}

/** What a membership is made from besides the settings. */
interface Prepared {
  readonly credentials: Credentials
  readonly certificate?: OwnCertificate
  readonly identity: Identity
}

/** A missing certificate may be put there: it is looked for again after so long. */
const retryMs = 10_000

export class FleetProcess {
  readonly #options: FleetProcessOptions
  readonly #instance: string
  readonly #boot = systemClock().bootId
  readonly #agent: AgentLink
  readonly #macs: AgentMacs
  #settings: FleetSpec | undefined
  #picture: FleetPicture | undefined
  #session: Session | undefined
  #noFleet = 'the agent has not answered yet'
  /** Changes of settings are carried out one after the other. */
  #turns: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  /** Throws DamagedFile. */
  constructor(options: FleetProcessOptions) {
    this.#options = options
    this.#instance = instanceOf(options.stateDir)
    this.#macs = new AgentMacs(options.agentSocket, {
      onMacs: (shown) => this.#session?.macs.take(shown),
      onSilent: (error) =>
        options.log.warn({ err: error }, 'the agent does not show what is behind this host; trying again'),
    })
    this.#agent = new AgentLink(options.agentSocket, {
      onPicture: (picture) => this.#take(picture),
      onSilent: (error) => {
        options.log.warn({ err: error }, 'the agent does not answer; trying again')
        this.#session?.agentIsSilent(error)
        if (this.#session === undefined) {
          this.#tellNoFleet(error.message)
        }
      },
    })
  }

  start(): void {
    this.#agent.start()
  }

  /** The membership, or why there is none. */
  get membership(): { readonly session: Session } | { readonly noFleet: string } {
    return this.#session === undefined ? { noFleet: this.#noFleet } : { session: this.#session }
  }

  /** Ends it. The record stays in the store until its lease ends, so that a restart is no news to anybody. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#agent.close()
    this.#macs.close()
    await this.#turns
    await this.#session?.close({ revokes: this.#session.publisher.publishing === 'leaving' })
    this.#session = undefined
  }

  #take(picture: FleetPicture): void {
    this.#picture = picture
    const { settings, links } = picture
    this.#macs.setWanted(this.#session !== undefined && links.some(({ asksForMacs }) => asksForMacs))
    const isSame = this.#settings !== undefined && isDeepStrictEqual(settings, this.#settings)
    if (isSame) {
      this.#session?.take(picture)
      return
    }
    this.#settings = settings
    this.#change()
  }

  /** Joins the fleet of the settings as they are now. */
  #change(): void {
    this.#turns = this.#turns
      .then(() => this.#join())
      .catch((error: unknown) => {
        const { message } = error as Error
        if (message !== this.#noFleet) {
          this.#options.log.error({ err: error }, 'cannot join the fleet; trying again')
        }
        this.#tellNoFleet(message)
        this.#tryLater()
      })
  }

  async #join(): Promise<void> {
    const settings = this.#settings
    const { log } = this.#options
    clearTimeout(this.#timer)
    if (settings === undefined) {
      await this.#leave(undefined)
      this.#tellNoFleet('no file has a fleet: section')
      return
    }
    let prepared: Prepared
    try {
      prepared = this.#prepare(settings)
    } catch (error) {
      if (!(error instanceof CredentialsError || error instanceof NoIdentity)) {
        throw error
      }
      if (error.message !== this.#noFleet) {
        log.error(error.message)
      }
      if (this.#session?.settings.name !== settings.name) {
        await this.#leave(settings.name)
      }
      // Of the same fleet what worked before goes on.
      this.#tellNoFleet(error.message)
      this.#tryLater()
      return
    }
    await this.#leave(settings.name, prepared.identity.id)
    if (this.#isStopped) {
      return
    }
    this.#session = await this.#open(settings, prepared)
    this.#options.onStatus(`In fleet ${settings.name} as ${this.#session.identity.id}`)
    if (this.#picture !== undefined) {
      this.#session.start(this.#picture)
      // A new session is to hear all of it.
      this.#macs.setWanted(false)
      this.#macs.setWanted(this.#picture.links.some(({ asksForMacs }) => asksForMacs))
    }
  }

  /** Ends the membership there is. Whoever leaves a fleet, or an id, by the files says so; another endpoint is no news to the others. */
  async #leave(fleet: string | undefined, id?: string): Promise<void> {
    const before = this.#session
    this.#session = undefined
    await before?.close({ revokes: fleet !== before.settings.name || (id !== undefined && id !== before.identity.id) })
  }

  #prepare(settings: FleetSpec): Prepared {
    const { credentialsDirectory, version } = this.#options
    const credentials = readCredentials(settings, credentialsDirectory)
    const certificate =
      credentials.cert === undefined
        ? undefined
        : readOwnCertificate(credentials.cert, settings.cert ?? 'the certificate')
    const identity = {
      id: nodeIdOf(settings, certificate?.commonName, hostname()),
      instance: this.#instance,
      boot: this.#boot,
      agent: version,
    }
    return { credentials, identity, ...(certificate !== undefined && { certificate }) }
  }

  async #open(settings: FleetSpec, { credentials, identity, certificate }: Prepared): Promise<Session> {
    const { agentSocket, frrDir, log } = this.#options
    const { name, lease = defaultLease, grace = defaultGrace, advertise, page, probe } = settings
    return new Session({
      settings: {
        ...{ name, lease, grace },
        ...(advertise !== undefined && { advertise }),
        ...(page !== undefined && { page }),
        ...(probe !== undefined && { probe }),
      },
      identity,
      ...(certificate !== undefined && { certificate }),
      store: await openFleetStore(settings, credentials),
      agent: this.#agent,
      answerings: explainAnswerings((path) => requestAgent(agentSocket, 'GET', path), askFrrIn(frrDir)),
      log,
    })
  }

  #tryLater(): void {
    if (!this.#isStopped) {
      this.#timer = setTimeout(() => this.#change(), retryMs)
    }
  }

  #tellNoFleet(why: string): void {
    this.#noFleet = why
    this.#options.onStatus(`In no fleet: ${why}`)
  }
}

/** The store that a section names. Without a `ca` the authorities that Node knows are trusted. */
export async function openFleetStore(
  { endpoints }: Pick<FleetSpec, 'endpoints'>,
  { ca = Buffer.from(rootCertificates.join('\n')), ...own }: Credentials,
): Promise<Store> {
  return openStore({ endpoints: endpoints.map(parseEndpoint), certificates: { ca, ...own } })
}
