/** Cap'n Proto messages, read to their last pointer: loops, overlaps and far pointers end at the limits. */
import { below } from '@pex/core'
import { isCapnpRejection, writeMessage } from '@pex/wire/capnp'
import type { Pointee, StructValue } from '@pex/wire/capnp'
import type { SeededRng } from '@pex/testkit'
import { readNode } from '../../../packages/wire/test/capnp/words.ts'
import { corpus } from '../../../packages/wire/test/capnp/corpus.ts'
import { randomBytes } from '../kit/inputs.ts'
import { mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

function nodeOf(rng: SeededRng, depth = 0): StructValue {
  const next: Pointee | undefined =
    depth < 4 && below(rng, 2) === 0 ? { struct: nodeOf(rng, depth + 1) } : undefined
  const text: Pointee | undefined = below(rng, 2) === 0 ? { text: `text ${below(rng, 1_000)}` } : undefined
  const parts = Array.from({ length: below(rng, 4) }, () => ({ data: randomBytes(rng, below(rng, 20)) }))
  const nodes = depth < 2 ? [{ data: new Uint8Array(8).fill(1), pointers: [undefined, text] }] : []
  return {
    data: randomBytes(rng, 8),
    pointers: [
      next,
      text,
      { pointers: parts },
      { data: randomBytes(rng, below(rng, 30)) },
      { structs: nodes }
    ]
  }
}

export const target: Target = () => ({
  seeds: Object.values(corpus).filter(({ length }) => length < 2_000),
  make: rng => writeMessage(nodeOf(rng)),
  check(input) {
    const node = twice(input, readNode)
    if (node === undefined) return 'null'
    if (isCapnpRejection(node)) return node.reason
    mustEqual(readNode(input.slice()), node, 'read again')
    return 'message'
  }
})
