/**
 * A manager's peers in a store (core's `Store` port), one entry each, in JSON: a saving writes only peers that have changed,
 * and damage costs a peer and not the store.
 */
import type { Store } from '@pex/core'
import type { PeerSnapshot } from './known-peer.ts'
import { isNodeId, MOST_PEERS } from './options.ts'

/** Loads and saves the peers of one manager. */
export interface StoredPeers {
  /** What is there, for `restore`, and how many entries were damaged: those are gone with the next saving. */
  load(): Promise<{ readonly peers: readonly PeerSnapshot[]; readonly damaged: number }>
  /** Writes what has changed since the last load or save of this object; one after the other. */
  save(peers: readonly PeerSnapshot[]): Promise<void>
}

const utf8 = new TextEncoder()
const text = new TextDecoder()

/** Peers under a namespace of a store, which the caller opens and closes. */
export function storedPeers(store: Store, namespace: string): StoredPeers {
  /** What is there, by id. Bounded by the peers of the manager; it has chosen the keys. */
  const written = new Map<string, string>()
  let turn: Promise<void> = Promise.resolve()

  const write = async (peers: readonly PeerSnapshot[]): Promise<void> => {
    const now = new Map(peers.map(peer => [peer.id, JSON.stringify(peer)]))
    const changed = [...now].filter(([id, json]) => written.get(id) !== json)
    const remove = new Set([...written.keys()].filter(id => !now.has(id)))
    if (changed.length === 0 && remove.size === 0) return
    await store.save(namespace, {
      put: new Map(changed.map(([id, json]) => [id, utf8.encode(json)])),
      remove
    })
    for (const [id, json] of changed) written.set(id, json)
    for (const id of remove) written.delete(id)
  }

  return {
    async load() {
      const loaded = await store.load(namespace)
      const peers: PeerSnapshot[] = []
      let { damaged } = loaded
      written.clear()
      for (const [key, bytes] of loaded.entries) {
        const json = text.decode(bytes)
        const peer = peers.length < MOST_PEERS ? snapshotIn(json) : undefined
        written.set(key, json)
        if (peer !== undefined && peer.id === key) peers.push(peer)
        else damaged++
      }
      return { peers, damaged }
    },
    save(peers) {
      const saving = turn.then(() => write(peers))
      // A saving that fails is its own caller's affair; the next one tries again.
      turn = saving.catch(() => {})
      return saving
    }
  }
}

/** The peer in the text; nothing for anything that has not its shape. What is in it `restore` looks at. */
function snapshotIn(json: string): PeerSnapshot | undefined {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null) return undefined
    const { id, addresses } = value as Partial<PeerSnapshot>
    if (!isNodeId(id) || !Array.isArray(addresses)) return undefined
    const isSound = addresses.every(one => typeof (one as { url?: unknown } | null)?.url === 'string')
    return isSound ? (value as PeerSnapshot) : undefined
  } catch {
    return undefined
  }
}
