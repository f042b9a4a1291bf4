/**
 * One part of a sweep for each of several machines: together they are all of it, and no two of them share anything. A
 * machine needs to know nothing but its number.
 */
import { Failure, oneLine } from '../failure.ts'

export interface Shard {
  /** From 0. */
  readonly index: number
  readonly count: number
}

/** The number that Kubernetes gives each pod of an Indexed Job, from 0. */
const indexVariable = 'JOB_COMPLETION_INDEX'
const maxShards = 10_000

/** `i/n`, or `n` with the index from the environment; everything where nothing is said. Fails with `PEX_USAGE`. */
export function readShard(text: string | undefined, env: NodeJS.ProcessEnv): Shard {
  if (text === undefined) return { index: 0, count: 1 }
  const [, own, of] = /^(?:(\d{1,9})\/)?(\d{1,9})$/.exec(text.trim()) ?? []
  const count = Number(of)
  if (of === undefined || count < 1 || count > maxShards) {
    const next = `--shard i/n, where n is from 1 to ${maxShards} and i from 0 to n - 1`
    throw new Failure('PEX_USAGE', `--shard "${oneLine(text)}" is no part of a sweep`, next)
  }
  const from = own === undefined ? env[indexVariable] : own
  if (from === undefined) {
    const next = `--shard i/${count}, or ${indexVariable} in the environment`
    throw new Failure('PEX_USAGE', `--shard ${count} does not say which of them`, next)
  }
  const index = /^\d{1,9}$/.test(from) ? Number(from) : Number.NaN
  if (index < count) return { index, count }
  const what = own === undefined ? indexVariable : '--shard'
  const message = `${what} "${oneLine(from)}" is none of ${count} parts`
  throw new Failure('PEX_USAGE', message, `a whole number from 0 to ${count - 1}`)
}

/** Every n-th, from the i-th on. */
export function shardOf<Each>(all: readonly Each[], { index, count }: Shard): readonly Each[] {
  return all.filter((_, i) => i % count === index)
}
