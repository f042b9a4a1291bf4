/**
 * One host: the only place that knows concrete classes. Carriers bring bytes, LevelDB or memory remembers, sources find the
 * first peer, and peer exchange stands between them.
 */
import { policies } from '@pex/core'
import type { GossipOptions, Store } from '@pex/core'
import { measured, parseDiscovery } from '@pex/discovery'
import { discoveryFrom } from '@pex/discovery/from'
import type { StoppableDiscovery } from '@pex/discovery/from'
import { hostOver, peerBook } from '@pex/host'
import type { PeerBook } from '@pex/host'
import type { PortMapping } from '@pex/host/nat'
import { systemClock, systemRng } from '@pex/service'
import type { Pex, PexInit } from '@pex/service'
import { levelStore } from '@pex/store-level'
import type { Recovery } from '@pex/store-level'
import { memoryStore } from '@pex/store-memory'
import { native } from '@pex/wire'
import { casmWire } from '@pex/wire/casm'
import { probeListen } from './addresses.ts'
import { answerQuestion } from './answers.ts'
import { openCarriers } from './carriers.ts'
import type { Settings } from './config.ts'
import { serveControl } from './control.ts'
import { dashboardAccess } from './dashboard/access.ts'
import type { Access } from './dashboard/access.ts'
import type { HostDashboard, HostSubjectInit } from './dashboard/host.ts'
import { openDataDirectory } from './data-directory.ts'
import type { DataDirectory } from './data-directory.ts'
import type { HostEvent } from './events.ts'
import { Failure, systemCode } from './failure.ts'
import { openIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
import type { HostMetrics, MetricsAddress } from './metrics.ts'
import { remark } from './output.ts'
import type { Untimed } from './output.ts'
import { reportEvents } from './report.ts'
import { readSecret } from './secret.ts'

export type Emit = (event: Untimed<HostEvent>) => void

export interface Host {
  readonly id: string
  /** Stops everything and writes what is unwritten. */
  stop(): Promise<void>
}

/**
 * Starts a host and reports everything that happens in it; `listening` is the first event. Fails with a `Failure` or a
 * `PexError`, and leaves nothing running then.
 */
export async function startHost(settings: Settings, emit: Emit): Promise<Host> {
  const access = dashboardAccess(settings)
  const directory = openDataDirectory(settings.data)
  const identity = await keyOf(directory)
  const secret = settings.secret === undefined ? undefined : readSecret(settings.secret)
  await probeListen(settings.listen)
  const gate = new Gate(emit)
  const counted = await metricsOf(settings)
  // Sources tell others of this host's addresses; they are asked for when the host has some.
  const sources = settings.discover.map(text =>
    discoveryFrom(text, {
      privateKey: identity.privateKey,
      addresses: () => bare(carried.addresses())
    })
  )
  const metrics = counted?.metrics
  const measuredSources = sources.map((source, i) =>
    measured(source, parseDiscovery(settings.discover[i]!).type, metrics)
  )
  const store = openStore(directory, settings, gate.emit)
  const book = bookOf(store, settings, identity)
  const init = initOf(settings, [book, ...measuredSources])
  const carried = await openCarriers(settings, { identity, secret, store, init, metrics })
  const { pex, addresses } = carried
  // Peer exchange alone: neighbours are for applications, which know what they want of them.
  const host = hostOver(
    { ...carried, book, ports: await portsOf(settings, pex, gate.emit), metrics },
    { network: settings.namespace[0]!, neighbours: false }
  )
  reportEvents(pex, gate.emit)
  let silence: (() => Promise<void>) | undefined
  let page: string | undefined
  let board: HostDashboard | undefined
  try {
    // First, because it is what keeps a second host out of the directory, whatever its store.
    silence = await serveControl(directory, question =>
      answerQuestion({ pex, running: true, addrs: addresses() }, question)
    )
    page = settings.metrics && (await counted?.serve(settings.metrics))
    // It answers while the host starts, and says that it is not ready.
    board = await boardOf(access, { pex, settings, counted, addresses, book: () => book.counts })
    await host.start()
    board?.started()
  } catch (error) {
    await Promise.allSettled([silence?.(), board?.stop(), counted?.stop(), host.stop(), stopAll(sources)])
    throw error
  }
  gate.open(
    {
      event: 'listening',
      id: identity.id,
      addrs: addresses(),
      namespaces: settings.namespace,
      ...(page === undefined ? {} : { metrics: page }),
      ...(board === undefined ? {} : { dashboard: board.url })
    },
    settings.namespace.map(namespace => viewOf(pex, namespace)).filter(({ size }) => size > 0)
  )
  return {
    id: identity.id,
    stop: async () => {
      await silence()
      await board?.stop()
      await counted?.stop()
      await host.stop()
      await stopAll(sources)
    }
  }
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

/** The dashboard, where the settings want one; what that takes is loaded only then. */
async function boardOf(
  access: Access | undefined,
  { counted, ...parts }: Omit<HostSubjectInit, 'counted'> & { counted: HostMetrics | undefined }
): Promise<HostDashboard | undefined> {
  if (access === undefined || counted === undefined) return undefined
  const { openHostDashboard } = await import('./dashboard/host.ts')
  return openHostDashboard({ ...parts, counted }, access)
}

/** The book of the first namespace. */
function bookOf(store: Store, { namespace }: Settings, { id }: Identity): PeerBook {
  const network = namespace[0]!
  return peerBook({ store, network, self: id, clock: systemClock, rng: systemRng, log: () => {} })
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

async function stopAll(sources: readonly StoppableDiscovery[]): Promise<void> {
  await Promise.all(sources.map(source => source.stop()))
}

function gossipOf({ tickMs, policy }: Settings): GossipOptions {
  return policy === undefined ? { tickMs } : { tickMs, policy: policies[policy]!() }
}

/** The whole view as the first change of it: what a restart has brought back. */
function viewOf(
  service: Pick<Pex, 'view'>,
  namespace: string
): Extract<Untimed<HostEvent>, { event: 'view' }> {
  const added = service.view(namespace).map(peer => peer.id)
  return { event: 'view', namespace, size: added.length, added, removed: [] }
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
  return levelStore(directory.store, { onRecovery })
}

/** Holds events back until the first one has been said, and with it what the views are by then. */
class Gate {
  readonly #emit: Emit
  // Bounded: what a start brings forth, before any peer can be heard of.
  #held: Untimed<HostEvent>[] | undefined = []

  constructor(emit: Emit) {
    this.#emit = emit
  }

  readonly emit: Emit = event => {
    if (this.#held === undefined) this.#emit(event)
    else this.#held.push(event)
  }

  open(first: Untimed<HostEvent>, views: readonly Untimed<HostEvent>[]): void {
    const held = this.#held ?? []
    this.#held = undefined
    // The views hold what changes of them have been held back.
    for (const event of [first, ...views, ...held.filter(each => each.event !== 'view')]) this.#emit(event)
  }
}
