/** Real LevelDB in a process that is killed, that aborts, or that another one is in the way of. */
import { cp, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { below, between } from '@pex/core'
import { levelStore } from '@pex/store-level'
import { seeded } from '@pex/testkit/chance'
import { describe, expect, it } from 'vitest'
import { run } from './child-process.ts'
import { count, timeoutFor } from './counts.ts'
import { filesOf, inDirectory } from './place.ts'

const rounds = count(24, 240)

/** Lets some microseconds pass, so that the kill falls anywhere between two acknowledgements. */
function spin(microseconds: number): void {
  const until = process.hrtime.bigint() + BigInt(Math.round(microseconds * 1_000))
  while (process.hrtime.bigint() < until);
}

describe('kill -9', () => {
  it.each(['without sync', 'sync'])(
    `${rounds / 2} times during writes %s: nothing acknowledged is lost, nothing is half there, every start succeeds`,
    async sync =>
      inDirectory(async directory => {
        const rng = seeded(9)
        let acknowledged = 0
        for (let round = 0; round <= rounds / 2; round++) {
          let acks = 1 + below(rng, 80)
          const lines = await run(['write', directory, sync], {
            hear: ({ saved }, kill) => {
              if (saved === undefined || --acks !== 0) return
              spin(between(rng, 0, 400))
              kill()
            }
          })
          const end = lines.at(-1)
          const start = lines.find(({ found }) => found !== undefined) as unknown as Start
          expect(end, `round ${round}`).toMatchObject({ signal: 'SIGKILL', errors: '' })
          expect(start.found, `round ${round}`).toBeGreaterThanOrEqual(acknowledged)
          expect(start, `round ${round}`).toEqual({
            found: start.found,
            slots: slotsAfter(start.found),
            damaged: 0,
            recoveries: []
          })
          expect(start.found).toBeLessThanOrEqual(acknowledged + 1)
          acknowledged = Math.max(
            start.found,
            ...lines.flatMap(({ saved }) => (typeof saved === 'number' ? [saved] : []))
          )
        }
        expect(acknowledged).toBeGreaterThan(10 * rounds)
      }),
    timeoutFor(rounds, 10_000)
  )

  it(
    `${rounds / 4} times while it is opened: the one after is none the worse`,
    async () =>
      inDirectory(async directory => {
        const rng = seeded(10)
        let acknowledged = 0
        for (let round = 0; round < rounds / 2; round++) {
          const isOpening = round % 2 === 1
          const lines = await run(['write', directory], {
            hear: ({ begins, saved }, kill) => {
              if (isOpening ? begins === undefined : saved === undefined) return
              if (isOpening) spin(between(rng, 0, 20_000))
              kill()
            }
          })
          const start = lines.find(({ found }) => found !== undefined) as unknown as Start | undefined
          expect(lines.at(-1), `round ${round}`).toMatchObject({ signal: 'SIGKILL', errors: '' })
          if (start === undefined) continue
          expect(start.found, `round ${round}`).toBeGreaterThanOrEqual(acknowledged)
          expect(start.slots, `round ${round}`).toEqual(slotsAfter(start.found))
          expect([start.damaged, start.recoveries], `round ${round}`).toEqual([0, []])
          acknowledged = Math.max(
            start.found,
            ...lines.flatMap(({ saved }) => (typeof saved === 'number' ? [saved] : []))
          )
        }
        expect(acknowledged).toBeGreaterThanOrEqual(rounds / 4)
      }),
    timeoutFor(rounds, 10_000)
  )
})

interface Start {
  found: number
  slots: Record<string, number>
  damaged: number
  recoveries: string[]
}

/** What must be there after batch n, as the child tells it: first byte and length in one number. */
function slotsAfter(n: number): Record<string, number> {
  const text = String(n)
  const slots: Record<string, number> = {}
  if (n > 0) slots['last'] = text.charCodeAt(0) | (text.length << 8)
  for (let i = Math.max(1, n - 9); i <= n; i++) slots[`slot ${i}`] = (i & 255) | (2_048 << 8)
  return slots
}

describe('a database that ends the process with SIGABRT when it is opened', () => {
  const poisoned = async (directory: string): Promise<{ location: string; table: string }> => {
    const location = join(directory, 'store')
    const store = levelStore(location)
    // The second opening makes a table of the first one's log.
    for (let session = 0; session < 2; session++) {
      await store.open()
      await store.save('/a', { put: new Map([[`key ${session}`, Uint8Array.of(1)]]), remove: new Set() })
      await store.close()
    }
    const [table] = await filesOf(location, /\.ldb$/)
    return { location, table: basename(table!) }
  }

  it(
    'is set aside by the third start, whole, and that one succeeds',
    async () =>
      inDirectory(async directory => {
        const { location, table } = await poisoned(directory)
        const files = await readdir(location)
        for (let start = 1; start <= 2; start++)
          expect(await run(['visit', location], { abortsOn: table })).toMatchObject([{ signal: 'SIGABRT' }])
        expect(await run(['visit', location], { abortsOn: table })).toMatchObject([
          { found: 1, recoveries: ['set-aside'] },
          { code: 0, errors: '' }
        ])
        const aside = (await readdir(directory)).find(name => name.startsWith('store.corrupt-'))!
        expect(await readdir(join(directory, aside))).toEqual(expect.arrayContaining(files))
        expect(await run(['visit', location], { abortsOn: table })).toMatchObject([
          { found: 1, recoveries: [] },
          { code: 0, errors: '' }
        ])
      }),
    timeoutFor(5, 10_000)
  )

  it(
    'and later does not, is opened as it was: a start that comes to its end forgets those that did not',
    async () =>
      inDirectory(async directory => {
        const { location, table } = await poisoned(directory)
        const kept = join(directory, 'kept')
        for (let time = 1; time <= 3; time++) {
          expect(await run(['visit', location], { abortsOn: table })).toMatchObject([{ signal: 'SIGABRT' }])
          expect(await readdir(location)).toContain('OPENING')
          if (time === 1) await cp(location, kept, { recursive: true })
          expect(await run(['visit', location])).toMatchObject([{ recoveries: [] }, { code: 0 }])
          expect(await readdir(location)).not.toContain('OPENING')
        }
        // Two deaths of which the first was longer ago than ten minutes are no crash loop.
        const later = levelStore(kept, { clock: { now: () => Date.now() + 600_001 } })
        expect(await run(['visit', kept], { abortsOn: table })).toMatchObject([{ signal: 'SIGABRT' }])
        await later.open()
        expect((await later.load('/a')).entries.size).toBe(2)
        await later.close()
      }),
    timeoutFor(7, 10_000)
  )
})

describe('another process', () => {
  it(
    'has the store: opening fails with PEX_STORE_LOCKED until it is gone',
    async () =>
      inDirectory(async directory => {
        const refused: unknown[] = []
        await run(['hold', directory], {
          hear: (_, kill) => {
            void levelStore(directory)
              .open()
              .catch(error => refused.push(error))
              .finally(kill)
          }
        })
        expect(refused).toMatchObject([
          { code: 'PEX_STORE_LOCKED', message: expect.stringContaining('another process') }
        ])
        const store = levelStore(directory)
        await store.open()
        await store.close()
      }),
    timeoutFor(1, 10_000)
  )
})
