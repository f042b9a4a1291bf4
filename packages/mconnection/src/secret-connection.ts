/**
 * CometBFT's SecretConnection (since Tendermint 0.33): an authenticated, encrypted stream over any other. A station-to-
 * station handshake: ephemeral X25519 keys in clear; keys for both directions by HKDF; then, sealed, the static Ed25519
 * key of each side and its signature of a challenge that both ephemeral keys and the secret went into.
 *
 * The protocol has no sealed end: who cuts the wire between two frames looks like a peer that has closed. Its users send
 * messages behind their length, and so know what is missing.
 */
import type { Clock } from '@pex/core'
import { abortError } from '@pex/core'
import type { Duplex } from './duplex.ts'
import { brokenBy, ConnectionError, ended, rejected } from './errors.ts'
import type { Fault } from './errors.ts'
import { FRAME_DATA, FRAMES_AT_ONCE, Opener, Sealer } from './frames.ts'
import type { AuthSig } from './handshake.ts'
import {
  decodeAuthSig,
  decodeEphemeral,
  encodeAuthSig,
  encodeEphemeral,
  MAX_HANDSHAKE_BYTES
} from './handshake.ts'
import { nodeIdOf } from './identity.ts'
import { MessageStream } from './message-stream.ts'
import { primitives as native } from './platform.ts'
import type { KeyPair, NodeKey, Primitives } from './primitives.ts'
import { challengeOf, compare, keysOf } from './schedule.ts'

/** A whole handshake, ms, default. From CometBFT, which has it fixed. */
const HANDSHAKE_MS = 3_000

export interface SecretConnectionInit {
  /** This host's key. */
  readonly key: NodeKey
  readonly clock: Clock
  /** The node id that must be at the other end: who dials knows it. @default anybody */
  readonly expected?: string | undefined
  /** Deadline for the whole handshake, ms. @default 3 000 */
  readonly handshakeMs?: number | undefined
  /** Ends the handshake; once it is done, the signal has no more say. */
  readonly signal?: AbortSignal | undefined
  /** @default the platform's own: Node's cryptography, noble's in browsers */
  readonly primitives?: Primitives | undefined
  /** The key pair of this one handshake: for vectors. @default a fresh one */
  readonly ephemeral?: KeyPair | undefined
}

/** A stream on which every byte is known to come from `remoteKey`. */
export interface SecretConnection extends Duplex {
  /** The authenticated Ed25519 key of the other side, 32 bytes. */
  readonly remoteKey: Uint8Array
  /** Its node id. */
  readonly remoteId: string
}

/**
 * Makes the handshake over a stream, the same from both ends. Fails with a `ConnectionError`, and the stream is aborted
 * then: `PEX_REJECTED` with its fault, `PEX_WRONG_PEER`, `PEX_TIMEOUT`, `PEX_ABORTED`, `PEX_CLOSED`.
 */
export async function secretConnection(
  duplex: Duplex,
  init: SecretConnectionInit
): Promise<SecretConnection> {
  const { clock, handshakeMs = HANDSHAKE_MS, signal } = init
  let stop: (error: ConnectionError) => void = () => {}
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = reject
  })
  const cancel = clock.after(handshakeMs, () => {
    stop(new ConnectionError('PEX_TIMEOUT', `no handshake within ${handshakeMs} ms`))
  })
  const abort = (): void => {
    const { code, message, cause } = abortError(signal!)
    stop(new ConnectionError(code, message, { cause }))
  }
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted === true) abort()
  const work = shake(duplex, init)
  // When the deadline has won, how the work then fails is no news.
  work.catch(() => {})
  try {
    return await Promise.race([stopped, work])
  } catch (error) {
    const failure = brokenBy(error)
    duplex.abort(failure)
    throw failure
  } finally {
    cancel()
    signal?.removeEventListener('abort', abort)
  }
}

async function shake(duplex: Duplex, init: SecretConnectionInit): Promise<SecretConnection> {
  const { key, expected, primitives = native } = init
  const { publicKey, agree } = init.ephemeral ?? primitives.keyPair()
  const clear = new MessageStream(duplex)
  const [message] = await Promise.all([
    clear.read(MAX_HANDSHAKE_BYTES),
    clear.write(encodeEphemeral(publicKey))
  ])
  const theirs = decodeEphemeral(message)
  if (typeof theirs === 'string') throw rejected(theirs)
  const order = compare(publicKey, theirs)
  // Our own key thrown back at us: both sides would seal with the same keys.
  if (order === 0) throw rejected('own-key')
  const secret = agree(theirs)
  if (secret === undefined) throw rejected('low-order-key')

  const [lower, upper] = order < 0 ? [publicKey, theirs] : [theirs, publicKey]
  const { send, receive } = keysOf(primitives, secret, order < 0)
  const challenge = challengeOf(lower, upper, secret)
  const sealed = new SealedStream(
    clear.unwrap(),
    new Sealer(primitives.aead(send)),
    new Opener(primitives.aead(receive))
  )

  const proof = new MessageStream(sealed)
  const signature = await key.sign(challenge)
  const [answer] = await Promise.all([
    proof.read(MAX_HANDSHAKE_BYTES),
    proof.write(encodeAuthSig({ publicKey: key.publicKey, signature }))
  ])
  const { publicKey: remoteKey } = checked(decodeAuthSig(answer), challenge, primitives)
  const remoteId = nodeIdOf(remoteKey, { primitives })
  if (expected !== undefined && expected !== remoteId) {
    throw new ConnectionError('PEX_WRONG_PEER', `${remoteId} is there, not ${expected}`)
  }
  return { ...proof.unwrap(), remoteKey, remoteId }
}

function checked(auth: AuthSig | Fault, challenge: Uint8Array, primitives: Primitives): AuthSig {
  if (typeof auth === 'string') throw rejected(auth)
  if (!primitives.verify(auth.publicKey, challenge, auth.signature)) throw rejected('bad-signature')
  return auth
}

/** A stream of plain bytes over a stream of sealed frames. */
class SealedStream implements Duplex {
  readonly source: AsyncIterable<Uint8Array>
  readonly #duplex: Duplex
  readonly #sealer: Sealer
  /** The write under way; the next one begins when it is done, so that no two are mixed. */
  #writing: Promise<void> = Promise.resolve()

  constructor(duplex: Duplex, sealer: Sealer, opener: Opener) {
    this.#duplex = duplex
    this.#sealer = sealer
    this.source = open(duplex, opener)
  }

  write(data: Uint8Array): Promise<void> {
    const written = this.#writing.then(() => this.#write(data))
    this.#writing = written
    // The caller hears of it; so does the next write, which fails in the same way.
    written.catch(() => {})
    return written
  }

  close(): Promise<void> {
    return this.#writing.catch(() => {}).then(() => this.#duplex.close())
  }

  abort(reason?: Error): void {
    this.#duplex.abort(reason)
  }

  async #write(data: Uint8Array): Promise<void> {
    const step = FRAMES_AT_ONCE * FRAME_DATA
    // An empty frame is never sent: CometBFT takes it for a byte.
    for (let at = 0; at < data.length; at += step) {
      await this.#duplex.write(this.#sealer.seal(data.subarray(at, at + step)))
    }
  }
}

/** What the frames of a stream carry; throws a `ConnectionError` where they are not what was sealed. */
async function* open(duplex: Duplex, opener: Opener): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of duplex.source) {
    const data = opener.open(chunk)
    if (data.length > 0) yield data
    if (opener.fault === undefined) continue
    const failure = rejected(opener.fault)
    duplex.abort(failure)
    throw failure
  }
  if (opener.isPartial) throw ended(true)
}
