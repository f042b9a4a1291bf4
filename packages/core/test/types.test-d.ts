/** What the compiler tells who uses the core; `npm run check` compiles it, nothing runs it. */
import {
  balanced,
  BoundedMap,
  cyclon,
  gossip,
  isRejection,
  limits,
  Namespace,
  PexError,
  reasonOf,
  reject
} from '@pex/core'
import type {
  Clock,
  Contact,
  Discovery,
  Gossip,
  GossipOptions,
  Input,
  Output,
  PeerRecord,
  PexErrorCode,
  Policy,
  Rejection,
  RejectionReason,
  Rng,
  Store,
  Transport,
  Verifier
} from '@pex/core'
import { describe, expectTypeOf, it } from 'vitest'

declare const own: PeerRecord
declare const rng: Rng
declare const machine: Namespace

describe('the types of the core', () => {
  it('know every code of an error, and no other', () => {
    expectTypeOf<PexError['code']>().toEqualTypeOf<PexErrorCode>()
    expectTypeOf<'PEX_TIMEOUT'>().toExtend<PexErrorCode>()
    expectTypeOf<string>().not.toExtend<PexErrorCode>()
    // @ts-expect-error no such code
    void new PexError('PEX_OOPS', 'what now?')
    // @ts-expect-error a message is owed to the user
    void new PexError('PEX_TIMEOUT')
  })

  it('narrow what a verifier says to a record or a reason of the closed list', () => {
    const judge = (said: PeerRecord | Rejection): void => {
      if (isRejection(said)) expectTypeOf(said.reason).toEqualTypeOf<RejectionReason>()
      else expectTypeOf(said).toEqualTypeOf<PeerRecord>()
    }
    expectTypeOf(judge).toBeFunction()
    expectTypeOf<Verifier['verify']>().returns.toEqualTypeOf<
      PeerRecord | Rejection | Promise<PeerRecord | Rejection>
    >()
    expectTypeOf(reasonOf(1)).toEqualTypeOf<RejectionReason | undefined>()
    // @ts-expect-error no such reason
    reject('i-do-not-like-you')
  })

  it('let every gossip option be left out, and fill each in', () => {
    expectTypeOf(gossip()).toEqualTypeOf<Gossip>()
    expectTypeOf<Gossip['policy']>().toEqualTypeOf<Policy>()
    expectTypeOf({}).toExtend<GossipOptions>()
    expectTypeOf(balanced()).toExtend<Policy>()
    expectTypeOf(cyclon()).toExtend<Policy>()
    // @ts-expect-error a policy is made, not named
    gossip({ policy: 'cyclon' })
    // @ts-expect-error no such option
    gossip({ fanout: 3 })
  })

  it('tell inputs and outputs of a namespace apart by their type', () => {
    expectTypeOf(machine.handle).parameters.toEqualTypeOf<[number, Input]>()
    for (const output of machine.handle(0, { type: 'tick' })) {
      expectTypeOf(output).toEqualTypeOf<Output>()
      if (output.type === 'request') expectTypeOf(output.to).toEqualTypeOf<Contact>()
      if (output.type === 'wake') expectTypeOf(output.at).toBeNumber()
    }
    // @ts-expect-error chance comes in as an argument
    void new Namespace({ own, gossip: gossip() })
    // @ts-expect-error a request has a question
    machine.handle(0, { type: 'requested', from: 'a' })
    void new Namespace({ own, gossip: gossip(), rng })
  })

  it('take ports that an application writes as plain objects', () => {
    expectTypeOf<{ now(): number; after(ms: number, callback: () => void): () => void }>().toExtend<Clock>()
    expectTypeOf<() => number>().toExtend<Rng>()
    expectTypeOf<{
      findPeers(namespace: string): AsyncGenerator<{ addresses: string[] }>
    }>().toExtend<Discovery>()
    // A store that cannot say what it lost is none.
    expectTypeOf<
      Omit<Store, 'load'> & { load(namespace: string): Promise<Map<string, Uint8Array>> }
    >().not.toExtend<Store>()
    // What a transport may leave out.
    expectTypeOf<Omit<Transport, 'carries' | 'announce'>>().toExtend<Transport>()
    expectTypeOf<Omit<Transport, 'watchAddresses'>>().not.toExtend<Transport>()
  })

  it('keep limits as the numbers that they are', () => {
    expectTypeOf(limits.viewSize).toEqualTypeOf<32>()
    // @ts-expect-error a limit is changed in its file, for everybody
    limits.viewSize = 64
  })

  it('give a bounded map the types of a map', () => {
    const map = new BoundedMap<string, number>(2)
    expectTypeOf(map.get('a')).toEqualTypeOf<number | undefined>()
    // @ts-expect-error a map without a bound is what it replaces
    void new BoundedMap<string, number>()
  })
})
