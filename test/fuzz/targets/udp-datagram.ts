/** Datagrams before any key is used, and addresses as text. */
import { below } from '@pex/core'
import {
  CHALLENGE,
  DATA,
  FINISH,
  FINISH_BYTES,
  HELLO,
  kindOf,
  readChallenge,
  readData,
  readFinish,
  readHello,
  readResponse,
  RESPONSE,
  RESPONSE_BYTES,
  writeChallenge,
  writeDataHead,
  writeFinish,
  writeHello,
  writeResponse
} from '../../../packages/transport-udp/src/datagram.ts'
import {
  formatAddress,
  groupOf,
  parseAddress,
  parseListen,
  sourceOf
} from '../../../packages/transport-udp/src/address.ts'
import { randomBytes } from '../kit/inputs.ts'
import { attempt, hasCode, must, mustEqual, Refused, textOf, twice, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const key = new Uint8Array(32).fill(7)
const NOISE_BYTES = 32
const texts = ['/ip4/8.8.8.8/udp/4001/noise', '/ip6/fe80::1/udp/1/noise/p2p/a', '/ip6/::ffff:1.2.3.4/udp/0']
const names = new Map([
  [HELLO, 'hello'],
  [CHALLENGE, 'challenge'],
  [RESPONSE, 'response'],
  [FINISH, 'finish'],
  [DATA, 'data']
])

function read(kind: number, input: Uint8Array): unknown {
  switch (kind) {
    case HELLO: {
      const [open, closed] = [readHello(input, NOISE_BYTES, undefined), readHello(input, NOISE_BYTES, key)]
      return typeof open === 'string' ? closed : open
    }
    case CHALLENGE:
      return readChallenge(input)
    case RESPONSE:
      return readResponse(input)
    case FINISH:
      return readFinish(input)
    default:
      return readData(input)
  }
}

export const target: Target = () => ({
  seeds: [
    ...texts.map(text => utf8.encode(text)),
    writeHello(1, undefined, new Uint8Array(NOISE_BYTES), key)
  ],
  make: rng => {
    const bytes = (length: number): Uint8Array => randomBytes(rng, length)
    const all = [
      () => writeHello(rng(), below(rng, 2) === 0 ? undefined : bytes(16), bytes(NOISE_BYTES)),
      () => writeChallenge(rng(), bytes(32), bytes(16)),
      () => writeResponse(rng(), rng(), bytes(RESPONSE_BYTES - 12)),
      () => writeFinish(rng(), bytes(FINISH_BYTES - 8)),
      () => Buffer.concat([writeDataHead(rng(), rng()), bytes(60 + below(rng, 100))])
    ]
    return new Uint8Array(all[below(rng, all.length)]!())
  },
  maxBytes: 1_300,
  check(input) {
    const text = textOf(input)
    const address = parseAddress(text)
    if (address !== undefined) {
      mustEqual(parseAddress(formatAddress(address.host, address.port)), address, 'written and read again')
      must(sourceOf(address.host) !== '' && groupOf(address.host) !== '', 'it is nowhere')
    }
    const listen = attempt(() => parseListen(text), hasCode('PEX_INVALID_PARAMETER'))
    must(listen instanceof Refused === (address === undefined), 'an address to listen on is something else')
    const kind = twice(input, kindOf)
    if (typeof kind === 'string') return address === undefined ? kind : 'address'
    const found = twice(input, bytes => read(kind, bytes))
    return typeof found === 'string' ? found : names.get(kind)!
  }
})
