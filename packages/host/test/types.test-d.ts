/** What the compiler tells who builds on a host; `npm run check` compiles it, nothing runs it. */
import type { Signer, Transport } from '@pex/core'
import { createHost, parseAgent } from '@pex/host'
import type { Agent, Host, HostInit, Leaving, Neighbour } from '@pex/host'
import { json } from '@pex/rpc'
import type { CallContext } from '@pex/rpc'
import type { Pex } from '@pex/service'
import { describe, expectTypeOf, it } from 'vitest'

declare const transport: Transport
declare const signer: Signer
declare const host: Host

describe('the types of a host', () => {
  it('ask which network, and nothing else', () => {
    expectTypeOf(createHost({ transport, signer }, { network: 'my-net' })).toEqualTypeOf<Host>()
    createHost({ transport, signer }, { network: 'my-net', neighbours: false, gossip: { viewSize: 16 } })
    // The network is the namespace.
    expectTypeOf<HostInit>().not.toHaveProperty('namespaces')
    // @ts-expect-error which network?
    createHost({ transport, signer }, {})
    // @ts-expect-error true says nothing about how many
    createHost({ transport, signer }, { network: 'my-net', neighbours: true })
  })

  it('carry the codecs of a call from the question to the answer', async () => {
    const codecs = json<{ key: string }, number>()
    host.handle('size', codecs, ({ key }, context) => {
      expectTypeOf(context).toEqualTypeOf<CallContext>()
      return key.length
    })
    const { value } = await host.call('some-id', 'size', { key: 'a' }, { codecs })
    expectTypeOf(value).toBeNumber()
    // @ts-expect-error a handler gives what the codec takes
    host.handle('size', codecs, ({ key }) => key)
    // @ts-expect-error a question of another type
    await host.call('some-id', 'size', { name: 'a' }, { codecs })
    // @ts-expect-error without codecs it is bytes
    await host.call('some-id', 'size', { key: 'a' })
    expectTypeOf((await host.call('some-id', 'size', new Uint8Array())).value).toEqualTypeOf<Uint8Array>()
  })

  it('give neighbours’ events their detail', () => {
    host.peers.addEventListener('peer:added', ({ detail }) => expectTypeOf(detail).toEqualTypeOf<Neighbour>())
    host.peers.addEventListener('peer:removed', ({ detail }) =>
      expectTypeOf(detail.why).toEqualTypeOf<Leaving>()
    )
    // @ts-expect-error no such event
    host.peers.addEventListener('peer:new', () => {})
    expectTypeOf(host.pex).toEqualTypeOf<Pex>()
  })

  it('want a verdict on every message', () => {
    host.subscribe('chat', { validate: ({ payload }) => (payload.length > 10 ? 'invalid' : 'valid') })
    host.subscribe('chat', { validate: async ({ from }) => (from === '' ? 'ignore' : 'valid') })
    // @ts-expect-error yes is no verdict
    host.subscribe('chat', { validate: () => true })
    expectTypeOf(host.broadcast('chat', new Uint8Array())).toBeString()
    expectTypeOf(parseAgent('my-app/1.2.3')).toEqualTypeOf<Agent>()
  })
})
