/** A node that is put to the test, whatever it is written in. */
import { GoNode } from './go.ts'
import type { GoSettings } from './go.ts'
import { TsNode } from './ts-node.ts'

export interface Target {
  readonly id: string
  /** `id@ip:port`. */
  readonly address: string
  /** Resolves when that peer is one of its peers. */
  added(id: string): Promise<unknown>
  /** Resolves when that peer is none of its peers any more. */
  removed(id: string): Promise<unknown>
  /** Resolves when it has done with the nth message of that kind that a peer sent. */
  handled(id: string, kind: 'request' | 'addresses', count?: number): Promise<unknown>
  dial(address: string): Promise<void>
  peers(): Promise<readonly string[]>
  /** Ids in the book. */
  size(): Promise<number>
  isBanned(id: string): Promise<boolean>
}

/** One that makes no rounds of its own while a test lasts, and takes only addresses from the open Internet, or any. */
export type StartTarget = (options?: { readonly strict?: boolean }) => Promise<Target>

export const goTarget =
  (binary: () => string): StartTarget =>
  async (options = {}) => {
    const settings: GoSettings = { ...options, ensureMs: 30_000 }
    const node = await GoNode.start(binary(), settings)
    return {
      id: node.id,
      address: node.address,
      added: id => node.added(id),
      removed: id => node.removed(id),
      handled: (id, kind, count) => node.received(id, kind, count),
      dial: async address => void (await node.do('dial', { address })),
      peers: async () => (await node.peers()).map(({ id }) => id),
      size: async () => (await node.do('status')).size!,
      isBanned: async id => (await node.knows(id)).banned
    }
  }

export const tsTarget: StartTarget = async (options = {}) => {
  const node = await TsNode.start({ ...options, ensureMs: 30_000 })
  return {
    id: node.id,
    address: node.address,
    added: id => node.added(id),
    removed: id => node.removed(id),
    handled: (id, kind, count) => node.happens(event => isAbout(event, id, kind), count),
    dial: async address => void (await node.dial(address)),
    peers: async () => node.switch.peers.list().map(peer => peer.id),
    size: async () => node.book.size,
    isBanned: async id => node.book.isBanned(id, Date.now())
  }
}

/** Whether an event is the end of a message of that kind. */
function isAbout(event: TsNode['events'][number], id: string, kind: 'request' | 'addresses'): boolean {
  if (event.kind === 'served') return event.id === id && kind === 'request'
  if (event.kind === 'answered') return event.id === id && kind === 'addresses'
  if (event.kind !== 'banned' || event.id !== id) return false
  return kind === (event.reason === 'too-often' ? 'request' : 'addresses')
}
