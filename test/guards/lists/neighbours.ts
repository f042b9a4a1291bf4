/** Address books and neighbourhoods: who is remembered, and who is let in. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const book = ['pex', 'model', 'comet', 'libonomy', 'flood', 'placement', 'history']
const host = ['hostile', 'neighbourhood', 'parts', 'host', 'life']

export const neighbours: readonly Listed[] = [
  ...area('packages/address-book', [
    {
      name: 'new addresses of one host are bounded',
      threat: 'T9',
      file: 'book.ts',
      find: "if (this.#shelves.freshOf(entry.host) >= this.rules.newPerHost) return 'crowded-host'",
      replace: '',
      tests: book
    },
    {
      name: 'addresses from one group come so often',
      threat: 'T26',
      file: 'book.ts',
      find: "if (!this.#allowance.take(this.#kind.groupOf(from), now)) return 'too-many'",
      replace: '',
      tests: book
    },
    {
      name: 'more were not asked for than were asked for',
      threat: 'T26',
      file: 'allowance.ts',
      find: 'tokens.asked = Math.min(tokens.asked + count, this.#burst)',
      replace: 'tokens.asked = tokens.asked + count',
      tests: book
    },
    {
      name: 'who is banned is not added',
      threat: 'T26',
      file: 'book.ts',
      find: "if (this.#bans.holds(id, now)) return 'banned'",
      replace: '',
      tests: book
    },
    {
      name: 'our own address is not added',
      threat: 'T18',
      file: 'book.ts',
      find: "if (this.#isOwn(address)) return 'own'",
      replace: '',
      tests: book
    },
    {
      name: 'private ids are not added',
      threat: 'T19',
      file: 'book.ts',
      find: "if (this.#private.has(id)) return 'private'",
      replace: '',
      tests: book
    },
    {
      name: 'what a private id says is not added',
      threat: 'T19',
      file: 'book.ts',
      find: "if (this.#private.has(this.#kind.idOf(source))) return 'private-source'",
      replace: '',
      tests: book
    },
    {
      name: 'addresses that lead nowhere are not added',
      threat: 'T19',
      file: 'book.ts',
      find: "return this.#kind.isWelcome(address, source) ? undefined : 'unroutable'",
      replace: 'return undefined',
      tests: book
    },
    {
      name: 'buckets are chosen with a secret',
      threat: 'T9',
      file: 'placement.ts',
      find: 'sha256.create().update(this.#key)',
      replace: 'sha256.create()',
      tests: ['placement', ...book]
    },
    {
      name: 'a full bucket loses somebody',
      threat: 'T9',
      file: 'shelves.ts',
      find: 'if (this.fresh.isFull(bucket)) this.#expire(bucket, now)',
      replace: '',
      tests: book
    },
    {
      name: 'an address is in so many buckets',
      threat: 'T9',
      file: 'shelves.ts',
      find: 'return length < this.rules.newBucketsPerAddress && chance',
      replace: 'return length > 0 && chance',
      tests: book
    },
    {
      name: 'who was good is tested before it leaves',
      threat: 'T9',
      file: 'book.ts',
      find: 'if (this.rules.testsBeforeEvict) this.#contests.begin(entry.id, incumbent.id, now)',
      replace:
        'if (this.rules.testsBeforeEvict && now < 0) this.#contests.begin(entry.id, incumbent.id, now)',
      tests: book
    },
    {
      name: 'anchors are of different groups',
      threat: 'T9',
      file: 'book.ts',
      find: 'this.#shelves.get(other)?.group !== group && other !== id',
      replace: 'other !== id',
      tests: book
    },
    {
      name: 'the first dials are to different groups',
      threat: 'T9',
      file: 'boot.ts',
      find: 'if (used.has(entry.group) || !isUsable(entry)) continue',
      replace: 'if (!isUsable(entry)) continue',
      tests: book
    },
    {
      name: 'tests of who was good are bounded',
      threat: 'T27',
      file: 'contests.ts',
      find: 'if (this.#contests.size < MOST && !this.#contests.has(challenger))',
      replace: 'if (!this.#contests.has(challenger))',
      tests: book
    },
    {
      name: 'a part of the book is shown',
      threat: 'T9',
      file: 'selection.ts',
      find: 'const count = Math.min(most, rules.shown(shown.length))',
      replace: 'const count = Math.min(most, shown.length)',
      tests: book
    },
    {
      name: 'who is banned does not come back from the file',
      threat: 'T10',
      file: 'book.ts',
      find: '!this.#bans.knows(entry.id)',
      replace: "entry.id !== ''",
      tests: ['formats', 'book-file', 'stored-book', ...book]
    },
    {
      name: 'a bucket of the file is one of ours',
      threat: 'T10',
      file: 'shelves.ts',
      find: 'if (!Number.isInteger(bucket) || bucket < 0 || bucket >= table.bucketCount) return false',
      replace: '',
      tests: ['formats', 'book-file', 'stored-book', ...book]
    },
    {
      name: 'a full bucket takes nobody back',
      threat: 'T10',
      file: 'shelves.ts',
      find: 'if (table.isFull(bucket) || entry.buckets.includes(bucket)) return false',
      replace: 'if (entry.buckets.includes(bucket)) return false',
      tests: ['formats', 'book-file', 'stored-book', ...book]
    }
  ]),
  ...area('packages/host', [
    {
      name: 'inbound neighbours are bounded',
      threat: 'T25',
      file: 'neighbourhood/neighbourhood.ts',
      find: "return !isKnown && this.count('inbound') >= this.limits.inbound",
      replace: "return !isKnown && this.count('inbound') < 0",
      tests: host
    },
    {
      name: 'who said goodbye is left alone',
      threat: 'T18',
      file: 'neighbourhood/neighbourhood.ts',
      find: 'return (this.#avoided.get(id)?.until ?? 0) <= now',
      replace: 'return (this.#avoided.get(id)?.until ?? 0) >= 0',
      tests: host
    },
    {
      name: 'neighbours of different groups are preferred',
      threat: 'T6',
      file: 'neighbourhood/neighbourhood.ts',
      find: 'return ranked.sort((one, other) => one.rank - other.rank).map(({ contact }) => contact)',
      replace: 'return ranked.map(({ contact }) => contact)',
      tests: host
    },
    {
      name: 'neighbours of another network are declined',
      threat: 'T1',
      file: 'neighbours.ts',
      find: "if (greeting.network !== this.#parts.network) return 'other-network'",
      replace: '',
      tests: host
    },
    {
      name: 'greetings come so often',
      threat: 'T26',
      file: 'neighbours.ts',
      find: "if (since >= 0 && since < LEAST_GAP_MS) return 'too-soon'",
      replace: '',
      tests: host
    },
    {
      name: 'a greeting brings the record of its sender',
      threat: 'T1',
      file: 'neighbours.ts',
      find: "if (isRejection(record) || record.id !== from) return 'bad-greeting'",
      replace: "if (isRejection(record)) return 'bad-greeting'",
      tests: host
    },
    {
      name: 'greetings that are being verified are bounded',
      threat: 'T25',
      file: 'neighbours.ts',
      find: 'if (this.#verifying >= MAX_VERIFYING) return undefined',
      replace: '',
      tests: host
    },
    {
      name: 'clocks that are far off are declined',
      threat: 'T3',
      file: 'skew.ts',
      find: 'return Math.abs(skewMs) <= this.mostMs',
      replace: 'return Math.abs(skewMs) >= 0',
      tests: host
    },
    {
      name: 'the record of a greeting is of bounded length',
      threat: 'T13',
      file: 'greeting.ts',
      find: 'if (envelope.length > limits.maxRecordBytes) return undefined',
      replace: '',
      tests: host
    },
    {
      name: 'words of a greeting are printable',
      threat: 'T13',
      file: 'greeting.ts',
      find: 'return bytes.every(byte => byte >= 0x20 && byte < 0x7f) ?',
      replace: 'return bytes.every(byte => byte >= 0) ?',
      tests: host
    },
    {
      name: 'a greeting has a deadline',
      threat: 'T14',
      file: 'neighbours.ts',
      find: 'const cancel = this.#parts.clock.after(deadlineMs, () => controller.abort(late))',
      replace: 'const cancel = this.#parts.clock.after(1e9 + deadlineMs, () => controller.abort(late))',
      tests: host
    },
    {
      name: 'what a router says is not believed blindly',
      threat: 'T19',
      file: 'nat/port-mapping.ts',
      find: "return all.filter(({ outside }) => placeOf(outside).class === 'public')",
      replace: 'return all',
      tests: ['port-mapping']
    }
  ])
]
