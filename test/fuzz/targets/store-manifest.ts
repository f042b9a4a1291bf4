/** LevelDB's manifest, read without LevelDB before it deletes what it does not list. */
import { below } from '@pex/core'
import type { SeededRng } from '@pex/testkit'
import { readManifest } from '../../../packages/store-level/src/manifest.ts'
import { must, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

/** One record of the log: checksum (not looked at), length, type. */
function record(type: number, edit: readonly number[]): number[] {
  return [0, 0, 0, 0, edit.length & 255, edit.length >> 8, type, ...edit]
}

function manifest(rng: SeededRng): Uint8Array {
  const edits: number[] = []
  for (let i = 1 + below(rng, 5); i > 0; i--) {
    const [level, file, key] = [below(rng, 7), below(rng, 100), below(rng, 128)]
    const edit = [
      [1, 2, 0x61, 0x62],
      [2, file],
      [3, file],
      [4, file],
      [9, file],
      [5, level, 1, key],
      [6, level, file],
      [7, level, file, 9, 1, key, 1, key]
    ]
    edits.push(...Array.from({ length: 1 + below(rng, 4) }, () => edit[below(rng, edit.length)]!).flat())
  }
  const cut = below(rng, edits.length)
  return Uint8Array.from(
    below(rng, 2) === 0
      ? record(1, edits)
      : [...record(2, edits.slice(0, cut)), ...record(4, edits.slice(cut))]
  )
}

export const target: Target = () => ({
  seeds: [
    Uint8Array.from(record(1, [7, 0, 5, 9, 1, 1, 1, 1])),
    Uint8Array.from([...record(1, [7, 0, 5, 9, 0, 0]), ...record(1, [6, 0, 5])])
  ],
  make: manifest,
  check(input) {
    const tables = twice(input, readManifest)
    if (tables === undefined) return 'not understood'
    must(
      [...tables.live].every(file => !tables.replaced.has(file)),
      'a file is live and replaced'
    )
    must(tables.live.size <= input.length, 'there are more files than bytes')
    return tables.live.size > 0 ? 'live' : 'none'
  }
})
