/** Node URLs: what is read is written as a URL that is read as the same. */
import { formatNodeUrl, parseNodeUrl } from '@pex/host'
import { attempt, hasCode, must, mustEqual, Refused, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { addressWords } from '../kit/words.ts'

const id = '12D3KooWEZXjE41uU4EL2gpkAQeDXYok6wghN7wwNVPF5bwkaNfS'
const rests = [
  '192.0.2.1:4001',
  '192.0.2.1:4001?udp=4002',
  '[2001:db8::1]?udp=1',
  'peer.example.com:65535',
  '[::ffff:192.0.2.1]:1?udp=1'
]

export const target: Target = () => ({
  seeds: rests.map(rest => utf8.encode(`pex://${id}@${rest}`)),
  words: addressWords,
  maxBytes: 400,
  check(input) {
    const text = textOf(input)
    const contact = attempt(() => parseNodeUrl(text), hasCode('PEX_INVALID_PARAMETER'))
    if (contact instanceof Refused) return 'refused'
    must(
      contact.addresses.length > 0 && contact.addresses.length < 3,
      `it has ${contact.addresses.length} addresses`
    )
    const url = formatNodeUrl(contact)
    must(url !== undefined, `${JSON.stringify(contact)} has no URL`)
    mustEqual(parseNodeUrl(url), contact, `written as ${url} and read again`)
    return contact.addresses.length === 1 ? 'one' : 'two'
  }
})
