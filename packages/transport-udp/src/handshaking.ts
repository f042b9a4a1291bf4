/**
 * Both ends of the handshake. The responder keeps nothing, and computes nothing dear, until a cookie has come back; no answer
 * to a hello is longer than the hello, and it goes nowhere but to where the hello came from.
 */
import { assert } from '@pex/core'
import { groupOf, isLoopback, sourceOf } from './address.ts'
import type { Address } from './address.ts'
import type { Agenda, Timed } from './agenda.ts'
import type { UdpLimits } from './constants.ts'
import { Cookies } from './cookie.ts'
import { KEY_BYTES, TAG_BYTES } from './crypto.ts'
import {
  helloKey,
  readChallenge,
  readFinish,
  readHello,
  readResponse,
  writeChallenge,
  writeFinish,
  writeResponse
} from './datagram.ts'
import type { Hello } from './datagram.ts'
import { Dial } from './dial.ts'
import type { EndpointInit } from './endpoint.ts'
import { provenId } from './identity.ts'
import { Limiter } from './limiter.ts'
import { Handshake, suite } from './noise.ts'
import type { Suite } from './noise.ts'
import type { Peer } from './peer.ts'
import { Pending } from './pending.ts'
import type { HalfOpen } from './pending.ts'
import type { DatagramRejection } from './rejections.ts'
import { Session } from './session.ts'

/** What both sides must agree on; a later version has another one. */
const PROLOGUE = Buffer.from('pex-udp/1')

/** What handshakes need of the machine. */
export interface HandshakingHost {
  readonly limits: UdpLimits
  readonly agenda: Agenda
  bytes(length: number): Uint8Array
  reject(reason: DatagramRejection): void
  send(to: Address, bytes: Uint8Array): void
  index(): number
  find(index: number): Session | Dial | (Timed & { readonly kind: 'half-open' }) | undefined
  occupy(holder: HalfOpen): void
  release(index: number): void
  adopt(
    now: number,
    peer: { id: string; key: string; address: Address },
    session: Session,
    roundTripMs?: number
  ): Peer
}

export class Handshaking {
  readonly suite: Suite
  /** What hellos of the network are marked with. */
  readonly helloKey: Uint8Array | undefined
  readonly #init: EndpointInit
  readonly #host: HandshakingHost
  readonly #cookies: Cookies
  readonly #limiter: Limiter
  readonly #pending: Pending

  constructor(init: EndpointInit, host: HandshakingHost, now: number) {
    const { cookieSecretMs, cookieBytes, handshakesPerSecond, handshakeBurst, maxSources } = init.limits
    this.suite = suite(PROLOGUE, init.networkKey)
    this.helloKey = init.networkKey === undefined ? undefined : helloKey(init.networkKey)
    this.#init = init
    this.#host = host
    this.#cookies = new Cookies({ bytes: init.bytes, secretMs: cookieSecretMs, cookieBytes }, now)
    this.#limiter = new Limiter({ perSecond: handshakesPerSecond, burst: handshakeBurst, maxSources })
    this.#pending = new Pending(init.limits)
  }

  get pending(): number {
    return this.#pending.size
  }

  get sources(): number {
    return this.#limiter.size
  }

