/** What the compiler tells who signs and verifies records; `npm run check` compiles it, nothing runs it. */
import type { Contact, PeerRecord, Rejection, Signer, Verifier } from '@pex/core'
import { isRejection } from '@pex/core'
import { createSigner, createVerifier, parseContact } from '@pex/record'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey, PeerId, PrivateKey } from '@libp2p/interface'
import { describe, expectTypeOf, it } from 'vitest'

declare const key: PrivateKey
declare const peer: PeerId
declare const envelope: Uint8Array

describe('the types of records', () => {
  it('make the core’s ports out of a libp2p key', async () => {
    expectTypeOf(createSigner(key)).toEqualTypeOf<Signer>()
    expectTypeOf(createSigner(await generateKeyPair('Ed25519'))).toEqualTypeOf<Signer>()
    expectTypeOf<Ed25519PrivateKey>().toExtend<Parameters<typeof createSigner>[0]>()
    expectTypeOf(createVerifier()).toEqualTypeOf<Verifier>()
    // @ts-expect-error an id cannot sign
    createSigner(peer)
  })

  it('demand sequence numbers as bigint, as envelopes hold them', async () => {
    expectTypeOf(await createSigner(key).sign(['/ip4/192.0.2.1/tcp/1'], 1n)).toEqualTypeOf<PeerRecord>()
    expectTypeOf<PeerRecord['seq']>().toBeBigInt()
    // @ts-expect-error a number loses what is above 2^53
    await createSigner(key).sign([], 1)
  })

  it('leave nobody a record that was not looked at', async () => {
    const said = await createVerifier().verify(envelope)
    expectTypeOf(said).toEqualTypeOf<PeerRecord | Rejection>()
    // @ts-expect-error it may be a rejection
    void said.id
    if (!isRejection(said)) expectTypeOf(said.id).toBeString()
  })

  it('say that a contact may have no id', () => {
    expectTypeOf(parseContact('/ip4/192.0.2.1/tcp/1')).toEqualTypeOf<Contact>()
    expectTypeOf<Contact['id']>().toEqualTypeOf<string | undefined>()
  })
})
