/** Sockets in virtual time: a link on which a group hears everything, and hosts that are reached by address. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { Clock, Discovery, Found } from '@pex/core'
import type { DatagramSocket, Endpoint, OpenSocket } from '@pex/discovery/survey'
import type { VirtualClock } from '@pex/testkit'

/** A key from 32 equal bytes. */
export function keyOf(seed: number): Promise<Ed25519PrivateKey> {
  return generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(seed))
}

export function idOf(key: Ed25519PrivateKey): string {
  return peerIdFromPrivateKey(key).toString()
}

/** A datagram that was sent. */
export interface Sent {
  readonly at: number
  readonly from: Endpoint
  readonly to: Endpoint
  readonly bytes: Uint8Array
}

const LATENCY_MS = 1

/** A network of datagrams; what is sent to a group reaches every socket, as its loop does on real ones. */
export class Link {
  readonly sent: Sent[] = []
  readonly #clock: Clock
  readonly #sockets = new Map<string, (bytes: Uint8Array, from: Endpoint) => void>()
  /** Datagrams for which this is true are lost. */
  lost: (sent: Sent) => boolean = () => false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get open(): number {
    return this.#sockets.size
  }

  socket(local: Endpoint): OpenSocket {
    return async receive => {
      this.#sockets.set(keyOfEndpoint(local), receive)
      const socket: DatagramSocket = {
        local,
        send: (bytes, to) => this.deliver({ at: this.#clock.now(), from: local, to, bytes }),
        close: async () => void this.#sockets.delete(keyOfEndpoint(local))
      }
      return socket
    }
  }

  deliver(sent: Sent): void {
    this.sent.push(sent)
    if (this.lost(sent)) return
    this.#clock.after(LATENCY_MS, () => {
      const isGroup = sent.to.address.startsWith('228.')
      const receivers = isGroup ? [...this.#sockets.values()] : [this.#sockets.get(keyOfEndpoint(sent.to))]
      for (const receive of receivers) receive?.(sent.bytes, sent.from)
    })
  }
}

function keyOfEndpoint({ address, port }: Endpoint): string {
  return `${address} ${port}`
}

/** Everybody that a search finds until it ends, or until so many are found; time passes as the search needs it. */
export async function search(
  source: Discovery,
  namespace: string,
  clock: VirtualClock,
  options: { readonly maxMs?: number; readonly most?: number; readonly signal?: AbortSignal } = {}
): Promise<{ found: Found[]; tookMs: number }> {
  const { maxMs = 600_000, most = Infinity, signal = new AbortController().signal } = options
  const found: Found[] = []
  let over = false
  let failure: Error | undefined
  const collecting = (async () => {
    for await (const peer of source.findPeers(namespace, { signal })) {
      found.push(peer)
      if (found.length >= most) break
    }
  })()
    .catch((error: Error) => (failure = error))
    .finally(() => (over = true))
  const tookMs = await clock.runUntil(() => over, { maxMs })
  await collecting
  if (failure !== undefined) throw failure
  return { found, tookMs }
}
