/**
 * One host: the only place that knows concrete classes. libp2p carries (TCP and WebSockets, noise, yamux), LevelDB or
 * memory remembers, and peer exchange is a libp2p service between them.
 */
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { policies } from '@pex/core'
import type { GossipOptions, Store } from '@pex/core'
import type { Pex } from '@pex/service'
import { levelStore } from '@pex/store-level'
import type { Recovery } from '@pex/store-level'
import { memoryStore } from '@pex/store-memory'
import { pex } from '@pex/transport-libp2p'
import { createLibp2p } from 'libp2p'
import { probeListen } from './addresses.ts'
import { answerQuestion } from './answers.ts'
import type { Settings } from './config.ts'
import { serveControl } from './control.ts'
import { openDataDirectory } from './data-directory.ts'
import type { DataDirectory } from './data-directory.ts'
import type { HostEvent } from './events.ts'
import { Failure, systemCode } from './failure.ts'
import { openIdentity } from './identity.ts'
import type { Untimed } from './output.ts'
import { reportEvents } from './report.ts'

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
  const { id, privateKey } = await keyOf(directory)
  await probeListen(settings.listen)
  const gate = new Gate(emit)
  const node = await createLibp2p({
    privateKey,
    start: false,
    addresses: { listen: [...settings.listen] },
    transports: [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // A host of a private network talks to private addresses; which ones it is told of is its operator's business.
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      pex: pex({
        namespaces: settings.namespace,
        bootstrap: settings.bootstrap,
        gossip: gossipOf(settings),
        store: openStore(directory, settings, gate.emit)
      })
    }
  })
  const addrs = (): string[] => node.getMultiaddrs().map(address => address.toString())
  reportEvents(node.services.pex, gate.emit)
  let silence: (() => Promise<void>) | undefined
  try {
    // First, because it is what keeps a second host out of the directory, whatever its store.
    silence = await serveControl(directory, question =>
      answerQuestion({ pex: node.services.pex, running: true, addrs: addrs() }, question)
    )
    await node.start()
  } catch (error) {
    await Promise.allSettled([silence?.(), node.stop()])
    throw error
  }
  const { pex: service } = node.services
  gate.open(
    { event: 'listening', id, addrs: addrs(), namespaces: settings.namespace },
    settings.namespace.map(namespace => viewOf(service, namespace)).filter(({ size }) => size > 0)
  )
  return {
    id,
    stop: async () => {
      await silence()
      await node.stop()
    }
  }
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

async function keyOf(directory: DataDirectory): ReturnType<typeof openIdentity> {
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
