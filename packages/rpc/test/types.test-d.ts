/** What the compiler tells who asks and answers; `npm run check` compiles it, nothing runs it. */
import type { Clock, Contact, PexError, Rng, Transport } from '@pex/core'
import { bytes, createRpc, json, RpcError, RpcFailure } from '@pex/rpc'
import type { Codec, Codecs, RemoteFailure, Reply, Rpc, RpcFault } from '@pex/rpc'
import { describe, expectTypeOf, it } from 'vitest'

declare const transport: Transport
declare const clock: Clock
declare const rng: Rng
declare const rpc: Rpc
declare const bob: Contact

describe('the types of a call', () => {
  it('go from the codecs to the handler, and to the answer', async () => {
    const codecs = json<string, { size: number }>()
    rpc.handle('size', codecs, key => {
      expectTypeOf(key).toBeString()
      return { size: key.length }
    })
    rpc.handle('size', codecs, async key => ({ size: key.length }))
    expectTypeOf(await rpc.call(bob, 'size', 'colour', { codecs })).toEqualTypeOf<Reply<{ size: number }>>()
    // @ts-expect-error the answer is an object
    rpc.handle('size', codecs, key => key.length)
    // @ts-expect-error the question is a string
    await rpc.call(bob, 'size', 5, { codecs })
  })

  it('are bytes without codecs', async () => {
    rpc.handle('echo', body => body)
    expectTypeOf(await rpc.call(bob, 'echo', Uint8Array.of(1))).toEqualTypeOf<Reply<Uint8Array>>()
    expectTypeOf(bytes).toEqualTypeOf<Codecs<Uint8Array, Uint8Array>>()
    // @ts-expect-error a string needs a codec
    await rpc.call(bob, 'echo', 'hello')
  })

  it('come out of the checks of a JSON codec', () => {
    const codecs = json({ question: value => String(value), answer: value => Number(value) })
    expectTypeOf(codecs).toEqualTypeOf<Codecs<string, number>>()
    // Unchecked and unnamed, nothing is known.
    expectTypeOf(json().answer).toEqualTypeOf<Codec<unknown>>()
  })

  it('take a codec of one’s own for one half', () => {
    const date: Codec<Date> = {
      encode: value => new TextEncoder().encode(value.toISOString()),
      decode: text => new Date(new TextDecoder().decode(text))
    }
    rpc.handle('when', { question: bytes.question, answer: date }, () => new Date(0))
    // @ts-expect-error a codec has both ways
    const oneWay: Codec<Date> = { encode: date.encode }
    expectTypeOf(oneWay).toEqualTypeOf<Codec<Date>>()
  })

  it('tell the failures apart', () => {
    expectTypeOf<RpcError>().toExtend<PexError>()
    expectTypeOf<RpcError['fault']>().exclude<undefined>().toEqualTypeOf<RpcFault>()
    expectTypeOf<RpcError['remote']>().toEqualTypeOf<RemoteFailure | undefined>()
    expectTypeOf(RpcFailure).toBeConstructibleWith('not-found', 'no such key')
  })

  it('demand time, chance and a transport', () => {
    expectTypeOf(createRpc({ transport, clock, rng })).toEqualTypeOf<Rpc>()
    // @ts-expect-error ids are made of chance
    createRpc({ transport, clock })
  })
})
