/** The machine of a namespace: what condemns a message, whose word counts, what is remembered of whom. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const admission = ['admission', 'namespace', 'namespace.property']
const names = ['namespace', 'namespace.property', 'roster']

export const core: readonly Listed[] = area('packages/core', [
  {
    name: 'nobody answers to our own name',
    threat: 'T1',
    file: 'admission.ts',
    find: "if (from === self) return reject('from-self')",
    replace: '',
    tests: admission
  },
  {
    name: 'the own record of a message is of its sender',
    threat: 'T1',
    file: 'admission.ts',
    find: "if (own.record.id !== from) return reject('sender-mismatch')",
    replace: '',
    tests: admission
  },
  {
    name: 'a duplicate id rejects the message',
    threat: 'T8',
    file: 'admission.ts',
    find: "if (new Set(message.map(({ record }) => record.id)).size < message.length) return reject('duplicate-id')",
    replace: '',
    tests: admission
  },
  {
    name: 'the own record stands last',
    threat: 'T13',
    file: 'admission.ts',
    find: "if (hops.at(-1) !== 0) return reject('own-record-not-last')",
    replace: '',
    tests: admission
  },
  {
    name: 'hop 0 is for the own record alone',
    threat: 'T7',
    file: 'admission.ts',
    find: "return hops.indexOf(0) < hops.length - 1 ? reject('hop-zero-inside') : undefined",
    replace: 'return undefined',
    tests: admission
  },
  {
    name: 'records of a message are counted',
    threat: 'T13',
    file: 'admission.ts',
    find: "if (hops.length > limits.maxRecords) return reject('too-many-records')",
    replace: '',
    tests: admission
  },
  {
    name: 'we do not learn ourselves',
    threat: 'T1',
    file: 'admission.ts',
    find: "if (record.id === self) return reject('self')",
    replace: '',
    tests: admission
  },
  {
    name: 'a hop above the limit drops the record',
    threat: 'T7',
    file: 'admission.ts',
    find: "if (hop > limits.maxHop) return reject('hop-over-limit')",
    replace: '',
    tests: admission
  },
  {
    name: 'an older record is dropped',
    threat: 'T2',
    file: 'admission.ts',
    find: "if (compare(record) < 0) return reject('stale-seq')",
    replace: '',
    tests: admission
  },
  {
    name: 'who cannot be called is dropped',
    threat: 'T18',
    file: 'admission.ts',
    find: 'if (isCallable === undefined ? record.addresses.length === 0 : !isCallable(record))',
    replace: 'if (isCallable === undefined && isCallable !== undefined)',
    tests: admission
  },
  {
    name: 'picks are of different places',
    threat: 'T13',
    file: 'admission.ts',
    find: 'new Set(picks).size === picks.length &&',
    replace: '',
    tests: ['admission', 'settling', 'namespace']
  },
  {
    name: 'picks are of places that were shown',
    threat: 'T13',
    file: 'admission.ts',
    find: 'place >= 0 && place < length)',
    replace: 'place >= 0)',
    tests: ['admission', 'settling', 'namespace']
  },
  {
    name: 'the highest seq outlives the record',
    threat: 'T2',
    file: 'roster.ts',
    find: 'return known === undefined || seq > known.seq ? 1',
    replace: 'return known?.record === undefined || seq > known.seq ? 1',
    tests: names
  },
  {
    name: 'only a newer record replaces a record',
    threat: 'T2',
    file: 'roster.ts',
    find: 'const isNewest = seq === known.seq && (known.record === undefined || seq > known.record.seq)',
    replace: 'const isNewest = true',
    tests: names
  },
  {
    name: 'nobody foretells the hash of a peer',
    threat: 'T6',
    file: 'roster.ts',
    find: 'this.#key = { low: rng(), high: rng() }',
    replace: 'this.#key = { low: 0, high: 0 }',
    tests: ['roster']
  },
  {
    name: 'a change of scope drops records out of reach',
    threat: 'T19',
    file: 'roster.ts',
    find: 'if (number !== self && record !== undefined && !this.#reaches(record.addresses))',
    replace: 'if (number === -1)',
    tests: ['roster', '/packages/service/test/scope.test.ts']
  },
  {
    name: 'a record out of reach is not held',
    threat: 'T19',
    file: 'roster.ts',
    find: 'if (isNewest && (id === this.#own || this.#reaches(addresses))) {',
    replace: 'if (isNewest) {',
    tests: ['roster', '/packages/service/test/scope.test.ts']
  },
  {
    name: 'a bounded map is bounded',
    threat: 'T27',
    file: 'bounded-map.ts',
    find: 'if (this.#map.size >= this.max)',
    replace: 'if (this.#map.size < 0)',
    tests: ['bounded-map']
  },
  {
    name: 'requests of one peer are counted',
    threat: 'T5',
    file: 'responder.ts',
    find: "if (calls > limits.requestsPerPeer) this.#refuse(from, 'too-often')",
    replace: '',
    tests: ['namespace', 'namespace.property', 'settling']
  },
  {
    name: 'requests from ourselves are refused',
    threat: 'T1',
    file: 'responder.ts',
    find: "if (from === own.id) this.#refuse(from, 'from-self')",
    replace: "if (from === '') this.#refuse(from, 'from-self')",
    tests: ['pings', 'namespace', 'settling']
  },
  {
    name: 'a settle that comes too late does not count',
    threat: 'T28',
    file: 'responder.ts',
    find: ' || now - waiting.at > limits.settleMs)',
    replace: ')',
    tests: ['settling', 'namespace']
  },
  {
    name: 'the picks of a settle are checked',
    threat: 'T13',
    file: 'responder.ts',
    find: 'if (wrong !== undefined) return this.#refuse(from, wrong.reason)',
    replace: '',
    tests: ['settling', 'namespace']
  },
  {
    name: 'an exchange that is complete is not begun again',
    threat: 'T28',
    file: 'responder.ts',
    find: "if (this.#complete.get(from) === ask.exchange) return this.#refuse(from, 'unknown-exchange')",
    replace: '',
    tests: ['settling', 'namespace']
  },
  {
    name: 'a repeated ask gets the same reply',
    threat: 'T28',
    file: 'responder.ts',
    find: 'if (waiting?.exchange === ask.exchange)',
    replace: 'if (waiting?.exchange === -1)',
    tests: ['settling', 'namespace']
  },
  {
    name: 'who asks too often is turned away',
    threat: 'T5',
    file: 'responder.ts',
    find: 'if (!sampling.admits(self, caller)) this.#turnAway(from, admission)',
    replace: 'if (!sampling.admits(self, caller) && now < 0) this.#turnAway(from, admission)',
    tests: ['settling', 'namespace', 'namespace.property']
  },
  {
    name: 'the picks of a reply are checked',
    threat: 'T13',
    file: 'initiator.ts',
    find: 'if (wrong !== undefined) return wrong.reason',
    replace: '',
    tests: ['settling', 'namespace']
  },
  {
    name: 'picks are for those who settle',
    threat: 'T13',
    file: 'initiator.ts',
    find: "if (picks !== undefined && !sampling.settles) return 'bad-picks'",
    replace: '',
    tests: ['settling', 'namespace']
  },
  {
    name: 'who answers wrongly is forgotten',
    threat: 'T1',
    file: 'initiator.ts',
    find: 'this.#node.forget(asking.candidate.record?.id ?? from)',
    replace: '',
    tests: ['namespace', 'settling', 'namespace.property']
  },
  {
    name: 'a pong is of whom was asked',
    threat: 'T1',
    file: 'pings.ts',
    find: "return from === asked && response.own.record.id === from ? undefined : 'sender-mismatch'",
    replace: 'return undefined',
    tests: ['pings', 'namespace']
  },
  {
    name: 'a pong has hop 0',
    threat: 'T7',
    file: 'pings.ts',
    find: "if (response.own.hop !== 0) return 'own-record-not-last'",
    replace: '',
    tests: ['pings', 'namespace']
  },
  {
    name: 'pings under way are bounded',
    threat: 'T27',
    file: 'pings.ts',
    find: 'if (this.#underWay.size >= limits.maxRequests - 2) return',
    replace: '',
    tests: ['pings', 'namespace', 'namespace.property']
  },
  {
    name: 'contacts of one round are bounded',
    threat: 'T18',
    file: 'round.ts',
    find: 'if (this.#room === 0 || contact.id === this.#self) return',
    replace: 'if (contact.id === this.#self) return',
    tests: ['round', 'namespace']
  },
  {
    name: 'a round calls nobody twice',
    threat: 'T18',
    file: 'round.ts',
    find: 'if (this.#tried.has(key)) return',
    replace: '',
    tests: ['round', 'namespace']
  },
  {
    name: 'an older record is not taken up from elsewhere',
    threat: 'T2',
    file: 'namespace.ts',
    find: ' || news < 0) continue',
    replace: ') continue',
    tests: ['namespace', 'namespace-places', 'namespace.property']
  },
  {
    name: 'hearsay from elsewhere does not bring back the buried',
    threat: 'T2',
    file: 'namespace.ts',
    find: ' || (held && sampling.isBuried(self, known))) continue',
    replace: ') continue',
    tests: ['namespace', 'namespace-places', 'namespace.property']
  },
  {
    name: 'rounds are not told from a clock',
    threat: 'T29',
    file: 'namespace.ts',
    find: 'now + between(rng, gossip.tickMs / 2, gossip.tickMs)',
    replace: 'now + gossip.tickMs',
    tests: ['namespace', 'round']
  },
  {
    name: 'of two remembered records the newer counts',
    threat: 'T10',
    file: 'remembered.ts',
    find: 'if (seq > (newest.get(id)?.record.seq ?? -1n))',
    replace: 'if (seq > -1n)',
    tests: ['namespace', 'namespace-places', 'namespace.property']
  },
  {
    name: 'a remembered age is bounded',
    threat: 'T10',
    file: 'remembered.ts',
    find: 'const age = Math.min(entry.age, MAX_AGE)',
    replace: 'const age = entry.age',
    tests: ['namespace', 'namespace-places', 'namespace.property']
  },
  {
    name: 'what is remembered out of reach is left out',
    threat: 'T19',
    file: 'remembered.ts',
    find: 'if (id === node.roster.own.id || !node.roster.isCallable(entry.record)) continue',
    replace: 'if (id === node.roster.own.id) continue',
    tests: ['namespace', 'namespace-places', '/packages/service/test/scope.test.ts']
  },
  {
    name: 'a question is of bounded length',
    threat: 'T13',
    file: 'body.ts',
    find: 'if (body.length <= limits.maxMessageBytes) return',
    replace: 'if (body.length >= 0) return',
    tests: [
      '/packages/transport-memory/test/suite.test.ts',
      '/packages/transport-memory/test/network.test.ts'
    ]
  }
])
