/** libonomy's `peers.json`, as anybody may have written it. */
import { AddressBook, nodeInfos, peersJson, rules } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import { fuzzBook, NOW } from '../kit/book-file.ts'
import { utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const keys = [
  '4wBqpZM9xaSheZzJSMawUKKwhdpChKbZ5eu5ky4Vigw',
  '8qbHbw2BbbTHBW1sbeqakYXVKRQM8Ne7pLK7m6CVfeR',
  'CktRuQ2mttgRGkXJtyksdKHjUdc2C4TgDzyB98oEzy8'
]

export const target: Target = () => {
  const kind = nodeInfos()
  const seeds = [0, 1, 3].map(count => {
    const book = new AddressBook({ kind, rules: rules.libonomy, rng: seeded(count) })
    for (const [n, id] of keys.slice(0, count).entries()) {
      const address = { id, ip: `2${n}.1.1.1`, tcpPort: 7_513, udpPort: 7_513 + n }
      book.add(address, address, NOW)
      if (n === 1) book.good(id, NOW)
    }
    return utf8.encode(peersJson.write(book.snapshot()))
  })
  return fuzzBook({
    format: peersJson,
    kind,
    rules: rules.libonomy,
    seeds,
    words: keys.map(key => `"libonomy://${key}@8.8.8.8:1"`)
  })
}
