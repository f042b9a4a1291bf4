/** What strangers send, and the faults of libonomy's request and response (D3–D5, D11, D12, D26), which are not here. */
import { limits } from '@pex/core'
import type { Answer, Transport } from '@pex/core'
import { bytes } from '@pex/rpc'
import type { RpcRejection } from '@pex/rpc'
import { seeded } from '@pex/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rpcRejections } from '../src/errors.ts'
import {
  decodeRequest,
  decodeResponse,
  encodeCall,
  encodeCancel,
  encodeFailure,
  encodeRefusal,
  encodeResult
} from '../src/frames.ts'
import { changed as altered, gate, meet, PROTOCOL, raw, silent, watch } from './world.ts'

const id = Uint8Array.from({ length: 16 }, (_, i) => i)
const type = new TextEncoder().encode('echo')
const call = encodeCall(id, 1_000, type, Uint8Array.of(7))
const changed = (at: number, ...values: number[]): Uint8Array => {
  const copy = call.slice()
  copy.set(values, at)
  return copy
}

/** Requests that are none, by what is wrong with them. */
const requests: readonly (readonly [RpcRejection, string, Uint8Array])[] = [
  ['truncated', 'nothing', new Uint8Array()],
  ['truncated', 'a kind alone', Uint8Array.of(0)],
  ['truncated', 'no type', call.subarray(0, 22)],
  ['truncated', 'half a type', call.subarray(0, 24)],
  ['truncated', 'half an id to cancel', encodeCancel(id).subarray(0, 9)],
  ['trailing-bytes', 'more than an id to cancel', Uint8Array.of(...encodeCancel(id), 0)],
  ['unknown-kind', 'a kind that there is none of', changed(0, 2)],
  ['bad-deadline', 'no time', changed(17, 0, 0, 0, 0)],
  ['bad-deadline', 'an age', changed(17, 255, 255, 255, 255)],
  ['bad-type', 'an empty type', changed(21, 0)],
  ['bad-type', 'a type of 65 bytes', encodeCall(id, 1_000, new Uint8Array(65).fill(97), new Uint8Array())],
  ['bad-type', 'a type that is no UTF-8', changed(22, 0xff)]
]

/** Replies that are none. */
const replies: readonly (readonly [RpcRejection, string, Uint8Array])[] = [
  ['truncated', 'nothing', new Uint8Array()],
  ['unknown-kind', 'a kind that there is none of', Uint8Array.of(3)],
  ['truncated', 'a refusal of no kind', Uint8Array.of(1)],
  ['trailing-bytes', 'a refusal and more', Uint8Array.of(1, 1, 1)],
  ['unknown-refusal', 'the refusal 0', Uint8Array.of(1, 0)],
  ['unknown-refusal', 'the refusal 200', Uint8Array.of(1, 200)],
  ['truncated', 'a failure without a code', Uint8Array.of(2)],
  ['truncated', 'a failure with half a code', Uint8Array.of(2, 3, 97)],
  ['bad-failure', 'a failure with an empty code', Uint8Array.of(2, 0)],
  ['bad-failure', 'a code of 65 bytes', Uint8Array.of(2, 65, ...Array.from({ length: 65 }, () => 97))],
  ['bad-failure', 'a code that is no UTF-8', Uint8Array.of(2, 1, 0xff)],
  ['bad-failure', 'a message that is no UTF-8', Uint8Array.of(2, 1, 97, 0xc0)],
  ['bad-failure', 'a message without end', Uint8Array.of(2, 1, 97, ...new Uint8Array(1_025))]
]

/** Reasons that one reply or request alone cannot bring about; other tests do. */
const ELSEWHERE = ['bad-body', 'unknown-cancel', 'oversize']

it('every reason has its bytes', () => {
  const named = [...requests, ...replies].map(([reason]) => reason)
  expect(new Set([...named, ...ELSEWHERE])).toEqual(new Set(rpcRejections))
})

