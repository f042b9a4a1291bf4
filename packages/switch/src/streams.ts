/** Every stream that the switch has open, the half-open ones included, so that its end leaves none behind. */
import type { Duplex } from '@pex/mconnection'

export class Streams {
  /** Bounded by the door's caps and by the dials under way. */
  readonly #open = new Set<Duplex>()

  get size(): number {
    return this.#open.size
  }

  /** The stream, known to the switch until it is closed or aborted; `onEnd` is then called once. */
  track(duplex: Duplex, onEnd: () => void = () => {}): Duplex {
    const done = (): void => {
      if (this.#open.delete(tracked)) onEnd()
    }
    const tracked: Duplex = {
      source: duplex.source,
      write: chunk => duplex.write(chunk),
      close: () => duplex.close().finally(done),
      abort(reason) {
        duplex.abort(reason)
        done()
      }
    }
    this.#open.add(tracked)
    return tracked
  }

  /** Ends all of them at once. */
  abort(reason: Error): void {
    // Each leaves the set by that.
    for (const duplex of this.#open) duplex.abort(reason)
  }
}
