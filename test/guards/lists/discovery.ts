/** Discovery: datagrams of strangers, crawls, names. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const boot = ['boot', 'flood', 'survey', 'crawl']

export const discovery: readonly Listed[] = area('packages/discovery', [
  {
    name: 'the signature of a datagram is verified',
    threat: 'T1',
    file: 'boot/envelope.ts',
    find: "return valid ? signer.toString() : bootReject('bad-signature')",
    replace: 'return signer.toString()',
    tests: boot
  },
  {
    name: 'who signs a datagram is who it names',
    threat: 'T1',
    file: 'boot/envelope.ts',
    find: 'if (signer === undefined || !equals(signer.toMultihash().bytes, packet.peer))',
    replace: 'if (signer === undefined)',
    tests: boot
  },
  {
    name: 'a datagram is of the type of casm',
    threat: 'T1',
    file: 'boot/envelope.ts',
    find: "if (!equals(envelope.payloadType, PAYLOAD_TYPE)) return bootReject('wrong-payload-type')",
    replace: '',
    tests: boot
  },
  {
    name: 'a datagram is measured before it is read',
    threat: 'T13',
    file: 'boot/station.ts',
    find: "if (bytes.length > bounds.maxDatagramBytes) return bootReject('oversize')",
    replace: '',
    tests: boot
  },
  {
    name: 'addresses of a datagram are counted',
    threat: 'T17',
    file: 'boot/packet.ts',
    find: "if (list.length > limits.maxAddresses) return bootReject('too-many-addresses')",
    replace: '',
    tests: boot
  },
  {
    name: 'only the local network is answered',
    threat: 'T11',
    file: 'boot/station.ts',
    find: "if (!this.#init.isLocal(address)) return bootReject('not-local')",
    replace: '',
    tests: boot
  },
  {
    name: 'datagrams of one source come so often',
    threat: 'T25',
    file: 'boot/station.ts',
    find: 'if (!this.#sources.take(address, now) ||',
    replace: 'if (',
    tests: boot
  },
  {
    name: 'datagrams of all come so often',
    threat: 'T25',
    file: 'boot/station.ts',
    find: ' || !this.#everybody.take(now)) return',
    replace: ') return',
    tests: boot
  },
  {
    name: 'signatures that are being verified are bounded',
    threat: 'T25',
    file: 'boot/station.ts',
    find: "return this.#checks < bounds.maxChecks ? unproved : bootReject('busy')",
    replace: 'return unproved',
    tests: boot
  },
  {
    name: 'an answer is not much longer than its question',
    threat: 'T11',
    file: 'crawl/crawl.ts',
    find: 'Math.min(bytes * bounds.amplification, bounds.maxDatagramBytes)',
    replace: 'Math.max(bytes, bounds.maxDatagramBytes)',
    tests: boot
  },
  {
    name: 'answers to a crawl are so many a second',
    threat: 'T11',
    file: 'crawl/crawl.ts',
    find: 'if (!this.#answers.take(clock.now())) return',
    replace: '',
    tests: boot
  },
  {
    name: 'answers to a survey are so many a second',
    threat: 'T11',
    file: 'survey/survey.ts',
    find: 'if (this.#rate.take(clock.now())) this.#answer',
    replace: 'if (clock.now() >= 0) this.#answer',
    tests: boot
  },
  {
    name: 'one answer goes to many questions',
    threat: 'T11',
    file: 'survey/survey.ts',
    find: 'if (this.#due.has(namespace)) return',
    replace: '',
    tests: boot
  },
  {
    name: 'who is found once is told once',
    threat: 'T27',
    file: 'feed.ts',
    find: 'if (this.#seen.has(key) || this.#seen.size >= bounds.maxSeen) return',
    replace: 'if (this.#seen.size >= bounds.maxSeen) return',
    tests: boot
  },
  {
    name: 'who waits to be told is bounded',
    threat: 'T27',
    file: 'feed.ts',
    find: 'if (this.#waiting.length >= bounds.maxWaiting) return',
    replace: '',
    tests: boot
  },
  {
    name: 'searches at once are bounded',
    threat: 'T27',
    file: 'boot/station.ts',
    find: 'if (this.#searches.size >= bounds.maxSearches)',
    replace: 'if (this.#searches.size < 0)',
    tests: boot
  },
  {
    name: 'advertised namespaces are bounded',
    threat: 'T16',
    file: 'boot/station.ts',
    find: 'if (!this.#advertised.has(namespace) && this.#advertised.size >= bounds.maxAdvertised)',
    replace: 'if (this.#advertised.size < 0)',
    tests: boot
  },
  {
    name: 'a crawl asks so many places',
    threat: 'T18',
    file: 'crawl/range.ts',
    find: 'if (count > maxTargets)',
    replace: 'if (count < 0)',
    tests: ['crawl']
  },
  {
    name: 'a crawl asks no strangers',
    threat: 'T18',
    file: 'crawl/range.ts',
    find: 'if (!mayAsk(textAt(0)) || !mayAsk(textAt(hosts - 1)))',
    replace: 'if (hosts < 0)',
    tests: ['crawl']
  },
  {
    name: 'a crawl asks so many a second',
    threat: 'T18',
    file: 'crawl/crawl.ts',
    find: 'while (!signal.aborted && !this.#questions.take(clock.now()))',
    replace: 'while (!signal.aborted && clock.now() < 0)',
    tests: ['crawl']
  },
  {
    name: 'names that are followed are bounded',
    threat: 'T18',
    file: 'dns/walk.ts',
    find: 'if (this.#names > 3 * bounds.maxNames ||',
    replace: 'if (this.#names < 0 ||',
    tests: ['dns']
  },
  {
    name: 'names lead so deep',
    threat: 'T18',
    file: 'dns/walk.ts',
    find: ' && depth < bounds.maxDnsaddrDepth)',
    replace: ')',
    tests: ['dns']
  },
  {
    name: 'records of a name are bounded',
    threat: 'T17',
    file: 'dns/walk.ts',
    find: '.slice(0, bounds.maxDnsRecords)',
    replace: '',
    tests: ['dns']
  },
  {
    name: 'who is found in names is bounded',
    threat: 'T27',
    file: 'dns/walk.ts',
    find: 'if (this.contacts.length < bounds.maxDnsFound) this.contacts.push(contact)',
    replace: 'this.contacts.push(contact)',
    tests: ['dns']
  },
  {
    name: 'a name stands for the peer that it was followed for',
    threat: 'T1',
    file: 'dns/walk.ts',
    find: ' || (peer !== undefined && contact.id !== peer)) continue',
    replace: ') continue',
    tests: ['dns']
  },
  {
    name: 'a name is looked up within its time',
    threat: 'T14',
    file: 'dns/index.ts',
    find: 'clock.after(bounds.dnsTimeoutMs,',
    replace: 'clock.after(1e9 + bounds.dnsTimeoutMs,',
    tests: ['dns']
  }
])