describe('requests that are none', () => {
  it.each(requests)('%s: %s is refused and counted, and the caller is answered', async (reason, _, frame) => {
    const { alice, bob, clock } = await meet()
    bob.rpc.handle('echo', body => body)
    const reply = watch(raw(alice, bob, frame))
    await clock.advance(100)
    expect(reply.value?.body).toEqual(encodeRefusal('malformed'))
    expect(bob.rpc.counts.rejected[reason]).toBe(1)
    expect(bob.rpc.load).toEqual({ calls: 0, waiting: 0, served: 0, queued: 0 })
  })

  it('any bytes are answered, and after all of them a call still is', async () => {
    const { alice, bob, clock } = await meet()
    bob.rpc.handle('echo', body => body)
    const rng = seeded(3)
    for (let i = 0; i < 2_000; i++) {
      const frame = Uint8Array.from({ length: rng() % 40 }, () => rng() & 0xff)
      if (frame.length > 0) frame[0]! &= 3
      const reply = watch(raw(alice, bob, frame))
      if (i % 100 === 99) await clock.advance(100)
      if (i % 100 === 99) expect(reply.state).toBe('done')
    }
    const good = watch(alice.rpc.call(bob.contact, 'echo', Uint8Array.of(1)))
    await clock.advance(100)
    expect(good.value?.value).toEqual(Uint8Array.of(1))
  })
})

describe('replies that are none', () => {
  it.each(replies)('%s: %s fails the call as PEX_REJECTED and is counted', async (reason, _, frame) => {
    const { alice, bob, clock } = await meet()
    await bob.transport.handle(PROTOCOL, async () => frame)
    const outcome = watch(alice.rpc.call(bob.contact, 'echo', new Uint8Array()))
    await clock.advance(100)
    expect(outcome.error).toMatchObject({ code: 'PEX_REJECTED', fault: reason })
    expect(alice.rpc.counts.rejected[reason]).toBe(1)
  })

  it('one from a transport that keeps no bound is refused by its length', async () => {
    const request = async (): Promise<Answer> => ({
      from: 'bob',
      body: new Uint8Array(limits.maxMessageBytes + 1)
    })
    const wrap = (transport: Transport): Transport => altered(transport, { request })
    const { alice, bob, clock } = await meet({ alice: { wrap } })
    const outcome = watch(alice.rpc.call(bob.contact, 'echo', new Uint8Array()))
    await clock.advance(1)
    expect(outcome.error).toMatchObject({ code: 'PEX_REJECTED', fault: 'oversize' })
  })
})

describe('frames', () => {
  const anyBytes = fc.uint8Array({ maxLength: 200 })

  it('a call is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.integer({ min: 1, max: 30_000 }),
        fc.string({ minLength: 1, maxLength: 16 }).map(text => text.toWellFormed()),
        anyBytes,
        (id, timeoutMs, type, body) => {
          const frame = encodeCall(id, timeoutMs, new TextEncoder().encode(type), body)
          expect(decodeRequest(frame)).toMatchObject({ kind: 'call', timeoutMs, type, body })
        }
      )
    )
  })

  it('results and failures are read as they were written', () => {
    fc.assert(
      fc.property(
        anyBytes,
        fc.string({ maxLength: 100 }),
        fc.string({ maxLength: 2_000 }),
        (body, code, message) => {
          expect(decodeResponse(encodeResult(body)!)).toEqual({ kind: 'result', body })
          expect(decodeResponse(encodeFailure({ code, message }))).toMatchObject({ kind: 'failure' })
        }
      )
    )
  })

  it('decoders make something of any bytes, and never throw', () => {
    fc.assert(
      fc.property(anyBytes, bytes => {
        for (const made of [decodeRequest(bytes), decodeResponse(bytes)])
          expect(typeof made === 'string' ? rpcRejections : ['object']).toContain(
            typeof made === 'string' ? made : typeof made
          )
      }),
      { numRuns: 2_000 }
    )
  })
})

