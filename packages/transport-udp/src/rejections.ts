/**
 * Why a datagram, or a part of one, was dropped: the closed list, and how often each happened. A stranger's fault costs a
 * number and nothing else: no log line, no memory of who it was.
 */

export type DatagramRejection =
  // The datagram as bytes.
  | 'too-short'
  | 'too-long'
  | 'unknown-type'
  | 'bad-reserved'
  | 'bad-length'
  | 'bad-padding'
  // The handshake.
  | 'wrong-network-key'
  | 'bad-cookie'
  | 'too-many-handshakes'
  | 'unknown-handshake'
  | 'wrong-address'
  | 'bad-handshake'
  | 'bad-identity'
  | 'from-self'
  | 'wrong-peer'
  // The session.
  | 'unknown-session'
  | 'bad-counter'
  | 'replayed'
  | 'bad-ciphertext'
  | 'bad-frame'
  // What an authenticated peer wants.
  | 'bad-fragment'
  | 'bad-protocol'
  | 'unknown-request'
  | 'too-many-requests'
  | 'evicted'

const reasons: readonly DatagramRejection[] = [
  'too-short',
  'too-long',
  'unknown-type',
  'bad-reserved',
  'bad-length',
  'bad-padding',
  'wrong-network-key',
  'bad-cookie',
  'too-many-handshakes',
  'unknown-handshake',
  'wrong-address',
  'bad-handshake',
  'bad-identity',
  'from-self',
  'wrong-peer',
  'unknown-session',
  'bad-counter',
  'replayed',
  'bad-ciphertext',
  'bad-frame',
  'bad-fragment',
  'bad-protocol',
  'unknown-request',
  'too-many-requests',
  'evicted'
]

/** Every reason, in the order of a datagram's way through the machine. */
export const datagramRejections: readonly DatagramRejection[] = reasons

/** Counts by reason. */
export class Rejections {
  // Bounded by the closed list of reasons.
  readonly #counts = new Map<DatagramRejection, number>()

  count(reason: DatagramRejection): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1)
  }

  /** How often each reason came up; one that never did is left out. */
  get counts(): Readonly<Partial<Record<DatagramRejection, number>>> {
    return Object.fromEntries(this.#counts)
  }
}
