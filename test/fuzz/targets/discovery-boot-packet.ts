/** casm's boot packets. */
import { below, limits } from '@pex/core'
import { BootRejection } from '../../../packages/discovery/src/boot/rejection.ts'
import { decodePacket, encodePacket } from '../../../packages/discovery/src/boot/packet.ts'
import { toText } from '../../../packages/discovery/src/boot/addresses.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, twice, utf8 } from '../kit/oracle.ts'
import { mutate } from '../kit/mutations.ts'
import { pack, unpack } from '@pex/wire/capnp'
import type { Target } from '../kit/target.ts'

const peer = Uint8Array.from({ length: 38 }, (_, i) => i)
const places = [Uint8Array.of(4, 8, 8, 8, 8, 6, 15, 161), Uint8Array.of(54, 1, 0x61), Uint8Array.of()]

export const target: Target = () => ({
  seeds: [
    encodePacket({ kind: 'request', namespace: 'ns', peer }),
    encodePacket({ kind: 'survey', namespace: '', peer, distance: 255 }),
    encodePacket({ kind: 'response', namespace: 'é', peer, addresses: places })
  ],
  make: rng => {
    const common = { namespace: 'n'.repeat(below(rng, 70)), peer: randomBytes(rng, below(rng, 60)) }
    const addresses = Array.from({ length: below(rng, 20) }, () => places[below(rng, 3)]!)
    const bytes =
      below(rng, 2) === 0
        ? encodePacket({ kind: 'survey', ...common, distance: below(rng, 256) })
        : encodePacket({ kind: 'response', ...common, addresses })
    if (below(rng, 2) === 0) return bytes
    const flat = unpack(bytes, { maxBytes: 2 ** 16 }) as Uint8Array
    const words = mutate(flat, rng, { seeds: [flat], check: () => '' }, 2 ** 16)
    return pack(words.subarray(0, words.length - (words.length % 8)))
  },
  check(input) {
    const packet = twice(input, decodePacket)
    if (packet instanceof BootRejection) return packet.reason
    if (packet.kind === 'response') {
      must(packet.addresses.length <= limits.maxAddresses, 'too many addresses')
      for (const text of toText(packet.addresses))
        must(text.length <= limits.maxAddressBytes && utf8.encode(text).length > 1, 'no address')
    }
    mustEqual(decodePacket(encodePacket(packet)), packet, 'written and read again')
    return packet.kind
  }
})
