/**
 * `@pex/swarm` on a libp2p node: it knows every connection that the node has, whoever made it, and dials through it have its
 * manners. The transport and the keeper dial this way; `dialing()` gives any application the same as a service.
 */
import { PexError } from '@pex/core'
import type { Clock, Contact, Dialer, Metrics, NetworkScope, Rng } from '@pex/core'
import { withoutPeer } from '@pex/record'
import { systemClock, systemRng } from '@pex/service'
import { Swarm } from '@pex/swarm'
import type { DialInit, SwarmInit, SwarmMetrics } from '@pex/swarm'
import type { ComponentLogger, Connection, ConnectionGater, PeerId, Startable } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'
import { libp2pDialer } from './dialer.ts'
import type { DialingComponents } from './dialer.ts'
import { subscribe } from './node-events.ts'

/** The parts of a libp2p node that the service needs. */
export interface DialingServiceComponents extends DialingComponents {
  readonly addressManager: AddressManager
  readonly logger: ComponentLogger
  readonly peerId: PeerId
  /** Where dials are counted, where the node has any. */
  readonly metrics?: Metrics | undefined
}

export interface DialingInit extends SwarmInit<Connection, never> {
  /** @default the system's clock */
  readonly clock?: Clock | undefined
  /** @default the platform's cryptographic source */
  readonly rng?: Rng | undefined
}

/** Dialling with manners, as a service of a libp2p node. */
export interface Dialing extends Startable {
  /** The swarm of the present run; there is one between start and stop. */
  readonly swarm: Swarm<Connection>
  /**
   * A connection to the peer: the best one that there is, or a new one. Fails with a `DialError` that says what went wrong
   * with each address, those that were not tried included.
   */
  dial(to: Contact, init?: DialInit): Promise<Connection>
}

/** An entry for `services` of `createLibp2p`. */
export function dialing(init: DialingInit = {}): (components: DialingServiceComponents) => Dialing {
  return components => new Libp2pDialing(components, init)
}

/** For a node's `connectionGater`: nothing outside the scope is dialled, whoever asks libp2p for it. */
export function scopeGater(scope: NetworkScope): ConnectionGater {
  return { denyDialMultiaddr: target => !scope.allows(withoutPeer(target).toString()) }
}

export class Libp2pDialing implements Dialing {
  readonly #components: DialingServiceComponents
  readonly #dialer: Dialer<Connection>
  readonly #init: DialingInit
  #metrics: SwarmMetrics | undefined
  #running = false
  #swarm: Swarm<Connection> | undefined
  #unsubscribe: (() => void) | undefined

  constructor(components: DialingServiceComponents, init: DialingInit) {
    this.#components = components
    this.#dialer = libp2pDialer(components)
    this.#init = init
  }

  get [Symbol.toStringTag](): string {
    return '@pex/transport-libp2p/dialing'
  }

  get swarm(): Swarm<Connection> {
    if (this.#swarm === undefined) throw new PexError('PEX_NOT_STARTED', 'the node is not running')
    return this.#swarm
  }

  async start(): Promise<void> {
    if (this.#running) return
    this.#running = true
    const { addressManager, connectionManager, events, logger, metrics, peerId } = this.#components
    if (metrics !== undefined) {
      const { SwarmMetrics } = await import('./metrics.ts')
      this.#metrics ??= new SwarmMetrics(metrics)
      // It may have been stopped meanwhile, and even started again.
      if (!this.#running || this.#swarm !== undefined) return
    }
    const { clock = systemClock, rng = systemRng, ...init } = this.#init
    const log = logger.forComponent('libp2p:pex:dialing')
    const dialer = this.#dialer
    const ownAddresses = (): readonly string[] =>
      addressManager.getAddresses().map(address => withoutPeer(address).toString())
    const swarm = new Swarm<Connection>(
      {
        self: peerId.toString(),
        dialer,
        clock,
        rng,
        ownAddresses,
        metrics: this.#metrics,
        log: error => log.error('%e', error)
      },
      init
    )
    const adopt = (connection: Connection): void => {
      swarm.adopt(connection, connection.direction).catch((error: unknown) => log('%e', error))
    }
    this.#swarm = swarm
    for (const connection of connectionManager.getConnections()) adopt(connection)
    this.#unsubscribe = subscribe(events, {
      'connection:open': ({ detail }) => adopt(detail),
      'connection:close': ({ detail }) => swarm.gone(detail)
    })
  }

  /** Ends its dials; connections stay, they are the node's own. */
  async stop(): Promise<void> {
    this.#running = false
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#swarm?.release()
    this.#swarm = undefined
  }

  /** Whether the node has a transport for such an address. */
  canDial(address: string): boolean {
    return this.#dialer.canDial(address)
  }

  async dial(to: Contact, init: DialInit = {}): Promise<Connection> {
    return (await this.swarm.dial(to, init)).raw
  }
}
