/** Addresses as books write them: CometBFT's `id@ip:port` and libonomy's node URLs. */
import {
  formatNetAddress,
  formatNodeInfo,
  netAddresses,
  nodeInfos,
  parseNetAddress,
  parseNodeInfo
} from '@pex/address-book'
import { must, mustEqual, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { addressWords } from '../kit/words.ts'

const id = '0123456789abcdef0123456789abcdef01234567'
const key = '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ'.slice(0, 44)
const base58 = '4wBqpZM9xaSheZzJSMawUKKwhdpChKbZ5eu5ky4Vigw'
const comet = netAddresses()
const libonomy = nodeInfos()

export const target: Target = () => ({
  seeds: [
    `${id}@8.8.8.8:26656`,
    `tcp://${id}@[2001:db8::1]:1`,
    `libonomy://${base58}@8.8.8.8:7513`,
    `libonomy://${base58}@[2001:db8::1]:1?disc=2`,
    key
  ].map(text => utf8.encode(text)),
  words: addressWords,
  maxBytes: 300,
  check(input) {
    const text = textOf(input)
    const address = parseNetAddress(text)
    const node = parseNodeInfo(text)
    if (address !== undefined) {
      mustEqual(parseNetAddress(formatNetAddress(address)), address, 'written and read again')
      const one = comet.canonical(address)
      if (one !== undefined) must(comet.groupOf(one) !== '' && comet.placeOf(one).length > 0, 'it is nowhere')
      return 'net address'
    }
    if (node === undefined) return 'none'
    mustEqual(parseNodeInfo(formatNodeInfo(node)), node, 'written and read again')
    must(libonomy.groupOf(node) !== '' && libonomy.placeOf(node).length > 0, 'it is nowhere')
    return 'node info'
  }
})
