/** Multiaddrs that a user writes. */
import { parseContact } from '@pex/record'
import { attempt, hasCode, mustEqual, Refused, textOf, twice, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { addressWords } from '../kit/words.ts'

const id = '12D3KooWEZXjE41uU4EL2gpkAQeDXYok6wghN7wwNVPF5bwkaNfS'
const texts = [
  '/ip4/192.0.2.1/tcp/4001',
  `/ip6/2001:db8::1/udp/4001/quic-v1/p2p/${id}`,
  `/dns4/a.example/tcp/443/tls/ws/p2p/${id}`
]
const circuit = `/ip4/192.0.2.1/tcp/4001/p2p/${id}/p2p-circuit/p2p/${id}`

export const target: Target = () => ({
  seeds: [...texts, circuit, `/p2p/${id}`, '/memory/1', '/unix/%2Ftmp%2Fa'].map(text => utf8.encode(text)),
  words: addressWords,
  maxBytes: 1_024,
  check(input) {
    const text = textOf(input)
    const contact = twice(input, () => attempt(() => parseContact(text), hasCode('PEX_INVALID_PARAMETER')))
    if (contact instanceof Refused) return 'refused'
    const [address = ''] = contact.addresses
    const whole = contact.id === undefined ? address : `${address}/p2p/${contact.id}`
    mustEqual(parseContact(whole), contact, `written as ${whole} and read again`)
    return contact.id === undefined ? 'address' : 'peer'
  }
})
