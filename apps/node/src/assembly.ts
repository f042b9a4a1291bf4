/**
 * What a host is made of: the only place that knows concrete classes. Carriers bring bytes, LevelDB or memory remembers, sources
 * find the first peer, and peer exchange stands between them. Nothing of it runs yet.
 */
import { policies } from '@pex/core'
import type { GossipOptions, Store } from '@pex/core'
import { measured, parseDiscovery } from '@pex/discovery'
import { discoveryFrom } from '@pex/discovery/from'
import type { StoppableDiscovery } from '@pex/discovery/from'
import { hostOver, peerBook } from '@pex/host'
import type { Host, PeerBook } from '@pex/host'
import type { PortMapping } from '@pex/host/nat'
import { systemClock, systemRng } from '@pex/service'
import type { Pex, PexInit } from '@pex/service'
import { levelStore } from '@pex/store-level'
import type { Recovery } from '@pex/store-level'
import { memoryStore } from '@pex/store-memory'
import { native } from '@pex/wire'
import { casmWire } from '@pex/wire/casm'
import { openCarriers } from './carriers.ts'
import type { Settings } from './config.ts'
import type { DataDirectory } from './data-directory.ts'
import { Failure, systemCode } from './failure.ts'
import type { Emit } from './host.ts'
import { openIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
import type { HostMetrics, MetricsAddress } from './metrics.ts'
import { remark } from './output.ts'
import { readSecret } from './secret.ts'

export interface Assembly {
  readonly id: string
  readonly pex: Pex
  /** Peer exchange with its book and the ports on routers; neighbours are for applications, which know what they want of them. */
  readonly host: Host
  readonly book: PeerBook
  readonly counted: HostMetrics | undefined
  /** Complete addresses, the peer id at their end. */
  addresses(): readonly string[]
  /** Ends the sources of discovery, after the host. */
  stopSources(): Promise<void>
}

/** Puts a host together. Fails with a `Failure`. */
export async function assemble(settings: Settings, directory: DataDirectory, emit: Emit): Promise<Assembly> {
  const identity = await keyOf(directory)
  const secret = settings.secret === undefined ? undefined : readSecret(settings.secret)
  const counted = await metricsOf(settings)
  const metrics = counted?.metrics
  // Sources tell others of this host's addresses; they are asked for when the host has some.
  const sources = settings.discover.map(text =>
    discoveryFrom(text, {
      privateKey: identity.privateKey,
      addresses: () => bare(carried.addresses())
    })
  )
  const discovery = sources.map((source, i) =>
    measured(source, parseDiscovery(settings.discover[i]!).type, metrics)
  )
  const store = openStore(directory, settings, emit)
  const book = bookOf(store, settings, identity)
  const init = initOf(settings, [book, ...discovery])
  const carried = await openCarriers(settings, { identity, secret, store, init, metrics })
  const { pex, addresses } = carried
  const ports = await portsOf(settings, pex, emit)
  const host = hostOver(
    { ...carried, book, ports, metrics },
    { network: settings.namespace[0]!, neighbours: false }
  )
  const stopSources = (): Promise<void> => stopAll(sources)
  return { id: identity.id, pex, host, book, counted, addresses, stopSources }
}

async function keyOf(directory: DataDirectory): Promise<Identity> {
  try {
    return await openIdentity(directory.key)
  } catch (error) {
    if (error instanceof Failure) throw error
    const message = `the identity key ${directory.key} cannot be written (${systemCode(error)})`
    throw new Failure('PEX_KEY', message, '--data with a directory that is yours', { cause: error })
  }
}

function openStore(directory: DataDirectory, settings: Settings, emit: Emit): Store {
  if (settings.store === 'memory') return memoryStore()
  const onRecovery = (recovery: Recovery): void => {
    const message =
      recovery.kind === 'repaired'
        ? 'the store was damaged and has been repaired'
        : `the store was damaged beyond repair; it stands at ${recovery.movedTo}, and the host begins with an empty one`
    emit({ event: 'store', problem: recovery.kind, namespace: null, dropped: 0, kept: 0, message })
  }
  // A disk without room is no reason not to start: the host then remembers as soon as there is some.
  return levelStore(directory.store, { onRecovery, whenFull: 'wait' })
}

/** The book of the first namespace. */
function bookOf(store: Store, { namespace }: Settings, { id }: Identity): PeerBook {
  const network = namespace[0]!
  return peerBook({ store, network, self: id, clock: systemClock, rng: systemRng, log: () => {} })
}

/** The ports that routers lead here, where the settings want any; what that takes is loaded only then. */
async function portsOf({ nat }: Settings, { transport }: Pex, emit: Emit): Promise<PortMapping | undefined> {
  if (nat === 'none') return undefined
  const { PortMapping, upnpGateways } = await import('@pex/host/nat')
  return new PortMapping({
    find: upnpGateways(),
    clock: systemClock,
    addresses: () => transport.addresses(),
    watch: listener => transport.watchAddresses(listener),
    announce: places => transport.announce?.(places),
    report(event) {
      const inside = 'inside' in event ? event.inside : null
      const outside = 'outside' in event ? event.outside : null
      emit({ event: 'port', outcome: event.type, inside, outside })
    }
  })
}

/** What counts, where the settings want it; what that takes is loaded only then. */
async function metricsOf({ metrics: address, dashboard, data }: Settings): Promise<HostMetrics | undefined> {
  if (address === undefined && dashboard === undefined) return undefined
  const { hostMetrics, isOpen } = await import('./metrics.ts')
  if (address !== undefined && isOpen(address)) warn(address)
  return hostMetrics(data)
}

function warn({ host, port }: MetricsAddress): void {
  remark(
    `warning: everybody who reaches ${host}:${port} can read the metrics of this host, without a password; ` +
      'what they tell of is on the page "Metrics" of the documentation'
  )
}

const wires = { native: () => [native], casm: () => [casmWire()], both: () => [native, casmWire()] } as const

function initOf(settings: Settings, discovery: PexInit['discovery']): PexInit {
  const { namespace: namespaces, bootstrap, wire } = settings
  return { namespaces, bootstrap, discovery, wires: wires[wire](), gossip: gossipOf(settings) }
}

/** Without the peer id, which a source says once. */
function bare(addresses: readonly string[]): readonly string[] {
  return addresses.map(address => address.replace(/\/p2p\/[^/]+$/, ''))
}

function gossipOf({ tickMs, policy }: Settings): GossipOptions {
  return policy === undefined ? { tickMs } : { tickMs, policy: policies[policy]!() }
}

async function stopAll(sources: readonly StoppableDiscovery[]): Promise<void> {
  await Promise.all(sources.map(source => source.stop()))
}
