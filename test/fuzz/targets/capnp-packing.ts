/** Packed words: what is unpacked is bounded before memory is asked for, and packs to something that unpacks to the same. */
import { isCapnpRejection, pack, unpack } from '@pex/wire/capnp'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const MAX = 65_536

export const target: Target = () => ({
  seeds: [
    pack(new Uint8Array(64)),
    pack(new Uint8Array(64).fill(7)),
    Uint8Array.of(0, 255),
    new Uint8Array()
  ],
  make: rng => {
    const words = randomBytes(rng, 8 * (rng() % 40))
    for (let i = 0; i < words.length; i++) if (rng() % 3 > 0) words[i] = 0
    return pack(words)
  },
  check(input) {
    const words = twice(input, bytes => unpack(bytes, { maxBytes: MAX }))
    if (isCapnpRejection(words)) return words.reason
    must(words.length <= MAX && words.length % 8 === 0, `${words.length} bytes came out`)
    mustEqual(unpack(pack(words), { maxBytes: MAX }), words, 'packed and unpacked')
    return 'words'
  }
})
