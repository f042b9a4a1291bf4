/** Address books as files: CometBFT's and libonomy's, each with one thing wrong, by the tools' closed list of problems. */
import { AddressBook, addrbookJson, netAddresses, rules } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { bookOf } from '../../../apps/node/src/book/read.ts'
import { bytes } from '../family.ts'
import type { Family } from '../family.ts'

const NOW = 1_770_000_000_000
const DAY = 86_400_000
const kind = netAddresses('any')

interface Entry {
  addr: { id: unknown; ip: unknown; port: unknown }
  src: unknown
  buckets: unknown
  attempts: unknown
  bucket_type: unknown
  last_attempt: unknown
  last_success: unknown
}

function bookWith(change: (file: { key: unknown; addrs: Entry[] }) => void, count = 2): Uint8Array {
  const book = new AddressBook({ kind, rules: rules.cometbft, rng: seeded(1) })
  for (let n = 1; n <= count; n++) {
    const address = { id: n.toString(16).padStart(40, '0'), ip: `2${n}.1.1.1`, port: 26_656 }
    book.add(address, address, NOW - DAY)
  }
  const file = JSON.parse(addrbookJson.write(book.snapshot())) as { key: unknown; addrs: Entry[] }
  change(file)
  return bytes(JSON.stringify(file, undefined, '\t'))
}
const entry = (change: (first: Entry) => void): Uint8Array => bookWith(({ addrs }) => change(addrs[0]!))
const whole = bookWith(() => {})

export const family: Family = {
  extension: 'txt',
  judge(input) {
    try {
      const { findings } = bookOf('a book', new TextDecoder().decode(input), NOW)
      return findings[0]?.problem ?? 'accepted'
    } catch (error) {
      return (error as { code?: string }).code ?? 'thrown'
    }
  },
  faults: {
    'PEX_BOOK--nothing': bytes(),
    'PEX_BOOK--null': bytes('null'),
    'PEX_BOOK--an-array': bytes('[]'),
    'PEX_BOOK--another-file': bytes('{"chain_id":"c"}'),
    'PEX_BOOK--from-before-ids': bytes('{"Addrs":[]}'),
    'PEX_BOOK--binary': new Uint8Array(64).fill(255),
    'not-whole--cut-in-an-entry': whole.slice(0, -120),
    'not-whole--without-its-last-brace': whole.slice(0, -1),
    'bad-key--short': bookWith(file => (file.key = 'abc')),
    'bad-key--not-hexadecimal': bookWith(file => (file.key = 'z'.repeat(24))),
    'bad-entry--null': bookWith(({ addrs }) => (addrs[0] = null as unknown as Entry)),
    'bad-entry--a-number': bookWith(({ addrs }) => (addrs[0] = 7 as unknown as Entry)),
    'bad-id--short': entry(one => (one.addr.id = 'ab')),
    'bad-id--a-number': entry(one => (one.addr.id = 5)),
    'bad-ip--a-name': entry(one => (one.addr.ip = 'a.example')),
    'bad-ip--null': entry(one => (one.addr.ip = null)),
    'bad-port--65536': entry(one => (one.addr.port = 65_536)),
    'bad-port--below-nought': entry(one => (one.addr.port = -1)),
    'bad-port--a-text': entry(one => (one.addr.port = '26656')),
    'bad-source--no-address': entry(one => (one.src = { id: 'x' })),
    'bad-count--below-nought': entry(one => (one.attempts = -1)),
    'bad-count--a-text': entry(one => (one.attempts = 'many')),
    'bad-time--no-date': entry(one => (one.last_attempt = 'yesterday')),
    'bad-time--month-13': entry(one => (one.last_success = '2025-13-01T00:00:00Z')),
    'duplicate-id--twice': bookWith(({ addrs }) => (addrs[1]!.addr.id = addrs[0]!.addr.id)),
    'no-bucket--empty': entry(one => (one.buckets = [])),
    'no-bucket--below-nought': entry(one => (one.buckets = [-1])),
    'bad-bucket--beyond-the-last': entry(one => (one.buckets = [100_000])),
    'unroutable--private': entry(one => (one.addr.ip = '10.0.0.1')),
    'port-0--nobody-can-dial-it': entry(one => (one.addr.port = 0)),
    'same-place--two-ids': bookWith(
      ({ addrs }) => (addrs[1]!.addr = { ...addrs[0]!.addr, id: addrs[1]!.addr.id })
    ),
    'from-the-future--next-year': entry(one => (one.last_attempt = '2027-06-01T00:00:00Z'))
  }
}
