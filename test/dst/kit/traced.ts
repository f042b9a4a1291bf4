/** A transport that writes down what goes through it. */
import { PexError } from '@pex/core'
import type { Transport } from '@pex/core'
import { digest } from './history.ts'
import type { History } from './history.ts'

export function traced(
  transport: Transport,
  name: string,
  nameOf: (id: string) => string,
  history: History
): Transport {
  const short = (protocol: string): string => protocol.split('/').slice(1, 3).join('/')
  return {
    start: () => transport.start(),
    stop: () => transport.stop(),
    addresses: () => transport.addresses(),
    watchAddresses: listener => transport.watchAddresses(listener),
    async request(to, protocol, body, options) {
      const peer = to.id === undefined ? to.addresses.join() : nameOf(to.id)
      history.note(name, 'asks', peer, short(protocol), body.length, digest(body))
      try {
        const answer = await transport.request(to, protocol, body, options)
        history.note(
          name,
          'is told by',
          nameOf(answer.from),
          short(protocol),
          answer.body.length,
          digest(answer.body)
        )
        return answer
      } catch (error) {
        history.note(
          name,
          'hears nothing of',
          peer,
          short(protocol),
          error instanceof PexError ? error.code : error
        )
        throw error
      }
    },
    handle: (protocol, handler) =>
      transport.handle(protocol, async (from, body, options) => {
        history.note(name, 'is asked by', nameOf(from), short(protocol), body.length, digest(body))
        return handler(from, body, options)
      }),
    unhandle: protocol => transport.unhandle(protocol)
  }
}
