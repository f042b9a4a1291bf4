/** Node addresses as URLs. */
import { formatNodeAddress, netAddressOf, parseNodeAddress } from '@pex/cometbft'
import { must, mustEqual, textOf, twice, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { addressWords } from '../kit/words.ts'

const id = '0123456789abcdef0123456789abcdef01234567'
const rests = ['8.8.8.8:26656', '[2001:db8::1]:1/path?query#end', 'seed.example.com', '', 'host', ':0']

export const target: Target = () => ({
  seeds: [
    ...rests.map(rest => `mconn://${id}@${rest}`),
    `memory:${id}`,
    `${id}@1.2.3.4:5`,
    `TCP://${id.toUpperCase()}@A:1`
  ].map(text => utf8.encode(text)),
  words: addressWords,
  maxBytes: 400,
  check(input) {
    const text = textOf(input)
    const address = twice(input, () => parseNodeAddress(text))
    if (address === undefined) return 'none'
    must(/^[0-9a-f]{40}$/.test(address.id) && address.port >= 0 && address.port <= 65_535, 'it is no address')
    const written = formatNodeAddress(address)
    if (written.length <= 256)
      mustEqual(parseNodeAddress(written), address, `written as ${written} and read again`)
    return netAddressOf(address) === undefined ? 'address' : 'literal'
  }
})