  hello(now: number, from: Address, bytes: Uint8Array): void {
    // With a network key: no key, no sign of life.
    const hello = readHello(bytes, KEY_BYTES + (this.suite.psk ? TAG_BYTES : 0), this.helloKey)
    if (typeof hello === 'string') return this.#host.reject(hello)
    const { ephemeral, cookie, sender } = hello
    if (cookie === undefined || !this.#cookies.check(now, from, ephemeral, cookie)) {
      if (cookie !== undefined) this.#host.reject('bad-cookie')
      const challenge = writeChallenge(sender, ephemeral, this.#cookies.make(now, from, ephemeral))
      return this.#reply(from, bytes, challenge)
    }
    // From here on the address is proved.
    const known = this.#pending.find(Buffer.from(ephemeral).toString('latin1'))
    if (known !== undefined) return this.#reply(from, bytes, known.response)
    if (!isLoopback(from.host) && !this.#limiter.admit(now, sourceOf(from.host)))
      return this.#host.reject('too-many-handshakes')
    const halfOpen = this.#respond(now, from, hello)
    if (halfOpen === undefined) return this.#host.reject('bad-handshake')
    for (const shed of this.#pending.add(halfOpen)) {
      this.#host.reject('too-many-handshakes')
      this.#forget(shed)
    }
    this.#host.occupy(halfOpen)
    this.#host.agenda.schedule(halfOpen, now + this.#host.limits.handshakeMs)
    return this.#reply(from, bytes, halfOpen.response)
  }

  challenge(now: number, from: Address, bytes: Uint8Array): void {
    const challenge = readChallenge(bytes)
    if (typeof challenge === 'string') return this.#host.reject(challenge)
    const dial = this.#dialAt(challenge.receiver, from)
    if (typeof dial === 'string') return this.#host.reject(dial)
    const rejection = dial.challenge(now, challenge)
    if (rejection !== undefined) this.#host.reject(rejection)
    return undefined
  }

  response(now: number, from: Address, bytes: Uint8Array): void {
    const { receiver, sender, noise } = readResponse(bytes)
    const dial = this.#dialAt(receiver, from)
    if (typeof dial === 'string') return this.#host.reject(dial)
    const { handshake } = dial
    const proof = handshake.readResponse(noise)
    if (proof === undefined) return this.#host.reject('bad-handshake')
    const id = provenId(proof, handshake.remoteStatic)
    if (id === undefined || id === this.#init.identity.id) {
      this.#host.reject(id === undefined ? 'bad-identity' : 'from-self')
      return dial.fail(now, id === undefined ? 'its identity does not hold' : 'it is this host itself')
    }
    const strangers = [...dial.callers].filter(({ expected }) => expected !== undefined && expected !== id)
    const callers = [...dial.callers].filter(caller => !strangers.includes(caller))
    const roundTripMs = dial.roundTripMs(now)
    dial.end()
    const finish = callers.length === 0 ? undefined : handshake.writeFinish(this.#init.identity.proof)
    if (finish === undefined) this.#host.reject('wrong-peer')
    else {
      const keys = handshake.split(true)
      const init = { index: dial.index, remoteIndex: sender, keys, createdAt: now }
      const session = new Session({ ...init, finish: writeFinish(sender, finish) }, this.#host.limits)
      const peer = this.#host.adopt(now, { id, key: keyOf(handshake), address: from }, session, roundTripMs)
      for (const caller of callers) caller.connected(now, peer)
    }
    // Another peer than the expected one never sees the question.
    for (const stranger of strangers) stranger.failed(now, dial, `${id} lives there`)
  }

  /** Returns the data packet behind it, if there is any point in reading that. */
  finish(now: number, from: Address, bytes: Uint8Array): Uint8Array | undefined {
    const { receiver, noise, rest } = readFinish(bytes)
    const found = this.#host.find(receiver)
    // One that comes again, because its sender does not know yet that it has arrived.
    if (found instanceof Session) return rest
    const rejection =
      found?.kind === 'half-open' ? this.#complete(now, from, found as HalfOpen, noise) : 'unknown-handshake'
    if (rejection === undefined) return rest
    this.#host.reject(rejection)
    return undefined
  }

  close(): void {
    for (let halfOpen = this.#pending.oldest; halfOpen !== undefined; halfOpen = this.#pending.oldest) {
      this.#pending.remove(halfOpen)
      this.#forget(halfOpen)
    }
  }

  #complete(
    now: number,
    from: Address,
    halfOpen: HalfOpen,
    noise: Uint8Array
  ): DatagramRejection | undefined {
    const { address, handshake, index, remoteIndex, startedAt } = halfOpen
    if (from.host !== address.host || from.port !== address.port) return 'wrong-address'
    const proof = handshake.readFinish(noise)
    if (proof === undefined) return 'bad-handshake'
    this.#pending.remove(halfOpen)
    this.#forget(halfOpen)
    const id = provenId(proof, handshake.remoteStatic)
    if (id === undefined) return 'bad-identity'
    if (id === this.#init.identity.id) return 'from-self'
    const init = { index, remoteIndex, keys: handshake.split(false), createdAt: now, finish: undefined }
    const session = new Session(init, this.#host.limits)
    this.#host.adopt(now, { id, key: keyOf(handshake), address: from }, session, now - startedAt)
    return undefined
  }

  #respond(now: number, from: Address, hello: Hello): HalfOpen | undefined {
    const { staticKeys } = this.#init.identity
    const handshake = new Handshake(this.suite, staticKeys, this.#init.keyPair())
    if (handshake.readHello(hello.noise)?.length !== 0) return undefined
    const noise = handshake.writeResponse(this.#init.identity.proof)
    if (noise === undefined) return undefined
    const index = this.#host.index()
    const halfOpen: HalfOpen = {
      kind: 'half-open',
      index,
      remoteIndex: hello.sender,
      ephemeral: Buffer.from(hello.ephemeral).toString('latin1'),
      address: from,
      source: sourceOf(from.host),
      group: groupOf(from.host),
      handshake,
      response: writeResponse(hello.sender, index, noise),
      startedAt: now,
      place: -1,
      due: Infinity,
      wake: () => {
        this.#pending.remove(halfOpen)
        this.#forget(halfOpen)
      }
    }
    return halfOpen
  }

  #dialAt(index: number, from: Address): Dial | DatagramRejection {
    const dial = this.#host.find(index)
    if (!(dial instanceof Dial)) return 'unknown-handshake'
    const { host, port } = dial.address
    return host === from.host && port === from.port ? dial : 'wrong-address'
  }

  /** Says something to whoever has sent a hello: never more than was heard. */
  #reply(to: Address, heard: Uint8Array, bytes: Uint8Array): void {
    assert(bytes.length <= heard.length, 'an answer to a hello is never longer than the hello')
    this.#host.send(to, bytes)
  }

  #forget(halfOpen: HalfOpen): void {
    this.#host.agenda.cancel(halfOpen)
    this.#host.release(halfOpen.index)
  }
}

/** The text form of a static key, to find its peer by. */
function keyOf(handshake: Handshake): string {
  return Buffer.from(handshake.remoteStatic).toString('latin1')
}
