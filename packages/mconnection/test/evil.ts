/** The other side of a handshake, in the hands of a test: it says what it likes at every step. */
import type { Duplex, KeyPair, NodeKey } from '../src/index.ts'
import { MessageStream, nodeKey } from '../src/index.ts'
import { Opener, Sealer } from '../src/frames.ts'
import { decodeEphemeral, encodeAuthSig, encodeEphemeral } from '../src/handshake.ts'
import { primitives } from '../src/platform.ts'
import { challengeOf, compare, keysOf } from '../src/schedule.ts'

export interface Shared {
  readonly challenge: Uint8Array
  readonly sealer: Sealer
  readonly opener: Opener
}

export class Stranger {
  readonly key: NodeKey = nodeKey()
  readonly pair: KeyPair = primitives.keyPair()
  readonly duplex: Duplex
  readonly messages: MessageStream

  constructor(duplex: Duplex) {
    this.duplex = duplex
    this.messages = new MessageStream(duplex)
  }

  /** Honest as far as the keys. */
  async agree(): Promise<Shared> {
    await this.messages.write(encodeEphemeral(this.pair.publicKey))
    const theirs = decodeEphemeral(await this.messages.read(64)) as Uint8Array
    const secret = this.pair.agree(theirs)!
    const order = compare(this.pair.publicKey, theirs)
    const keys = keysOf(primitives, secret, order < 0)
    const [lower, upper] = order < 0 ? [this.pair.publicKey, theirs] : [theirs, this.pair.publicKey]
    return {
      challenge: challengeOf(lower, upper, secret),
      sealer: new Sealer(primitives.aead(keys.send)),
      opener: new Opener(primitives.aead(keys.receive))
    }
  }

  /** The honest proof. */
  proof(challenge: Uint8Array): Uint8Array {
    return encodeAuthSig({
      publicKey: this.key.publicKey,
      signature: this.key.sign(challenge) as Uint8Array
    })
  }
}
