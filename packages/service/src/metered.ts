/**
 * Transports and stores that are counted: the same to whoever uses them. What counts is loaded only where somebody wants to
 * know, so that a page without metrics does not carry it.
 */
import type { Metrics, Store, Transport } from '@pex/core'
import type { Pex } from './pex.ts'

/** What is told of a transport and a store. */
export interface Counts {
  /** A message of so many bytes has gone out or come in. */
  message(way: 'sent' | 'received', bytes: number): void
  /** The store was read or written. */
  done(what: 'load' | 'save', ok: boolean): void
}

/** The parts of a host that are counted. */
export interface Metered {
  readonly transport: Transport
  readonly store: Store | undefined
  /** To be called before the host that is made of them begins; from the first time on it is counted. */
  start(pex: Pex): Promise<void>
}

/** The same parts, counted; as they are, where nobody wants to know. */
export function metered(
  transport: Transport,
  store: Store | undefined,
  metrics: Metrics | undefined
): Metered {
  if (metrics === undefined) return { transport, store, start: async () => {} }
  let inner: Counts | undefined
  const counts: Counts = {
    message: (way, bytes) => inner?.message(way, bytes),
    done: (what, ok) => inner?.done(what, ok)
  }
  return {
    transport: meteredTransport(transport, counts),
    store: store && meteredStore(store, counts),
    async start(pex) {
      if (inner !== undefined) return
      const { count } = await import('./metrics.ts')
      inner = count(metrics, pex, store !== undefined)
    }
  }
}

function meteredTransport(transport: Transport, counts: Counts): Transport {
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
  // Left out, they mean something of their own.
  if (transport.carries !== undefined) metered.carries = address => transport.carries!(address)
  if (transport.announce !== undefined) metered.announce = places => transport.announce!(places)
  return metered
}

function meteredStore(store: Store, counts: Counts): Store {
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
