/** A peer that does as the test says: it shakes hands by the book, and then sends whatever is wanted. */
import type { SeededRng } from '@pex/testkit'
import type { Address } from '../src/address.ts'
import { udpLimits } from '../src/constants.ts'
import { keyPairFrom } from '../src/crypto.ts'
import type { KeyPair } from '../src/crypto.ts'
import {
  CHALLENGE,
  MIN_TEXT_BYTES,
  readChallenge,
  readData,
  readResponse,
  RESPONSE,
  writeFinish,
  writeHello
} from '../src/datagram.ts'
import { readFrames, Writer } from '../src/frames.ts'
import type { Frame } from '../src/frames.ts'
import type { identity } from '../src/identity.ts'
import { Handshake, suite } from '../src/noise.ts'
import type { Suite } from '../src/noise.ts'
import { Session } from '../src/session.ts'
import { identityOf } from './field.ts'
import type { Field, Machine } from './field.ts'
import { seededBytes } from './net.ts'

export class Stranger {
  readonly address: Address
  readonly field: Field
  readonly target: Machine
  readonly identity: ReturnType<typeof identity>
  session: Session | undefined
  /** What the target has said on the session. */
  readonly heard: Frame[] = []
  /** The finish, to be sent or withheld. */
  finish: Uint8Array | undefined
  readonly #rng: SeededRng
  readonly #handshake: Handshake
  readonly #noise: Uint8Array
  readonly #index: number
  readonly #suite: Suite
  readonly #ephemeral: KeyPair
  #restored: Handshake | undefined
  #responder = 0

  static async meet(
    field: Field,
    address: Address,
    target: Machine,
    networkKey?: Uint8Array
  ): Promise<Stranger> {
    const rng = field.rng.fork(`stranger ${address.host} ${address.port}`)
    return new Stranger(field, address, target, rng, await identityOf(rng), networkKey)
  }

  constructor(
    field: Field,
    address: Address,
    target: Machine,
    rng: SeededRng,
    who: ReturnType<typeof identity>,
    networkKey: Uint8Array | undefined
  ) {
    this.field = field
    this.address = address
    this.target = target
    this.identity = who
    this.#rng = rng
    this.#index = rng()
    const parts = suite(Buffer.from('pex-udp/1'), networkKey)
    this.#suite = parts
    this.#ephemeral = keyPairFrom(seededBytes(rng)(32))
    this.#handshake = new Handshake(parts, who.staticKeys, this.#ephemeral)
    this.#noise = this.#handshake.writeHello(new Uint8Array())
    field.listen(address, (_from, bytes) => this.#hear(bytes))
  }

  hello(cookie?: Uint8Array): Uint8Array {
    return writeHello(this.#index, cookie, this.#noise)
  }

  /** Hello and all that follows, up to the session; the finish goes with the first data. */
  connect(): void {
    this.field.send(this.address, this.target.address, this.hello())
    this.field.run(200)
  }

  /** A data packet with the frames that are written. */
  packet(write: (writer: Writer) => void): Uint8Array {
    const writer = new Writer(udpLimits.sentDatagramBytes - 32 - (this.session!.finish?.length ?? 0))
    write(writer)
    return this.session!.seal(writer.text(MIN_TEXT_BYTES))
  }

  /** A data packet with a text that need not be frames. */
  raw(text: Uint8Array): Uint8Array {
    return this.session!.seal(text)
  }

  /** A finish with another proof of identity than its own. */
  finishWith(proof: Uint8Array): Uint8Array {
    return writeFinish(this.#responder, this.#restored!.writeFinish(proof)!)
  }

  say(write: (writer: Writer) => void): void {
    this.field.send(this.address, this.target.address, this.packet(write))
  }

  random(): number {
    return this.#rng()
  }

  #hear(bytes: Uint8Array): void {
    if (bytes[0] === CHALLENGE) {
      const challenge = readChallenge(bytes)
      if (typeof challenge === 'string') throw new Error(challenge)
      this.field.send(this.address, this.target.address, this.hello(new Uint8Array(challenge.cookie)))
    } else if (bytes[0] === RESPONSE && this.session === undefined) {
      const { sender, noise } = readResponse(bytes)
      this.#responder = sender
      // A second handshake of the same keys, for a finish of another kind.
      this.#restored = new Handshake(this.#suite, this.identity.staticKeys, this.#ephemeral)
      this.#restored.writeHello(new Uint8Array())
      this.#restored.readResponse(noise)
      if (this.#handshake.readResponse(noise) === undefined)
        throw new Error('a response that is not authentic')
      this.finish = writeFinish(sender, this.#handshake.writeFinish(this.identity.proof)!)
      const init = {
        index: this.#index,
        remoteIndex: sender,
        keys: this.#handshake.split(true),
        createdAt: this.field.now
      }
      this.session = new Session({ ...init, finish: this.finish }, udpLimits)
    } else if (this.session !== undefined) {
      const data = readData(bytes)
      if (typeof data === 'string') return
      const text = this.session.open(data.counter, data.sealed)
      if (typeof text === 'string') return
      this.session.finish = undefined
      this.heard.push(...readFrames(text)!)
    }
  }
}
