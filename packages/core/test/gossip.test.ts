import { casm, gossip, healerSwapper, limits } from '@pex/core'
import { describe, expect, it } from 'vitest'

describe('the parameters of gossip', () => {
  it("are casm's where nothing else is asked for, but for the policy", () => {
    const { policy, ...numbers } = gossip()
    expect(numbers).toEqual({ viewSize: 32, exchangeSize: 16, tickMs: 300_000, exchangeMs: 30_000 })
    expect(policy.name).toBe('balanced')
  })

  it('leave the records in a message to the policy, and to Cyclon where it does not say', () => {
    expect(gossip({ policy: casm() }).exchangeSize).toBe(8)
    expect(gossip({ policy: { ...casm(), exchangeSize: 12 } }).exchangeSize).toBe(12)
    expect(gossip({ policy: { ...casm(), exchangeSize: 12 }, viewSize: 10 }).exchangeSize).toBe(5)
  })

  it.each([
    [{ viewSize: 2 }, { exchangeSize: 2 }],
    [{ viewSize: 3 }, { exchangeSize: 2 }],
    [{ viewSize: 5 }, { exchangeSize: 2 }],
    [{ viewSize: 6 }, { exchangeSize: 3 }],
    [{ viewSize: 15 }, { exchangeSize: 7 }],
    [{ viewSize: 16 }, { exchangeSize: 8 }],
    [{ viewSize: limits.maxViewSize }, { exchangeSize: 16 }],
    [{ viewSize: 2, exchangeSize: 2 }, {}],
    [{ viewSize: limits.maxViewSize, exchangeSize: limits.maxRecords }, {}],
    [{ exchangeSize: 2 }, { viewSize: 32 }],
    [{ exchangeSize: 16 }, { viewSize: 32 }],
    [{ tickMs: limits.minTickMs }, { exchangeMs: limits.minTickMs / 2 }],
    [{ tickMs: 60_000 }, { exchangeMs: 30_000 }],
    [{ tickMs: 59_000 }, { exchangeMs: 29_500 }],
    [{ tickMs: 2 ** 31 - 1 }, { exchangeMs: 30_000 }],
    [{ tickMs: 1_000, exchangeMs: 500 }, {}],
    [{ tickMs: 1_000, exchangeMs: 0.5 }, {}]
  ])('%o is allowed', (options, derived) => {
    expect(gossip(options)).toMatchObject({ ...options, ...derived })
  })

  it.each([
    [{ viewSize: 1 }, 'viewSize is 1; give an integer from 2 to 64'],
    [{ viewSize: 65 }, 'viewSize'],
    [{ viewSize: 8.5 }, 'viewSize'],
    [{ viewSize: NaN }, 'viewSize'],
    [{ exchangeSize: 1 }, 'exchangeSize is 1; give an integer from 2 to half of viewSize (16)'],
    [{ exchangeSize: 0 }, 'exchangeSize'],
    [{ exchangeSize: 17 }, 'exchangeSize'],
    [{ exchangeSize: 2.5 }, 'exchangeSize'],
    [{ exchangeSize: NaN }, 'exchangeSize'],
    [{ viewSize: 2, exchangeSize: 3 }, 'exchangeSize'],
    [{ viewSize: 7, exchangeSize: 4 }, 'half of viewSize (3)'],
    [{ viewSize: limits.maxViewSize, exchangeSize: limits.maxRecords + 1 }, 'exchangeSize'],
    [{ tickMs: 0 }, 'tickMs is 0; give a number of milliseconds from 10 up'],
    [{ tickMs: 9 }, 'tickMs'],
    [{ tickMs: -1 }, 'tickMs'],
    [{ tickMs: NaN }, 'tickMs'],
    [{ tickMs: 2 ** 31 }, 'tickMs'],
    [{ tickMs: Infinity }, 'tickMs'],
    [{ exchangeMs: 0 }, 'exchangeMs'],
    [{ exchangeMs: NaN }, 'exchangeMs'],
    [{ exchangeMs: 150_001 }, 'at most half of tickMs (150000)'],
    [{ tickMs: 100, exchangeMs: 51 }, 'exchangeMs']
  ])('%o is refused, and the message says what is allowed', (options, words) => {
    expect(() => gossip(options)).toThrow(
      expect.objectContaining({
        name: 'PexError',
        code: 'PEX_INVALID_PARAMETER',
        message: expect.stringContaining(words)
      })
    )
  })

  it.each([
    () => casm({ swap: -1 }),
    () => casm({ swap: 1.5 }),
    () => casm({ protect: -1 }),
    () => casm({ protect: NaN }),
    () => casm({ decay: -0.1 }),
    () => casm({ decay: 1.1 }),
    () => casm({ decay: NaN }),
    () => healerSwapper({ healer: -1 }),
    () => healerSwapper({ healer: 0.5 }),
    () => healerSwapper({ swapper: NaN })
  ])('%s is no policy', make => {
    expect(make).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
  })
})
