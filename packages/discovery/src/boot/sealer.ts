/** This host's own packets: each is signed once, as long as what it says is the same. */
import { LRUCache } from 'lru-cache'
import type { PrivateKey } from '@libp2p/interface'
import { bounds } from '../bounds.ts'
import { toBinary } from './addresses.ts'
import { sealPacket } from './envelope.ts'
import type { BootPacket } from './packet.ts'

export class Sealer {
  readonly #privateKey: PrivateKey
  readonly #peer: Uint8Array
  // Bounded by `maxSealed`; our own namespaces and addresses are the keys.
  readonly #sealed = new LRUCache<string, Promise<Uint8Array>>({
    maxSize: bounds.maxSealed,
    sizeCalculation: () => 1
  })

  constructor(privateKey: PrivateKey, peer: Uint8Array) {
    this.#privateKey = privateKey
    this.#peer = peer
  }

  request(namespace: string): Promise<Uint8Array> {
    return this.#seal(`request ${namespace}`, { kind: 'request', namespace, peer: this.#peer })
  }

  survey(namespace: string, distance: number): Promise<Uint8Array> {
    return this.#seal(`survey ${distance} ${namespace}`, {
      kind: 'survey',
      namespace,
      distance,
      peer: this.#peer
    })
  }

  /** A response with as many of the addresses as fit into so many bytes; nothing if not even one does. */
  async response(
    namespace: string,
    addresses: readonly string[],
    maxBytes: number
  ): Promise<Uint8Array | undefined> {
    const binary = toBinary(addresses)
    for (let count = binary.length; count > 0; count--) {
      const key = `response ${count} ${addresses.join(' ')} ${namespace}`
      const some = binary.slice(0, count)
      const sealed = await this.#seal(key, { kind: 'response', namespace, addresses: some, peer: this.#peer })
      if (sealed.length <= maxBytes) return sealed
    }
    return undefined
  }

  #seal(key: string, packet: BootPacket): Promise<Uint8Array> {
    const known = this.#sealed.get(key)
    if (known !== undefined) return known
    const sealed = sealPacket(packet, this.#privateKey)
    this.#sealed.set(key, sealed)
    return sealed
  }
}
