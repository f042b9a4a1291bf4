/** Two nodes that know only a third one meet, whatever each of the three is written in. */
import { beforeAll, describe, expect, it } from 'vitest'
import { build, BUILD_MS, hasGo, skipped, versions } from './support/build.ts'
import { goNode, tsNode } from './support/nodes.ts'
import type { StartNode } from './support/nodes.ts'

const languages = ['Go', 'TypeScript'] as const
const mixes = languages.flatMap(a => languages.flatMap(b => languages.map(c => [a, b, c] as const)))

describe.skipIf(!hasGo).each(versions)(`with CometBFT $name${skipped}`, version => {
  let binary: string

  beforeAll(async () => {
    binary = await build(version)
  }, BUILD_MS)

  const start: Record<(typeof languages)[number], StartNode> = {
    Go: goNode(() => binary),
    TypeScript: tsNode
  }

  it.each(mixes)('%s and %s meet through a third node in %s', async (a, b, c) => {
    const third = await start[c]({ moniker: 'c' })
    const seeds = [third.address]
    const [one, other] = await Promise.all([
      start[a]({ moniker: 'a', seeds }),
      start[b]({ moniker: 'b', seeds })
    ])
    await Promise.all([one.added(other.id), other.added(one.id), third.added(one.id), third.added(other.id)])
    expect(new Set([one.id, other.id, third.id]).size).toBe(3)
  })

  it.each(mixes)('%s and %s meet through a seed in %s, which hangs up on both', async (a, b, c) => {
    const seed = await start[c]({ moniker: 'c', isSeed: true })
    const seeds = [seed.address]
    const [one, other] = await Promise.all([
      start[a]({ moniker: 'a', seeds }),
      start[b]({ moniker: 'b', seeds })
    ])
    await Promise.all([one.added(other.id), other.added(one.id)])
    await expect(Promise.all([seed.removed(one.id), seed.removed(other.id)])).resolves.toHaveLength(2)
  })
})
