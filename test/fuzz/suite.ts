/** What each of the test files runs: its part of the targets, with as many inputs as the manifest says. */
import { describe, expect, it } from 'vitest'
import { load, manifest, shareOf } from './kit/load.ts'
import { run } from './kit/run.ts'

/** Test files that share the targets. */
export const PARTS = 3

/** The targets of one part. */
export function partOf(part: number): string[] {
  return Object.keys(manifest.targets).filter((_, i) => i % PARTS === part)
}

/** Runs a part of the targets. */
export function runPart(part: number): void {
  describe.each(partOf(part))('%s', name => {
    it('does what it must with all of its inputs, and is not refused or taken alike', async () => {
      const { seed, suite, targets } = manifest
      const count = shareOf(name, suite)
      const { failure, ran, outcomes } = await run(await load(name), { target: name, seed, from: 0, count })
      if (failure !== undefined) {
        failure.error.message += ` [npm run fuzz -- --target ${name} --seed ${seed} --from ${failure.index} --count 1]`
        throw failure.error
      }
      expect(ran).toBe(count)
      expect(Object.values(outcomes).reduce((sum, times) => sum + times, 0)).toBe(count)
      expect(Object.keys(outcomes)).toEqual(expect.arrayContaining([...targets[name]!.outcomes]))
    }, 60_000)
  })
}
