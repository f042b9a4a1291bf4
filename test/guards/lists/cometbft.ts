/** The PEX reactors of CometBFT and of Tendermint 0.35, and the crawl. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const comet = ['comet-abuse', 'comet', 'comet-seeds', 'comet-seed-mode', 'comet-ensure', 'messages']
const tm035 = [
  'tm035/adaptive-pex',
  'tm035/peers',
  'tm035/dialing',
  'tm035/connections',
  'tm035/connection-manager',
  'tm035/scores',
  'tm035/model'
]

export const cometbft: readonly Listed[] = area('packages/cometbft', [
  {
    name: 'requests come so often',
    threat: 'T26',
    file: 'comet/pacing.ts',
    find: 'if (this.#count >= FREE && now - this.#last < this.#everyMs) return false',
    replace: '',
    tests: comet
  },
  {
    name: 'requests of old versions come so often',
    threat: 'T26',
    file: 'comet/pacing.ts',
    find: 'if (this.#count === 0) return false',
    replace: '',
    tests: comet
  },
  {
    name: 'a list that nobody asked for is an offence',
    threat: 'T26',
    file: 'comet/reactor.ts',
    find: "if (!session.answered()) return this.#punish(session, 'unsolicited')",
    replace: 'session.answered()',
    tests: comet
  },
  {
    name: 'who offends is banned',
    threat: 'T26',
    file: 'comet/reactor.ts',
    find: 'book.ban(peer.id, banMs, now)',
    replace: '',
    tests: comet
  },
  {
    name: 'who offended is turned away',
    threat: 'T26',
    file: 'comet/reactor.ts',
    find: 'session.isOver = (this.#shunned.get(peer.id) ?? 0) > handle.clock.now()',
    replace: 'session.isOver = (this.#shunned.get(peer.id) ?? 0) < 0',
    tests: comet
  },
  {
    name: 'a seed hangs up',
    threat: 'T25',
    file: 'comet/reactor.ts',
    find: 'if (isLast) this.#letGo(session)',
    replace: '',
    tests: comet
  },
  {
    name: 'private peers are not told',
    threat: 'T19',
    file: 'comet/reactor.ts',
    find: 'if (handle.isPrivate(address.id) || handle.isPrivate(source.id)) return false',
    replace: '',
    tests: comet
  },
  {
    name: 'we are not in our own book',
    threat: 'T18',
    file: 'comet/reactor.ts',
    find: 'if (seeds.has(address.id) || address.id === handle.id || handle.isOwn(address)) return false',
    replace: '',
    tests: comet
  },
  {
    name: 'questions without an answer are bounded',
    threat: 'T26',
    file: 'comet/session.ts',
    find: ' || this.#unanswered >= MOST_UNANSWERED) return false',
    replace: ') return false',
    tests: comet
  },
  {
    name: 'an address that fails again and again is banned',
    threat: 'T18',
    file: 'comet/dials.ts',
    find: 'if (failures.count > this.#options.maxDialAttempts) {',
    replace: 'if (failures.count < 0) {',
    tests: comet
  },
  {
    name: 'an address that failed waits',
    threat: 'T18',
    file: 'comet/dials.ts',
    find: 'return now - failures.last >= failures.waitMs',
    replace: 'return now >= failures.last',
    tests: comet
  },
  {
    name: 'addresses of a message are counted',
    threat: 'T17',
    file: 'pex-messages.ts',
    find: "if (++count > reading.mostAddresses[version]) return 'too-many'",
    replace: '',
    tests: comet
  },
  {
    name: 'a PEX message is of bounded length',
    threat: 'T13',
    file: 'pex-messages.ts',
    find: "if (bytes.length > MAX_PEX_BYTES) return 'oversize'",
    replace: '',
    tests: comet
  },
  {
    name: 'one bad address spoils a list',
    threat: 'T13',
    file: 'pex-messages.ts',
    find: "if (isSpoilt) return 'bad-address'",
    replace: '',
    tests: comet
  },
  {
    name: 'who asks too soon is blamed',
    threat: 'T26',
    file: 'tm035/adaptive-pex.ts',
    find: 'if (turn.servedAt !== undefined && now - turn.servedAt < this.#leastMs) {',
    replace: 'if (turn.servedAt !== undefined && now < turn.servedAt) {',
    tests: tm035
  },
  {
    name: 'who answers unasked is blamed',
    threat: 'T26',
    file: 'tm035/adaptive-pex.ts',
    find: "if (turn.owed === 0) return 'unsolicited'",
    replace: "if (turn.owed === 0) return 'late'",
    tests: tm035
  },
  {
    name: 'hearsay does not name ourselves',
    threat: 'T18',
    file: 'tm035/hearsay.ts',
    find: "if (id === this.#self) return 'self'",
    replace: '',
    tests: tm035
  },
  {
    name: 'hearsay does not move a peer that is there',
    threat: 'T18',
    file: 'tm035/hearsay.ts',
    find: "if (this.isTaken(place, id)) return 'taken'",
    replace: '',
    tests: tm035
  },
  {
    name: 'a place is named for so many peers',
    threat: 'T18',
    file: 'tm035/hearsay.ts',
    find: "return this.#store.isCrowded(place, id) ? 'crowded-place' : undefined",
    replace: 'return undefined',
    tests: tm035
  },
  {
    name: 'connections of one address are bounded',
    threat: 'T25',
    file: 'tm035/connection-tracker.ts',
    find: 'if (open >= this.#limits.maxPerIp) return false',
    replace: '',
    tests: tm035
  },
  {
    name: 'one address calls so often',
    threat: 'T25',
    file: 'tm035/connection-tracker.ts',
    find: 'if (open === 0 && last !== undefined && now - last < this.#limits.leastMs) return false',
    replace: '',
    tests: tm035
  },
  {
    name: 'addresses of one known peer are bounded',
    threat: 'T27',
    file: 'tm035/peer-store.ts',
    find: 'if (peer.addresses.size >= this.#options.maxAddressesPerPeer) {',
    replace: 'if (peer.addresses.size < 0) {',
    tests: tm035
  },
  {
    name: 'known peers are bounded',
    threat: 'T27',
    file: 'tm035/peer-store.ts',
    find: 'if (this.#counted <= (this.#options.maxPeers || MOST_PEERS)) return undefined',
    replace: 'if (this.#counted >= 0) return undefined',
    tests: tm035
  },
  {
    name: 'a crawl leaves a host alone where nobody answers',
    threat: 'T18',
    file: 'crawl/manners.ts',
    find: "if (host !== undefined && isGivenUp(host, HOST_FAILURES)) return 'never'",
    replace: '',
    tests: ['crawl-liars', 'crawl']
  },
  {
    name: 'a crawl leaves a network alone where nobody answers',
    threat: 'T18',
    file: 'crawl/manners.ts',
    find: "if (network !== undefined && isGivenUp(network, NETWORK_FAILURES)) return 'never'",
    replace: '',
    tests: ['crawl-liars', 'crawl']
  },
  {
    name: 'a crawl visits so many places of one host',
    threat: 'T18',
    file: 'crawl/manners.ts',
    find: "if (visited === undefined && (host?.places ?? 0) >= maxPerHost) return 'never'",
    replace: '',
    tests: ['crawl-liars', 'crawl']
  },
  {
    name: 'a crawl visits no place again too soon',
    threat: 'T18',
    file: 'crawl/manners.ts',
    find: 'if (visited !== undefined && now < visited.at + revisitMs) return visited.at + revisitMs',
    replace: '',
    tests: ['crawl-liars', 'crawl']
  }
])
