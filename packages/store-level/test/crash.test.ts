import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { levelStore } from '@pex/store-level'
import { below, between } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import { describe, expect, it } from 'vitest'
import { filesOf, inDirectory } from './place.ts'

const program = fileURLToPath(new URL('child.ts', import.meta.url))

type Line = Record<string, unknown>

/** Runs the child to its end, which `hear` may bring about, and returns all that it said. */
function run(
  args: readonly string[],
  { hear, shell }: { hear?: (line: Line, kill: () => void) => void; shell?: string } = {}
): Promise<Line[]> {
  const command = [process.execPath, '--conditions=@pex/source', program, ...args]
  const child =
    shell === undefined
      ? spawn(command[0]!, command.slice(1))
      : spawn('bash', ['-c', `${shell}; exec "$@"`, 'bash', ...command])
  const lines: Line[] = []
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', text => (errors += text))
  createInterface(child.stdout).on('line', text => {
    const line = JSON.parse(text) as Line
    lines.push(line)
    hear?.(line, () => child.kill('SIGKILL'))
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      lines.push({ code, signal, errors })
      resolve(lines)
    })
  })
}

/** Lets some microseconds pass, so that the kill falls anywhere between two acknowledgements. */
function spin(microseconds: number): void {
  const until = process.hrtime.bigint() + BigInt(Math.round(microseconds * 1_000))
  while (process.hrtime.bigint() < until);
}

describe('kill -9', () => {
  it(
    '100 times during writes: nothing acknowledged is lost, nothing is half there, every start succeeds',
    async () =>
      inDirectory(async directory => {
        const rng = seeded(9)
        let acknowledged = 0
        for (let round = 0; round <= 100; round++) {
          let acks = 1 + below(rng, 40)
          const lines = await run(['write', directory], {
            hear: ({ saved }, kill) => {
              if (saved === undefined || --acks !== 0) return
              spin(between(rng, 0, 400))
              kill()
            }
          })
          const end = lines.at(-1)
          const start = lines[0] as unknown as Start
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
        expect(acknowledged).toBeGreaterThan(1_000)
      }),
    60_000
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
    20_000
  )
})

describe.runIf(process.platform !== 'win32')('a disk that is full', () => {
  it(
    'fails the save that met it; loads go on, later saves succeed, and all that was acknowledged is there',
    async () =>
      inDirectory(async directory => {
        // The shell bounds the size of every file, so that LevelDB's log ends in the middle of a record.
        const lines = await run(['fillUp', directory], { shell: 'ulimit -S -f 200' })
        expect(lines).toMatchObject([
          { failed: 'PEX_STORE_FAILED' },
          { loaded: lines[0]!['saved'] },
          { saved: (lines[0]!['saved'] as number) + 1, recoveries: [] },
          { signal: 'SIGKILL', errors: '' }
        ])
        const store = levelStore(directory)
        await store.open()
        const { entries, damaged } = await store.load('/a')
        expect([entries.size, damaged]).toEqual([lines[2]!['saved'], 0])
        expect((await store.load('/b')).entries.size).toBe(1)
        await store.close()
      }),
    20_000
  )
})

describe('rot in a table', () => {
  it(
    '200 flipped bits: every start succeeds, no wrong value is loaded, and no loss goes untold',
    async () =>
      inDirectory(async directory => {
        const sound = join(directory, 'sound')
        const entries = 300
        await fillTable(sound, entries)
        const [table] = await filesOf(sound, /\.ldb$/)
        const { size } = await stat(table!)
        const rng = seeded(13)
        let bits = Array.from({ length: 200 }, () => below(rng, size * 8))
        const results: Line[] = []
        let aborts = 0
        // LevelDB answers about one flip in 500 with an abort of the process; the next start is then the parent's affair.
        while (bits.length > 0) {
          const lines = await run([
            'flips',
            join(directory, 'store'),
            sound,
            basename(table!),
            bits.join(',')
          ])
          results.push(...lines.filter(({ found }) => found !== undefined))
          const end = lines.at(-1)!
          if (end['code'] === 0) break
          expect(end, JSON.stringify(lines.slice(-2))).toMatchObject({ signal: 'SIGABRT' })
          aborts++
          bits = bits.slice(
            bits.indexOf(lines.findLast(({ trying }) => trying !== undefined)!['trying'] as number) + 1
          )
        }
        expect(aborts).toBeLessThanOrEqual(4)
        expect(results.length + aborts).toBe(200)
        for (const { bit, found, damaged, wrong, again, stuck, recoveries } of results) {
          expect([wrong, again, stuck], `bit ${String(bit)}`).toEqual([0, [found, 0], 0])
          const isTold = (recoveries as unknown[]).length > 0
          expect(isTold || (found as number) + (damaged as number), `bit ${String(bit)}`).toBeOneOf([
            true,
            entries
          ])
        }
      }),
    60_000
  )
})

/** A store whose entries stand in one table. */
async function fillTable(location: string, entries: number): Promise<void> {
  const store = levelStore(location)
  await store.open()
  const put = new Map(
    Array.from({ length: entries }, (_, i) => [String(i), new Uint8Array(150).fill(i & 255)])
  )
  await store.save('/a', { put, remove: new Set() })
  await store.close()
  await store.open()
  await store.close()
}
