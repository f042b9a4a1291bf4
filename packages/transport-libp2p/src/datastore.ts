/**
 * A datastore in memory for libp2p nodes. Node cuts small buffers out of slabs, of 64 KiB each by default, and a value that is
 * kept as it came keeps its slab alive, however short it is: a node with libp2p's own store pays that for every peer that its
 * peer store has heard of within six hours.
 */
import { MemoryDatastore } from 'datastore-core'

/** Keeps each value in bytes of its own. */
class OwnBytesDatastore extends MemoryDatastore {
  override put(
    ...[key, value, options]: Parameters<MemoryDatastore['put']>
  ): ReturnType<MemoryDatastore['put']> {
    return super.put(key, new Uint8Array(value), options)
  }
}

/**
 * A datastore for `createLibp2p({ datastore })`, for nodes that shall forget all when they end: what is in it takes the memory
 * of its bytes, and nothing besides. How many peers it comes to hold is libp2p's choice (`peerStore.maxPeerAge`).
 */
export function memoryDatastore(): MemoryDatastore {
  return new OwnBytesDatastore()
}
