/**
 * The inputs: each follows from the target's name, the seed and its index alone, so that any one is made again without those
 * before it.
 */
import { below, chance } from '@pex/core'
import { seeded } from '@pex/testkit'
import type { SeededRng } from '@pex/testkit'
import { mutate } from './mutations.ts'
import type { Fuzzed } from './target.ts'

const MAX_BYTES = 4_096
/** Now and then one input may be as long as any message. */
const LONG_BYTES = 70_000

/** The chance of one input. */
export function rngOf(target: string, seed: number, index: number): SeededRng {
  // FNV-1a (Fowler, Noll, Vo) over the name; the index makes the high part, so that no two inputs share a state.
  let hash = 0x811c_9dc5
  for (const character of target) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x0100_0193)
  const low = (hash ^ Math.imul(seed, 0x9e37_79b1)) >>> 0
  return seeded((index % 2 ** 20) * 2 ** 32 + ((low + Math.floor(index / 2 ** 20) * 0x85eb_ca6b) >>> 0))
}

/** One input of a target. */
export function inputOf(fuzzed: Fuzzed, target: string, seed: number, index: number): Uint8Array {
  const rng = rngOf(target, seed, index)
  const most = fuzzed.maxBytes ?? MAX_BYTES
  const room = fuzzed.maxBytes === undefined && chance(rng, 0.002) ? LONG_BYTES : most
  if (chance(rng, 0.05)) return randomBytes(rng, below(rng, Math.min(room, 256) + 1))
  const base = baseOf(fuzzed, rng)
  // One in eight is left well formed: what is right must go on being taken.
  const rounds = chance(rng, 0.125) ? 0 : chance(rng, 0.6) ? 1 : 2 + below(rng, 4)
  let input = base
  for (let i = 0; i < rounds; i++) input = mutate(input, rng, fuzzed, room)
  // Never a seed itself, and never a kind of its own as Node's buffers are.
  return new Uint8Array(input)
}

function baseOf({ seeds, make }: Fuzzed, rng: SeededRng): Uint8Array {
  if (make !== undefined && chance(rng, 0.6)) return make(rng)
  return seeds[below(rng, seeds.length)]!
}

/** So many bytes from chance. */
export function randomBytes(rng: () => number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = rng() >>> 13
  return bytes
}
