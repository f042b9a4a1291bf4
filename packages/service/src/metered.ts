/** Transports and stores that are counted: the same to whoever uses them. */
import type { Store, Transport } from '@pex/core'

/** What is counted of a transport. */
export interface TransportCounts {
  /** A message of so many bytes has gone out or come in. */
  message(way: 'sent' | 'received', bytes: number): void
}

/** What is counted of a store. */
export interface StoreCounts {
  /** The store was read or written. */
  done(what: 'load' | 'save', ok: boolean): void
}

export function meteredTransport(transport: Transport, counts: TransportCounts): Transport {
  const metered: Transport = {
    start: () => transport.start(),
    stop: () => transport.stop(),
    addresses: () => transport.addresses(),
    watchAddresses: listener => transport.watchAddresses(listener),
    unhandle: protocol => transport.unhandle(protocol),
    async request(to, protocol, body, options) {
      counts.message('sent', body.length)
      const answer = await transport.request(to, protocol, body, options)
      counts.message('received', answer.body.length)
      return answer
    },
    handle: (protocol, handler) =>
      transport.handle(protocol, async (from, body, options) => {
        counts.message('received', body.length)
        const answer = await handler(from, body, options)
        counts.message('sent', answer.length)
        return answer
      })
  }
  // Left out, it means something of its own.
  if (transport.carries !== undefined) metered.carries = address => transport.carries!(address)
  return metered
}

export function meteredStore(store: Store, counts: StoreCounts): Store {
  const counted = async <T>(what: 'load' | 'save', work: Promise<T>): Promise<T> => {
    try {
      const result = await work
      counts.done(what, true)
      return result
    } catch (error) {
      counts.done(what, false)
      throw error
    }
  }
  return {
    open: () => store.open(),
    close: () => store.close(),
    load: namespace => counted('load', store.load(namespace)),
    save: (namespace, diff) => counted('save', store.save(namespace, diff))
  }
}
