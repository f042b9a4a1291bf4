/** The deterministic simulation: a small part of what `npm run dst` runs, and the proof that it finds what it is there for. */
import { describe, expect, it } from 'vitest'
import { bugs } from './kit/bugs.ts'
import { run } from './run.ts'

/** A seed whose run fails, among so many; nothing where none does. */
async function firstFailure(bug: (typeof bugs)[number], seeds: number): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed++) {
    const { failure } = await run({ seed, hosts: 8, bug })
    if (failure !== undefined) return failure
  }
  return undefined
}

describe('the shipped hosts, in a network where everything goes wrong', { timeout: 120_000 }, () => {
  it.each(Array.from({ length: 12 }, (_, i) => 1_001 + i))('hold every promise (seed %i)', async seed => {
    expect((await run({ seed })).failure).toBeUndefined()
  })

  it.each([1_001, 1_003])('give the same history for the same seed, to the byte (seed %i)', async seed => {
    const [one, two] = [await run({ seed, hosts: 6 }), await run({ seed, hosts: 6 })]
    expect(one).toEqual(two)
    expect(one.events).toBeGreaterThan(100)
    expect((await run({ seed: seed + 4, hosts: 6 })).hash).not.toBe(one.hash)
  })
})

describe('a host with a bug', { timeout: 120_000 }, () => {
  const signs: Readonly<Record<(typeof bugs)[number], RegExp>> = {
    'lying-disk': /its disk does not|lost what its disk had acknowledged/,
    'gullible-verifier': /that it has not signed/,
    'forgets-seqs': /holds .* of \d+ after \d+/,
    'leaky-clock': /timers/,
    'sulking-transport': /cannot call|has not heard|not whole|no neighbours/
  }

  it.each(bugs)('%s: is found within ten seeds', async bug => {
    expect(await firstFailure(bug, 10)).toMatch(signs[bug])
  })
})
