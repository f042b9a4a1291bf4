/** A fixed list of peers as a source. */
import type { Contact, Discovery } from '@pex/core'
import { parseContact } from '@pex/record'

/**
 * The same peers for every namespace: multiaddrs in text form, or contacts. Throws `PEX_INVALID_PARAMETER` for a text that
 * is no multiaddr.
 */
export function fixedPeers(peers: readonly (string | Contact)[]): Discovery {
  const contacts = peers.map(peer => (typeof peer === 'string' ? parseContact(peer) : peer))
  return {
    async *findPeers(_namespace, { signal }) {
      for (const contact of contacts) {
        if (signal.aborted) return
        yield contact
      }
    }
  }
}
