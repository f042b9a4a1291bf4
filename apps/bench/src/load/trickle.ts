/** Streams that are slow on purpose: each promises a question of a thousand bytes and sends one byte a second, again and again. */
import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { protocolOf } from '@pex/service'
import { startCaller } from './honest.ts'
import type { Opened } from './program.ts'
import { NAMESPACE } from './target.ts'

export interface TrickleJob {
  readonly id: string
  readonly port: number
  readonly streams: number
}

export interface TrickleLook {
  readonly opened: number
  /** Opened and not yet gone. */
  readonly open: number
  /** Opened at least so long ago and still open, or ended then: the oldest that has ever been, ms. */
  readonly oldest: number
}

/** Streams of one protocol on one connection, most, as hosts have it. */
const PER_CONNECTION = 8
const CONNECTIONS_PER_NODE = 5
/** The length of a body of a thousand bytes. */
const PROMISE = Uint8Array.of(0xe8, 0x07)

export async function trickle({ id, port, streams }: TrickleJob): Promise<Opened<'trickle'>> {
  const slots: Slot[] = []
  const nodes = Math.ceil(streams / PER_CONNECTION / CONNECTIONS_PER_NODE)
  const to = multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${id}`)
  for (let i = 0; i < nodes; i++) {
    const { node } = await startCaller(`127.${16 + i}.0.1`)
    for (let k = 0; k < CONNECTIONS_PER_NODE; k++) {
      const connection = await node.dial(to, { force: true })
      for (let n = 0; n < PER_CONNECTION && slots.length < streams; n++) slots.push(new Slot(connection))
    }
  }
  setInterval(() => {
    for (const slot of slots) slot.step()
  }, 1_000)
  for (const slot of slots) slot.step()
  return {
    told: {},
    look: () => ({
      opened: slots.reduce((sum, { opened }) => sum + opened, 0),
      open: slots.filter(({ isOpen }) => isOpen).length,
      oldest: Math.max(...slots.map(({ oldest }) => oldest))
    })
  }
}

/** One stream after the other on one connection. */
class Slot {
  opened = 0
  readonly #connection: Connection
  #stream: Stream | undefined
  #since = 0
  #oldest = 0
  #isOpening = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get isOpen(): boolean {
    return this.#stream?.status === 'open'
  }

  get oldest(): number {
    return this.isOpen ? Math.max(this.#oldest, performance.now() - this.#since) : this.#oldest
  }

  step(): void {
    if (this.isOpen) this.#stream!.send(Uint8Array.of(0))
    else if (!this.#isOpening && this.#connection.status === 'open') void this.#open()
  }

  async #open(): Promise<void> {
    this.#isOpening = true
    try {
      const stream = await this.#connection.newStream(protocolOf(NAMESPACE), { maxOutboundStreams: 100 })
      const since = performance.now()
      this.#since = since
      this.#stream = stream
      this.opened++
      stream.addEventListener(
        'close',
        () => (this.#oldest = Math.max(this.#oldest, performance.now() - since))
      )
      stream.send(PROMISE)
    } catch {
      // Refused: the next second tries again.
    }
    this.#isOpening = false
  }
}
