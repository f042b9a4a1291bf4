/**
 * One host: the only place that knows concrete classes. Carriers bring bytes, LevelDB or memory remembers, sources find the
 * first peer, and peer exchange stands between them.
 */
import { policies } from '@pex/core'
import type { GossipOptions, Store } from '@pex/core'
import { discoveryFrom } from '@pex/discovery/from'
import type { StoppableDiscovery } from '@pex/discovery/from'
import type { Pex, PexInit } from '@pex/service'
import { levelStore } from '@pex/store-level'
import type { Recovery } from '@pex/store-level'
import { memoryStore } from '@pex/store-memory'
import { native } from '@pex/wire'
import { casmWire } from '@pex/wire/casm'
import { probeListen } from './addresses.ts'
import { answerQuestion } from './answers.ts'
import { openCarriers } from './carriers.ts'
import type { Carried } from './carriers.ts'
import type { Settings } from './config.ts'
import { serveControl } from './control.ts'
import { openDataDirectory } from './data-directory.ts'
import type { DataDirectory } from './data-directory.ts'
import type { HostEvent } from './events.ts'
import { Failure, systemCode } from './failure.ts'
import { openIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
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
  const directory = openDataDirectory(settings.data)
  const identity = await keyOf(directory)
  const secret = settings.secret === undefined ? undefined : readSecret(settings.secret)
  await probeListen(settings.listen)
  const gate = new Gate(emit)
  // Sources tell others of this host's addresses; they are asked for when the host has some.
  let carried: Carried | undefined
  const sources = settings.discover.map(text =>
    discoveryFrom(text, {
      privateKey: identity.privateKey,
      addresses: () => bare(carried?.addresses() ?? [])
    })
  )
  const { pex, addresses, start, stop } = (carried = await openCarriers(settings, {
    identity,
    secret,
    store: openStore(directory, settings, gate.emit),
    init: initOf(settings, sources)
  }))
  reportEvents(pex, gate.emit)
  let silence: (() => Promise<void>) | undefined
  try {
    // First, because it is what keeps a second host out of the directory, whatever its store.
    silence = await serveControl(directory, question =>
      answerQuestion({ pex, running: true, addrs: addresses() }, question)
    )
    await start()
  } catch (error) {
    await Promise.allSettled([silence?.(), stop(), stopAll(sources)])
    throw error
  }
  gate.open(
    { event: 'listening', id: identity.id, addrs: addresses(), namespaces: settings.namespace },
    settings.namespace.map(namespace => viewOf(pex, namespace)).filter(({ size }) => size > 0)
  )
  return {
    id: identity.id,
    stop: async () => {
      await silence()
      await stop()
      await stopAll(sources)
    }
  }
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
