/** What the compiler tells who reads and writes messages; `npm run check` compiles it, nothing runs it. */
import type { Message, Question, Rejection, RejectionReason } from '@pex/core'
import { isRejection } from '@pex/core'
import { decodeQuestion, decodeResponse, encodeMessage, encodeRefusal, native } from '@pex/wire'
import type { Claim, ClaimedQuestion, ClaimedResponse, Wire } from '@pex/wire'
import { isCapnpRejection, readMessage } from '@pex/wire/capnp'
import type { CapnpReason } from '@pex/wire/capnp'
import { casmWire } from '@pex/wire/casm'
import { describe, expectTypeOf, it } from 'vitest'

declare const bytes: Uint8Array
declare const question: Question
declare const message: Message

describe('the types of a wire', () => {
  it('have a rejection in the way of whoever decodes', () => {
    const said = decodeQuestion(bytes)
    expectTypeOf(said).toEqualTypeOf<ClaimedQuestion | Rejection>()
    // @ts-expect-error it may be a rejection
    void said.type
    if (isRejection(said)) return
    expectTypeOf(said.type).toEqualTypeOf<'ask' | 'settle' | 'ping'>()
    if (said.type === 'ask') expectTypeOf(said.claims).toEqualTypeOf<readonly Claim[]>()
    // @ts-expect-error only an ask has claims
    else void said.claims
  })

  it('keep what is claimed apart from what is proved', () => {
    expectTypeOf<ClaimedQuestion>().not.toExtend<Question>()
    expectTypeOf<Claim>().not.toHaveProperty('record')
    // @ts-expect-error a claim is not passed on before it is verified
    encodeMessage(decodeQuestion(bytes))
  })

  it('decode an answer by the question that it answers', () => {
    expectTypeOf(decodeResponse(bytes, question)).toEqualTypeOf<ClaimedResponse | Rejection>()
    // @ts-expect-error which question?
    decodeResponse(bytes)
  })

  it('refuse for reasons of the closed list alone', () => {
    expectTypeOf(encodeRefusal).parameters.toEqualTypeOf<[RejectionReason]>()
    // @ts-expect-error no such reason
    encodeRefusal('no')
  })

  it('are one for every wire', () => {
    expectTypeOf(native).toEqualTypeOf<Wire>()
    expectTypeOf<ReturnType<typeof casmWire>>().toExtend<Wire>()
    // A wire may have no words for a message; ours has for each.
    expectTypeOf(native.encode(message)).toEqualTypeOf<Uint8Array | undefined>()
    expectTypeOf(encodeMessage(message)).toEqualTypeOf<Uint8Array>()
  })

  it('have a list of reasons of its own for Cap’n Proto', () => {
    const read = readMessage(bytes)
    // @ts-expect-error it may be a rejection
    void read.root
    expectTypeOf<CapnpReason>().not.toExtend<RejectionReason>()
    if (isCapnpRejection(read)) expectTypeOf(read.reason).toEqualTypeOf<CapnpReason>()
  })
})