describe('what libonomy’s requests suffer from does not happen here', () => {
  it('D3: nothing is held for a body that is longer than a message may be', async () => {
    const { alice, bob, clock } = await meet()
    const outcome = watch(raw(alice, bob, new Uint8Array(limits.maxMessageBytes + 1)))
    await clock.advance(10)
    expect(outcome.error.code).toBe('PEX_INVALID_PARAMETER')
  })

  it('D4, D5: plain bytes where a request should be neither crash nor hang anybody', async () => {
    const { alice, bob, clock } = await meet()
    const outcome = watch(raw(alice, bob, new TextEncoder().encode('hello')))
    await clock.advance(100)
    expect(outcome.value?.body).toEqual(encodeRefusal('malformed'))
  })

  it('D11: another peer that knows the id can neither answer nor cancel the call', async () => {
    const { alice, bob, clock, host } = await meet({ bob: { wrap: silent } })
    const mallory = await host('mallory')
    const open = gate<Uint8Array>()
    let signal: AbortSignal | undefined
    bob.rpc.handle('echo', (_, context) => {
      signal = context.signal
      return open.promise
    })
    const asked = watch(raw(alice, bob, call))
    await clock.advance(50)
    // Mallory has the very id: as a cancellation, as a result and as a call of the same name.
    for (const frame of [encodeCancel(id), encodeResult(id)!]) watch(raw(mallory, alice, frame))
    const cancel = watch(raw(mallory, bob, encodeCancel(id)))
    const same = watch(raw(mallory, bob, call))
    await clock.advance(50)
    expect(signal!.aborted).toBe(false)
    expect(cancel.value?.body).toEqual(encodeRefusal('malformed'))
    expect(bob.rpc.counts.rejected['unknown-cancel']).toBe(1)
    expect([asked.state, same.state]).toEqual(['waiting', 'waiting'])
    expect(bob.rpc.load.served, 'two calls, not one').toBe(2)
    open.open(Uint8Array.of(9))
    await clock.advance(50)
    expect(asked.value?.body).toEqual(encodeResult(Uint8Array.of(9)))
  })

  it('D12: answers that come too late block nobody, however many', async () => {
    const { alice, bob, clock } = await meet({ bob: { maxServed: 2, wrap: silent } })
    const late: { open: (value: Uint8Array) => void }[] = []
    bob.rpc.handle('late', () => {
      const open = gate<Uint8Array>()
      late.push(open)
      return open.promise
    })
    bob.rpc.handle('echo', body => body)
    for (let i = 0; i < 20; i++) {
      const outcome = watch(alice.rpc.call(bob.contact, 'late', new Uint8Array(), { timeoutMs: 100 }))
      await clock.advance(200)
      expect(outcome.error.code).toBe('PEX_TIMEOUT')
    }
    expect(late).toHaveLength(20)
    for (const { open } of late) open(Uint8Array.of(1))
    const echo = watch(alice.rpc.call(bob.contact, 'echo', Uint8Array.of(2)))
    await clock.advance(100)
    expect(echo.value?.value).toEqual(Uint8Array.of(2))
    expect(bob.rpc.load.served).toBe(0)
  })

  it('D26: a peer that sends nonsense, and asks for what there is none of, is still served', async () => {
    const { alice, bob, clock } = await meet()
    bob.rpc.handle('echo', body => body)
    for (const [, , frame] of requests) watch(raw(alice, bob, frame))
    watch(alice.rpc.call(bob.contact, 'nothing', new Uint8Array()))
    const good = watch(alice.rpc.call(bob.contact, 'echo', new Uint8Array(), { codecs: bytes }))
    await clock.advance(100)
    expect(good.state).toBe('done')
  })

  it('a storm of ids and cancellations leaves nothing behind but the last answers', async () => {
    const { alice, bob, clock } = await meet()
    bob.rpc.handle('echo', body => body)
    const rng = seeded(9)
    for (let i = 0; i < 3_000; i++) {
      const fresh = Uint8Array.from({ length: 16 }, () => rng() & 0xff)
      watch(
        raw(
          alice,
          bob,
          i % 2 === 0 ? encodeCancel(fresh) : encodeCall(fresh, 1_000, type, new Uint8Array(2_000))
        )
      )
      if (i % 50 === 49) await clock.advance(100)
    }
    expect(bob.rpc.load).toEqual({ calls: 0, waiting: 0, served: 0, queued: 0 })
    expect(bob.rpc.counts.rejected['unknown-cancel']).toBe(1_500)
  })
})
