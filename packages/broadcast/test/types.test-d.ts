/** What the compiler tells who broadcasts; `npm run check` compiles it, nothing runs it. */
import { createBroadcast } from '@pex/broadcast'
import type { Broadcast, Frame, PeerSource, ProtocolInit, Received, Verdict } from '@pex/broadcast'
import type { Clock, Contact, Rng, Transport } from '@pex/core'
import { describe, expectTypeOf, it } from 'vitest'

declare const transport: Transport
declare const clock: Clock
declare const rng: Rng
declare const peers: PeerSource
declare const broadcast: Broadcast

describe('the types of a broadcast', () => {
  it('demand neighbours, time, chance and a transport', () => {
    expectTypeOf(createBroadcast({ transport, peers, clock, rng })).toEqualTypeOf<Broadcast>()
    expectTypeOf<{ peers(): Contact[] }>().toExtend<PeerSource>()
    // @ts-expect-error to whom?
    createBroadcast({ transport, clock, rng })
    // @ts-expect-error a tree or a flood
    createBroadcast({ transport, peers, clock, rng, mode: 'star' })
  })

  it('want one of three verdicts, now or later', () => {
    broadcast.register('chat', { validate: () => 'valid', priority: 'high' })
    broadcast.register('chat', {
      validate: async ({ from, payload }) => (from === '' || payload.length > 9 ? 'invalid' : 'ignore')
    })
    expectTypeOf<Verdict>().toEqualTypeOf<'valid' | 'invalid' | 'ignore'>()
    expectTypeOf<ProtocolInit['validate']>().parameter(0).toEqualTypeOf<Received>()
    // @ts-expect-error true is no verdict
    broadcast.register('chat', { validate: () => true })
    // @ts-expect-error no verdict at all
    broadcast.register('chat', { validate: () => {} })
    // @ts-expect-error a protocol without a judge passes everything on
    broadcast.register('chat', {})
  })

  it('send bytes, and give a message’s id', () => {
    expectTypeOf(broadcast.publish('chat', new Uint8Array())).toBeString()
    // @ts-expect-error a text is encoded first
    broadcast.publish('chat', 'good morning')
  })

  it('tell frames apart by their kind', () => {
    expectTypeOf<Frame['kind']>().toEqualTypeOf<'data' | 'announce' | 'graft' | 'prune'>()
    expectTypeOf<Extract<Frame, { kind: 'graft' }>['ids']>().toEqualTypeOf<readonly string[]>()
  })
})
