/** CometBFT's `addrbook.json`, as anybody may have written it. */
import { AddressBook, addrbookJson, netAddresses, rules } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { fuzzBook, NOW } from '../kit/book-file.ts'
import { utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = () => {
  const kind = netAddresses()
  const seeds = [0, 1, 6].map(count => {
    const book = new AddressBook({ kind, rules: rules.cometbft, rng: seeded(count) })
    for (let n = 1; n <= count; n++) {
      const address = { id: n.toString(16).padStart(40, '0'), ip: `2${n}.1.1.1`, port: 26_656 }
      book.add(address, address, NOW)
      if (n % 2 === 0) book.good(address.id, NOW)
      if (n === 5) book.ban(address.id, 1_000, NOW)
    }
    return utf8.encode(addrbookJson.write(book.snapshot()))
  })
  return fuzzBook({
    format: addrbookJson,
    kind,
    rules: rules.cometbft,
    seeds,
    words: [
      '"2026-01-01T00:00:00.123456789+02:00"',
      '{"id":"a","ip":"1.2.3.4","port":1}',
      '[1,2,3,3,-1,1e9]',
      '2'
    ]
  })
}
