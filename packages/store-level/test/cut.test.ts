/**
 * A log that ends anywhere, as after a power cut: cut at a byte, and cut with zeros or rubbish behind it, which is what file
 * systems leave that write a file's size before its data. Whatever is loaded is the state after some whole save.
 */
import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { levelStore } from '@pex/store-level'
import { seeded } from '@pex/testkit/chance'
import { describe, expect, it } from 'vitest'
import { full, timeoutFor } from './counts.ts'
import { filesOf, inDirectory } from './place.ts'

const saves = 36
/** Every byte, or every 60th. */
const step = full ? 1 : 60

const value = (n: number): Uint8Array => new Uint8Array(11).fill(n & 255)

/** Save n puts `last` and a slot, and removes the slot of five saves ago. Resolves to the log's length after each save. */
async function fill(location: string): Promise<number[]> {
  const store = levelStore(location)
  await store.open()
  const [log] = await filesOf(location, /\.log$/)
  const ends = [(await stat(log!)).size]
  for (let n = 1; n <= saves; n++) {
    const put = new Map([
      ['last', Uint8Array.of(n)],
      [`slot ${n}`, value(n)]
    ])
    await store.save('/a', { put, remove: new Set([`slot ${n - 5}`]) })
    ends.push((await stat(log!)).size)
  }
  await store.close()
  return ends
}

/** What must be there after save n. */
function after(n: number): Record<string, number[]> {
  const slots = Array.from({ length: Math.min(n, 5) }, (_, i) => n - i)
  return Object.fromEntries([
    ...(n === 0 ? [] : [['last', [n]]]),
    ...slots.map(slot => [`slot ${slot}`, [...value(slot)]])
  ])
}

const tails: Record<string, (bytes: number, rng: () => number) => Uint8Array> = {
  nothing: () => new Uint8Array(),
  zeros: bytes => new Uint8Array(bytes),
  rubbish: (bytes, rng) => Uint8Array.from({ length: bytes }, () => rng())
}

describe('a log that is cut off', () => {
  it.each(Object.keys(tails))(
    `at every ${full ? '' : `${step}th `}byte, with %s behind it, opens and holds every save before the cut, and no part of another`,
    async behind =>
      inDirectory(async directory => {
        const sound = join(directory, 'sound')
        const ends = await fill(sound)
        const log = (await filesOf(sound, /\.log$/))[0]!
        const bytes = await readFile(log)
        expect(bytes.length).toBe(ends.at(-1))
        const rng = seeded(36)
        for (let at = 0; at <= bytes.length; at += step) {
          const location = join(directory, 'cut')
          await cp(sound, location, { recursive: true })
          const tail = tails[behind]!(Math.max(64, bytes.length - at), rng)
          const cut = Buffer.concat([bytes.subarray(0, at), tail])
          await writeFile(join(location, basename(log)), cut)
          const store = levelStore(location)
          await store.open()
          const { entries, damaged } = await store.load('/a')
          await store.close()
          // What comes behind the cut may be what was there: zeros for zeros.
          const same = bytes.findIndex((byte, i) => byte !== cut[i])
          const whole = ends.findLastIndex(end => end <= (same === -1 ? bytes.length : same))
          const found = Object.fromEntries([...entries].map(([key, value]) => [key, [...value]]))
          expect([found, damaged], `cut at ${at} of ${bytes.length}`).toEqual([after(Math.max(whole, 0)), 0])
          await rm(location, { recursive: true })
        }
      }),
    timeoutFor(6_000 / step, 5_000)
  )
})
