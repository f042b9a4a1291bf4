/** Each load, so small that it only shows that it works: what is attacked is attacked, and honest callers call. */
import { describe, expect, it } from 'vitest'
import { loads } from '../src/load/index.ts'

// Only Linux has all of 127.0.0.0/8 at once, which the loads on sockets need.
describe.runIf(process.platform === 'linux')('a load', () => {
  it.each(loads.map(load => [load.name, load] as const))(
    '%s measures what it says',
    { timeout: 120_000 },
    async (_, load) => {
      const figures = await load.run({ scale: 'tiny', progress: () => {} })
      expect(figures.length).toBeGreaterThan(3)
      for (const { name, value } of figures) expect(value, name).toBeGreaterThanOrEqual(0)
      expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length)
    }
  )
})
