/**
 * The shipped swarm under a host: whom a request is for is dialled first, over connections that are made, used and lost on the
 * network in memory, so that every fault of the network is one of dialling, too.
 *
 * A connection is a number that both ends have agreed upon. A dial is a question that the far end answers by taking the number;
 * each request names the number that it goes over, and who does not know it (any more) breaks off.
 */
import { PexError } from '@pex/core'
import type { Answer, Clock, Contact, Handler, Reached, Rng, Transport } from '@pex/core'
import { Swarm } from '@pex/swarm'
import type { MemoryTransport } from '@pex/transport-memory'
import type { Ground } from './world.ts'

/** One end of a connection. */
interface End {
  readonly number: string
  readonly peer: string
  readonly address: string
  isOpen: boolean
}

const CONNECT = '/dst/connect'
const CLOSE = '/dst/close'
const NUMBER_BYTES = 8
/** Time to say that a connection is closed, ms. */
const CLOSE_MS = 2_000

export class SwarmCarrier implements Transport {
  readonly swarm: Swarm<End, End>
  readonly #memory: MemoryTransport
  readonly #clock: Clock
  readonly #rng: Rng
  /** Throwing would not do: whoever is called through a transport takes what it throws for the world's fault. */
  readonly #fail: (what: string) => void
  readonly #placeOf: (id: string) => string
  /** Ends that are open, by number. Bounded by what the swarms of a run dial. */
  readonly #ends = new Map<string, End>()
  /** Dials under way, by peer and address. Bounded by the swarm's own limits. */
  readonly #dials = new Map<string, AbortSignal>()
  readonly #connected = new Set<string>()

  constructor(memory: MemoryTransport, clock: Clock, rng: Rng, { fail, placeOf }: Ground) {
    this.#fail = fail
    this.#placeOf = placeOf
    this.#memory = memory
    this.#clock = clock
    this.#rng = rng
    this.swarm = new Swarm<End, End>({
      self: memory.id,
      clock,
      rng,
      dialer: {
        canDial: address => address.startsWith('/memory/'),
        dial: (peer, address, { signal }) => this.#dial(peer, address, signal),
        reached: (end): Reached => end,
        close: end => this.#close(end)
      },
      streams: { open: async end => end, close: async () => {}, reset: () => {} },
      ownAddresses: () => this.addresses()
    })
    this.swarm.notify({
      connected: ({ id }) => {
        this.#must(!this.#connected.has(id), 'a connection comes twice')
        this.#connected.add(id)
      },
      disconnected: ({ id }) => this.#must(this.#connected.delete(id), 'a connection goes that has not come')
    })
  }

  async start(): Promise<void> {
    await this.#memory.start()
    await this.#memory.handle(CONNECT, async (from, body) => {
      if (!this.swarm.accepts(`/memory/${from}`)) throw new PexError('PEX_GATED', 'closing')
      const end: End = { number: keyOf(body), peer: from, address: `/memory/${from}`, isOpen: true }
      // The question may come twice.
      if (!this.#ends.has(end.number)) {
        this.#ends.set(end.number, end)
        void this.swarm.adopt(end, 'inbound').catch(() => this.#lose(end))
      }
      return new Uint8Array()
    })
    await this.#memory.handle(CLOSE, async (from, body) => {
      const end = this.#ends.get(keyOf(body))
      if (end?.peer === from) this.#lose(end)
      return new Uint8Array()
    })
  }

  async stop(): Promise<void> {
    await this.swarm.close()
    this.#must(
      this.swarm.dialling === 0 && this.swarm.connections().length === 0,
      'the swarm is closed and dials'
    )
    await this.#memory.stop()
  }

  addresses(): readonly string[] {
    return this.#memory.addresses()
  }

  watchAddresses(listener: () => void): () => void {
    return this.#memory.watchAddresses(listener)
  }

  async request(
    to: Contact,
    protocol: string,
    body: Uint8Array,
    { signal }: { signal: AbortSignal }
  ): Promise<Answer> {
    const stream = await this.swarm.openStream(to, { signal }).catch((error: unknown) => {
      throw signal.aborted && signal.reason instanceof PexError ? signal.reason : unreachable(error)
    })
    const { connection } = stream
    try {
      // Connections outlive a move of either end, as those of QUIC do.
      const contact = { id: connection.peer, addresses: [this.#placeOf(connection.peer)] }
      const answer = await this.#memory.request(contact, protocol, prefixed(connection.raw.number, body), {
        signal
      })
      this.#must(answer.from === connection.peer, 'somebody else answers')
      return answer
    } catch (error) {
      // The other end is told, as by a reset: it would go on sending on a connection that is none.
      if (!(error instanceof PexError && error.code === 'PEX_UNSUPPORTED')) void this.#close(connection.raw)
      throw error
    } finally {
      await stream.close()
    }
  }

  handle(protocol: string, handler: Handler): Promise<void> {
    return this.#memory.handle(protocol, async (from, body, options) => {
      const end = this.#ends.get(keyOf(body.subarray(0, NUMBER_BYTES)))
      if (end?.peer !== from || !end.isOpen) throw new PexError('PEX_CLOSED', 'no such connection')
      return handler(from, body.subarray(NUMBER_BYTES), options)
    })
  }

  unhandle(protocol: string): Promise<void> {
    return this.#memory.unhandle(protocol)
  }

  #must(holds: boolean, what: string): void {
    if (!holds) this.#fail(`${this.#memory.id.slice(-6)}: ${what}`)
  }

  async #dial(peer: string | undefined, address: string, signal: AbortSignal): Promise<End> {
    const key = `${peer} ${address}`
    const other = this.#dials.get(key)
    // One that has been ended may not have heard of it yet.
    this.#must(other === undefined || other.aborted, 'one address of a peer is dialled twice at a time')
    this.#must(
      !this.swarm.backoff.isWaiting(peer ?? address, address, this.#clock.now()),
      'an address is dialled in its backoff'
    )
    this.#dials.set(key, signal)
    try {
      const number = Uint8Array.from({ length: NUMBER_BYTES }, () => this.#rng() & 0xff)
      const { from } = await this.#memory.request({ id: peer, addresses: [address] }, CONNECT, number, {
        signal
      })
      const end = { number: keyOf(number), peer: from, address, isOpen: true }
      this.#ends.set(end.number, end)
      return end
    } finally {
      if (this.#dials.get(key) === signal) this.#dials.delete(key)
    }
  }

  async #close(end: End): Promise<void> {
    if (!end.isOpen) return
    this.#lose(end)
    const late = new AbortController()
    const cancel = this.#clock.after(CLOSE_MS, () =>
      late.abort(new PexError('PEX_TIMEOUT', 'nobody hears it'))
    )
    const contact = { id: end.peer, addresses: [this.#placeOf(end.peer)] }
    await this.#memory.request(contact, CLOSE, bytesOf(end.number), late).catch(() => {})
    cancel()
  }

  #lose(end: End): void {
    end.isOpen = false
    this.#ends.delete(end.number)
    this.swarm.gone(end)
  }
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function bytesOf(key: string): Uint8Array {
  return new Uint8Array(Buffer.from(key, 'hex'))
}

function prefixed(number: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES + body.length)
  bytes.set(bytesOf(number))
  bytes.set(body, NUMBER_BYTES)
  return bytes
}

/** What transports say where no connection comes about. */
function unreachable(error: unknown): PexError {
  return error instanceof PexError && (error.code === 'PEX_TIMEOUT' || error.code === 'PEX_ABORTED')
    ? error
    : new PexError('PEX_UNREACHABLE', 'no connection', { cause: error })
}
