/** A connection whose other end is authenticated and has told of itself, before and after it is a peer's. */
import type { Clock } from '@pex/core'
import type { Duplex } from '@pex/mconnection'
import type { Place } from './carrier.ts'
import { hangUp } from './handshake.ts'
import type { Upgraded } from './handshake.ts'
import type { LivePeer } from './live-peer.ts'
import type { NodeInfo } from './node-info.ts'
import type { Peer } from './peer.ts'

export interface LinkInit extends Upgraded {
  /** The other end of the socket. */
  readonly socket: Place
  readonly direction: Peer['direction']
  readonly clock: Clock
}

export class Link {
  readonly id: string
  readonly nodeInfo: NodeInfo
  readonly socket: Place
  readonly direction: Peer['direction']
  /** What becomes of it; set as soon as somebody decides. */
  admission: Promise<LivePeer> | undefined
  readonly #clock: Clock
  #duplex: Duplex
  #ended: Promise<void> | undefined
  #isOpen = true

  constructor({ remoteId, nodeInfo, duplex, socket, direction, clock }: LinkInit) {
    this.id = remoteId
    this.nodeInfo = nodeInfo
    this.#duplex = duplex
    this.socket = socket
    this.direction = direction
    this.#clock = clock
  }

  /** For whoever takes the link. */
  get duplex(): Duplex {
    return this.#duplex
  }

  /** Resolves when the other side ends the link before it says anything. For one that nobody has taken: it is listened to. */
  get ended(): Promise<void> {
    if (this.#ended === undefined) {
      const { duplex, ended } = listened(this.#duplex)
      this.#duplex = duplex
      this.#ended = ended
    }
    return this.#ended
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** It is the end of it, for whoever sees to the stream. */
  gone(): void {
    this.#isOpen = false
  }

  /** Ends a link that nobody has taken, so that the other side can still read what it was told. */
  refuse(reason: Error): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    hangUp(this.#duplex, this.#clock, reason)
  }
}

/** Reads the first chunk ahead, and nothing beyond that. */
function listened(duplex: Duplex): { readonly duplex: Duplex; readonly ended: Promise<void> } {
  const chunks = duplex.source[Symbol.asyncIterator]()
  const first = chunks.next()
  const ended = new Promise<void>(resolve => {
    first.then(
      ({ done }) => done === true && resolve(),
      () => resolve()
    )
  })
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (let each = await first; each.done !== true; each = await chunks.next()) yield each.value
    } finally {
      await chunks.return?.()
    }
  }
  return {
    duplex: {
      source: source(),
      write: chunk => duplex.write(chunk),
      close: () => duplex.close(),
      abort: reason => duplex.abort(reason)
    },
    ended
  }
}
