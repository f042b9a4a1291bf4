/** One end of a connection of `streamNetwork`, and the wire to the other one. */
import { PexError } from '@pex/core'
import type { Clock } from '@pex/core'
import type { Duplex } from '@pex/mconnection'
import type { Place } from '@pex/switch'

/** One direction: what is sent arrives in order, after the latency, or never. */
export class Wire {
  readonly #clock: Clock
  readonly #latency: () => number
  readonly #isCut: () => boolean
  /** What is under way, the next one to arrive first. Bounded by the room of the connection. */
  readonly #flying: { readonly due: number; readonly arrive: () => void }[] = []
  #cancel: (() => void) | undefined

  constructor(clock: Clock, latency: () => number, isCut: () => boolean) {
    this.#clock = clock
    this.#latency = latency
    this.#isCut = isCut
  }

  send(arrive: () => void): void {
    if (this.#isCut()) return
    const ms = this.#latency()
    if (ms === 0 && this.#flying.length === 0) return arrive()
    this.#flying.push({ due: Math.max(this.#clock.now() + ms, this.#flying.at(-1)?.due ?? 0), arrive })
    if (this.#flying.length === 1) this.#arm()
  }

  /** Nobody is there any more for whom it could arrive. */
  clear(): void {
    this.#flying.length = 0
    this.#cancel?.()
  }

  #arm(): void {
    const [next] = this.#flying
    if (next === undefined) return
    this.#cancel = this.#clock.after(next.due - this.#clock.now(), () => {
      this.#flying.shift()
      next.arrive()
      this.#arm()
    })
  }
}

export interface EndInit {
  readonly local: Place
  readonly remote: Place
  readonly room: number
  /** The wire to the other end. */
  readonly out: Wire
  readonly onClose: (end: End) => void
}

export class End implements Duplex {
  readonly source: AsyncIterable<Uint8Array>
  other!: End
  readonly #init: EndInit
  /** What has arrived and not been read. Bounded by the room: the other's writer waits. */
  readonly #inbox: Uint8Array[] = []
  /** Bytes written and not yet read at the other end. */
  #unread = 0
  /** Its owner has closed or aborted it. */
  #isClosed = false
  /** The other end will send nothing more. */
  #isEnded = false
  #broken: Error | undefined
  /** Bounded by the calls under way; all leave at the next change. */
  #waiting: (() => void)[] = []

  constructor(init: EndInit) {
    this.#init = init
    this.source = this.#read()
  }

  get local(): Place {
    return this.#init.local
  }

  get remote(): Place {
    return this.#init.remote
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#check()
    if (chunk.length === 0) return
    this.#unread += chunk.length
    const { other } = this
    this.#init.out.send(() => other.#arrived(chunk))
    while (this.#unread > this.#init.room) {
      await this.#change()
      this.#check()
    }
  }

  async close(): Promise<void> {
    while (!this.#isClosed && this.#broken === undefined && this.#unread > this.#init.room)
      await this.#change()
    if (!this.#isClosed) this.#init.out.send(() => this.other.#ended())
    this.#closed()
  }

  abort(reason: Error = closed('the stream has been aborted')): void {
    if (this.#isClosed) return
    this.#broken ??= reason
    this.#init.out.send(() => this.other.reset())
    this.#closed()
  }

  /** The connection is gone, whoever's fault that is. */
  reset(): void {
    this.#broken ??= closed('the connection has been reset')
    // What came before an orderly end can still be read.
    if (!this.#isEnded) this.#inbox.length = 0
    this.#changed()
  }

  #arrived(chunk: Uint8Array): void {
    if (this.#isClosed) return this.#init.out.send(() => this.other.reset())
    if (this.#broken !== undefined) return
    this.#inbox.push(chunk)
    this.#changed()
  }

  #ended(): void {
    this.#isEnded = true
    this.#changed()
  }

  async *#read(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      if (this.#isClosed && this.#broken === undefined) return
      const chunk = this.#inbox.shift()
      if (chunk !== undefined) {
        this.other.#taken(chunk.length)
        yield chunk
      } else if (this.#isEnded && !this.#isClosed) return
      else if (this.#broken !== undefined) throw this.#broken
      else await this.#change()
    }
  }

  #taken(bytes: number): void {
    this.#unread -= bytes
    this.#changed()
  }

  #closed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    // As TCP does it: who closes without having read everything resets the connection.
    if (this.#inbox.length > 0) this.#init.out.send(() => this.other.reset())
    this.#inbox.length = 0
    this.#init.onClose(this)
    this.#changed()
    if (this.other.#isClosed) {
      this.#init.out.clear()
      this.other.#init.out.clear()
    }
  }

  #check(): void {
    if (this.#broken !== undefined) throw this.#broken
    if (this.#isClosed) throw closed('the stream has been closed')
  }

  #change(): Promise<void> {
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  #changed(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}

function closed(message: string): PexError {
  return new PexError('PEX_CLOSED', message)
}
