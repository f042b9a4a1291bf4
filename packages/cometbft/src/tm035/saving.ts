/** Keeps a manager's peers: loaded at the start, saved every now and then and at the end. */
import type { Clock } from '@pex/core'
import type { PeerManager } from './peer-manager.ts'
import type { StoredPeers } from './stored-peers.ts'

export class Saving {
  readonly #manager: PeerManager
  readonly #store: StoredPeers | undefined
  readonly #everyMs: number
  readonly #failed: (error: unknown) => void
  #cancel: () => void = () => {}
  #isLoaded = false

  constructor(
    manager: PeerManager,
    store: StoredPeers | undefined,
    everyMs: number,
    failed: (error: unknown) => void
  ) {
    this.#manager = manager
    this.#store = store
    this.#everyMs = everyMs
    this.#failed = failed
  }

  async start(clock: Clock): Promise<void> {
    if (this.#store === undefined) return
    const { peers } = await this.#store.load()
    this.#manager.restore(peers, clock.now())
    this.#isLoaded = true
    this.#arm(clock)
  }

  /** Saves a last time; what fails is told, and does not keep anything from ending. */
  async stop(): Promise<void> {
    this.#cancel()
    // What could not be read is not written over.
    if (this.#isLoaded) await this.#save()
  }

  #arm(clock: Clock): void {
    this.#cancel = clock.after(this.#everyMs, () => {
      this.#arm(clock)
      void this.#save()
    })
  }

  async #save(): Promise<void> {
    try {
      await this.#store?.save(this.#manager.snapshot())
    } catch (error) {
      this.#failed(error)
    }
  }
}
