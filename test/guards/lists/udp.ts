/** The UDP transport: nothing is kept of a source, and nothing long is sent to it, before it has come back. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const threats = ['threats', 'malformed', 'session', 'parts.property']
const parts = ['parts.property', 'malformed', 'threats', 'session']
const session = ['session', 'threats', 'parts.property', 'vectors']

export const udp: readonly Listed[] = area('packages/transport-udp', [
  {
    name: 'a cookie is for one address',
    threat: 'T11',
    file: 'cookie.ts',
    find: 'Buffer.concat([Buffer.from(addressKey(from)), ephemeral])',
    replace: 'Buffer.from(ephemeral)',
    tests: threats
  },
  {
    name: 'a cookie is for one key',
    threat: 'T11',
    file: 'cookie.ts',
    find: 'Buffer.concat([Buffer.from(addressKey(from)), ephemeral])',
    replace: 'Buffer.from(addressKey(from))',
    tests: threats
  },
  {
    name: 'the secret of cookies changes',
    threat: 'T11',
    file: 'cookie.ts',
    find: 'if (epoch === this.#epoch) return',
    replace: 'if (epoch >= 0) return',
    tests: threats
  },
  {
    name: 'the secret before the last is forgotten',
    threat: 'T11',
    file: 'cookie.ts',
    find: 'this.#previous = epoch === this.#epoch + 1 ? this.#current : undefined',
    replace: 'this.#previous = this.#current',
    tests: threats
  },
  {
    name: 'a hello without a right cookie begins nothing',
    threat: 'T11',
    file: 'handshaking.ts',
    find: 'if (cookie === undefined || !this.#cookies.check(now, from, ephemeral, cookie)) {',
    replace: 'if (cookie === undefined) {',
    tests: threats
  },
  {
    name: 'handshakes of one source are counted',
    threat: 'T25',
    file: 'handshaking.ts',
    find: 'if (!isLoopback(from.host) && !this.#limiter.admit(now, sourceOf(from.host)))',
    replace: 'if (isLoopback(from.host) && !this.#limiter.admit(now, sourceOf(from.host)))',
    tests: threats
  },
  {
    name: 'hellos that prove nothing are not counted against anybody',
    threat: 'T12',
    file: 'handshaking.ts',
    find: 'const { ephemeral, cookie, sender } = hello',
    replace:
      'const { ephemeral, cookie, sender } = hello\n    if (!this.#limiter.admit(now, sourceOf(from.host))) return',
    tests: threats
  },
  {
    name: 'sources that are counted are bounded',
    threat: 'T12',
    file: 'limiter.ts',
    find: 'if (since < this.#burstMs && this.#young.size < this.#perGeneration) return',
    replace: 'if (since < this.#burstMs) return',
    tests: threats
  },
  {
    name: 'a source has so many handshakes at once',
    threat: 'T25',
    file: 'limiter.ts',
    find: 'if (full - now > this.#burstMs) return false',
    replace: '',
    tests: threats
  },
  {
    name: 'half-open handshakes of one host are bounded',
    threat: 'T25',
    file: 'pending.ts',
    find: 'if (fromSource !== undefined && fromSource.size >= maxPendingPerHost) shedFrom(fromSource)',
    replace: '',
    tests: threats
  },
  {
    name: 'half-open handshakes of one group are bounded',
    threat: 'T25',
    file: 'pending.ts',
    find: 'if (fromGroup !== undefined && fromGroup.size >= maxPendingPerNetgroup) shedFrom(fromGroup)',
    replace: '',
    tests: threats
  },
  {
    name: 'half-open handshakes are bounded',
    threat: 'T25',
    file: 'pending.ts',
    find: 'if (this.#byEphemeral.size >= maxPending) shedFrom(this.#byEphemeral.values())',
    replace: '',
    tests: threats
  },
  {
    name: 'a half-open handshake has a deadline',
    threat: 'T14',
    file: 'handshaking.ts',
    find: 'this.#host.agenda.schedule(halfOpen, now + this.#host.limits.handshakeMs)',
    replace: '',
    tests: threats
  },
  {
    name: 'a handshake ends where it began',
    threat: 'T11',
    file: 'handshaking.ts',
    find: "if (from.host !== address.host || from.port !== address.port) return 'wrong-address'",
    replace: '',
    tests: threats
  },
  {
    name: 'an answer comes from where was called',
    threat: 'T11',
    file: 'handshaking.ts',
    find: "return host === from.host && port === from.port ? dial : 'wrong-address'",
    replace: 'return dial',
    tests: threats
  },
  {
    name: 'who answers is who was meant',
    threat: 'T1',
    file: 'handshaking.ts',
    find: 'const strangers = [...dial.callers].filter(({ expected }) => expected !== undefined && expected !== id)',
    replace:
      'const strangers = [...dial.callers].filter(({ expected }) => expected === id && expected !== id)',
    tests: session
  },
  {
    name: 'nobody calls with our own identity',
    threat: 'T1',
    file: 'handshaking.ts',
    find: "if (id === this.#init.identity.id) return 'from-self'",
    replace: '',
    tests: session
  },
  {
    name: 'an identity is proved',
    threat: 'T1',
    file: 'identity.ts',
    find: 'return verifyWith(publicBytes, message, proof.subarray(KEY_BYTES)) ? idOf(publicBytes) : undefined',
    replace: 'return message.length > 0 ? idOf(publicBytes) : undefined',
    tests: session
  },
  {
    name: 'a hello without the network key is silently dropped',
    threat: 'T11',
    file: 'datagram.ts',
    find: 'key !== undefined && !timingSafeEqual(mac(key, bytes, end), bytes.subarray(MAC_AT))',
    replace: 'key !== undefined && mac(key, bytes, end).length === 0',
    tests: session
  },
  {
    name: 'the network key goes into every key',
    threat: 'T1',
    file: 'noise.ts',
    find: 'hkdf3(start, psk)',
    replace: 'hkdf3(start, new Uint8Array(32))',
    tests: session
  },
  {
    name: 'nothing is taken twice',
    threat: 'T2',
    file: 'session.ts',
    find: "if (this.#received.has(counter)) return 'replayed'",
    replace: '',
    tests: session
  },
  {
    name: 'nothing is taken from behind the replay window',
    threat: 'T2',
    file: 'replay.ts',
    find: 'if (number <= this.#highest - this.#bits) return true',
    replace: '',
    tests: parts
  },
  {
    name: 'what is not authentic is not opened',
    threat: 'T1',
    file: 'crypto.ts',
    find: 'decipher.final()',
    replace: '',
    tests: session
  },
  {
    name: 'no more goes to an unproved address than came from it',
    threat: 'T11',
    file: 'path.ts',
    find: 'return this.#token === undefined ? Infinity : this.#credit',
    replace: 'return Infinity',
    tests: threats
  },
  {
    name: 'an address is proved by its own token',
    threat: 'T11',
    file: 'path.ts',
    find: ' || !timingSafeEqual(token, this.#token)) return',
    replace: ') return',
    tests: parts
  },
  {
    name: 'a caller follows so many challenges',
    threat: 'T11',
    file: 'dial.ts',
    find: 'if (!isNew || this.#challenges >= this.#host.limits.maxChallenges) return undefined',
    replace: 'if (!isNew) return undefined',
    tests: threats
  },
  {
    name: 'a challenge repeats what was said',
    threat: 'T11',
    file: 'dial.ts',
    find: "if (!Buffer.from(this.#ephemeral.subarray(0, ECHO_BYTES)).equals(echo)) return 'unknown-handshake'",
    replace: '',
    tests: threats
  },
  {
    name: 'a datagram has a least length',
    threat: 'T13',
    file: 'datagram.ts',
    find: "if (bytes.length < udpLimits.minDatagramBytes) return 'too-short'",
    replace: '',
    tests: parts
  },
  {
    name: 'a datagram has a most length',
    threat: 'T13',
    file: 'datagram.ts',
    find: "if (bytes.length > udpLimits.maxDatagramBytes) return 'too-long'",
    replace: '',
    tests: parts
  },
  {
    name: 'a hello is as long as what it gets',
    threat: 'T11',
    file: 'datagram.ts',
    find: '[HELLO]: bytes.length === udpLimits.helloBytes,',
    replace: '[HELLO]: true,',
    tests: parts
  },
  {
    name: 'padding is nothing',
    threat: 'T13',
    file: 'datagram.ts',
    find: "if (!isZero(key === undefined ? bytes : bytes.subarray(0, MAC_AT), end)) return 'bad-padding'",
    replace: '',
    tests: parts
  },
  {
    name: 'questions of one peer are bounded',
    threat: 'T14',
    file: 'inbox.ts',
    find: 'if (this.#servings.size >= maxServingsPerPeer ||',
    replace: 'if (this.#servings.size < 0 ||',
    tests: parts
  },
  {
    name: 'incomplete bytes of one peer are bounded',
    threat: 'T13',
    file: 'inbox.ts',
    find: ' || this.#bytes + total > maxIncompleteBytesPerPeer)',
    replace: ')',
    tests: parts
  },
  {
    name: 'incomplete questions of all are bounded',
    threat: 'T14',
    file: 'inbox.ts',
    find: 'if (this.#incomplete.size <= maxIncomplete && this.#incompleteBytes <= maxIncompleteBytes) break',
    replace: 'if (this.#incomplete.size >= 0) break',
    tests: parts
  },
  {
    name: 'questions under way are bounded',
    threat: 'T14',
    file: 'inbox.ts',
    find: 'if (this.#running.size >= this.#limits.maxRunning) return false',
    replace: '',
    tests: parts
  },
  {
    name: 'answers that wait are bounded',
    threat: 'T27',
    file: 'inbox.ts',
    find: 'if (this.#answerBytes <= this.#limits.maxAnswerBytes) break',
    replace: 'if (this.#answerBytes >= 0) break',
    tests: parts
  },
  {
    name: 'a question has a deadline',
    threat: 'T14',
    file: 'inbox.ts',
    find: 'deadline: now + servingMs,',
    replace: 'deadline: Infinity,',
    tests: parts
  },
  {
    name: 'a message of fragments is of bounded length',
    threat: 'T13',
    file: 'frames.ts',
    find: 'if (total > udpLimits.maxPayloadBytes || index >= fragmentsOf(total)) return undefined',
    replace: 'if (index >= fragmentsOf(total)) return undefined',
    tests: parts
  },
  {
    name: 'a fragment lies in its message',
    threat: 'T13',
    file: 'frames.ts',
    find: 'if (total > udpLimits.maxPayloadBytes || index >= fragmentsOf(total)) return undefined',
    replace: 'if (total > udpLimits.maxPayloadBytes) return undefined',
    tests: parts
  },
  {
    name: 'fragments agree on their message',
    threat: 'T13',
    file: 'assembly.ts',
    find: 'if (total !== this.total) return false',
    replace: '',
    tests: parts
  },
  {
    name: 'ranges of an acknowledgement are counted',
    threat: 'T17',
    file: 'frames.ts',
    find: 'if (count < 1 || count > udpLimits.maxAckRanges) return undefined',
    replace: 'if (count < 1) return undefined',
    tests: parts
  },
  {
    name: 'peers are bounded',
    threat: 'T27',
    file: 'peers.ts',
    find: 'if (!crowded && this.#byKey.size < maxPeers) return undefined',
    replace: 'if (!crowded) return undefined',
    tests: threats
  },
  {
    name: 'peers of one group are bounded',
    threat: 'T6',
    file: 'peers.ts',
    find: '(this.#perGroup.get(group) ?? 0) >= maxPeersPerNetgroup',
    replace: '(this.#perGroup.get(group) ?? 0) < 0',
    tests: threats
  },
  {
    name: 'sessions of one peer are bounded',
    threat: 'T27',
    file: 'peer.ts',
    find: 'if (this.#sessions.length > this.#host.limits.maxSessionsPerPeer) this.#drop(this.#sessions[0]!)',
    replace: '',
    tests: session
  },
  {
    name: 'addresses out of scope are not called over UDP',
    threat: 'T19',
    file: 'manners.ts',
    find: 'if (!this.#scope.allows(address)) return',
    replace: 'if (address === "") return',
    tests: ['manners', 'session']
  },
  {
    name: 'the cap of victims holds for UDP',
    threat: 'T18',
    file: 'manners.ts',
    find: ': this.#cap?.take(id, address, now)',
    replace: ': this.#cap && undefined',
    tests: ['manners', 'session']
  }
])
