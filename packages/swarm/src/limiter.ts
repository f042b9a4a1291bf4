/**
 * How many dials may be under way (go-libp2p-swarm's dial limiter): so many that take a file descriptor in the whole swarm, so
 * many to one peer, and the others wait in the order in which they came. A dial that holds its peer's token may still wait
 * for a descriptor; whoever gives up hands on what it holds.
 */
import { assert } from '@pex/core'
import { isRelayed, takesDescriptor } from './ranking.ts'

export interface LimiterInit {
  /** Dials under way that take a descriptor. @default 160 (go-libp2p-swarm) */
  readonly maxDescriptors?: number | undefined
  /** Dials under way to one peer. @default 8 (go-libp2p-swarm) */
  readonly maxPerPeer?: number | undefined
}

/** One address to be dialled. */
export interface Job {
  readonly peer: string
  readonly address: string
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal
  /** Never rejects. */
  run(): Promise<void>
}

export class Limiter {
  readonly maxDescriptors: number
  readonly maxPerPeer: number
  #descriptors = 0
  // Both bounded by the jobs of dials that callers wait for; a job leaves when it has run or nobody waits any more.
  readonly #waiting: Job[] = []
  readonly #peers = new Map<string, { used: number; readonly waiting: Job[] }>()

  constructor({ maxDescriptors = 160, maxPerPeer = 8 }: LimiterInit = {}) {
    this.maxDescriptors = maxDescriptors
    this.maxPerPeer = maxPerPeer
  }

  /** Descriptors in use by dials, and jobs that wait for one. */
  get descriptors(): { readonly used: number; readonly waiting: number } {
    return { used: this.#descriptors, waiting: this.#waiting.length }
  }

  /** Peers that are being dialled or waited for. */
  get peers(): number {
    return this.#peers.size
  }

  add(job: Job): void {
    const peer = this.#peers.get(job.peer) ?? { used: 0, waiting: [] }
    this.#peers.set(job.peer, peer)
    if (peer.used >= this.maxPerPeer) peer.waiting.push(job)
    else {
      peer.used++
      this.#takeDescriptor(job)
    }
  }

  /** Forgets the jobs of a peer that have not begun. */
  clear(id: string): void {
    const peer = this.#peers.get(id)
    if (peer === undefined) return
    // First those that would come next, lest they take the tokens of the others.
    peer.waiting.length = 0
    for (const job of this.#waiting.filter(waiting => waiting.peer === id)) {
      this.#waiting.splice(this.#waiting.indexOf(job), 1)
      this.#releasePeer(job)
    }
  }

  #takeDescriptor(job: Job): void {
    if (!consumes(job.address)) void this.#run(job)
    else if (this.#descriptors >= this.maxDescriptors) this.#waiting.push(job)
    else {
      this.#descriptors++
      void this.#run(job)
    }
  }

  async #run(job: Job): Promise<void> {
    if (!job.signal.aborted) await job.run()
    if (consumes(job.address)) this.#releaseDescriptor()
    this.#releasePeer(job)
  }

  #releaseDescriptor(): void {
    this.#descriptors--
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      if (job.signal.aborted) {
        this.#releasePeer(job)
        continue
      }
      this.#descriptors++
      void this.#run(job)
      return
    }
  }

  #releasePeer({ peer: id }: Job): void {
    const peer = this.#peers.get(id)
    assert(peer !== undefined && peer.used > 0, 'a job gives back the token that it holds')
    peer.used--
    for (let job = peer.waiting.shift(); job !== undefined; job = peer.waiting.shift()) {
      if (job.signal.aborted) continue
      peer.used++
      this.#takeDescriptor(job)
      return
    }
    if (peer.used === 0) this.#peers.delete(id)
  }
}

function consumes(address: string): boolean {
  return takesDescriptor(address) && !isRelayed(address)
}
