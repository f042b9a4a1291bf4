/**
 * The disk fails at the nth call of all that the store makes, of LevelDB or of the file system, for every n: with no room or
 * with an input/output error, before the call took effect or after it, once or from then on. Whatever fails, fails as a
 * `PexError`; nothing hangs, `close` closes, and the next opening finds every save that was acknowledged, and no part of
 * another.
 */
import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { PexError } from '@pex/core'
import { levelStore } from '@pex/store-level'
import { Level } from 'level'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { inDirectory } from './place.ts'

// A bound on hanging: each tries some thirty stores, one after another.
vi.setConfig({ testTimeout: 300_000 })

interface Fault {
  readonly code: 'ENOSPC' | 'EIO'
  /** Whether the call has no effect, or has it and fails all the same; or that it and all after it fail. */
  readonly fails: 'before' | 'after' | 'from then on'
}

const disk = vi.hoisted(() => ({
  calls: 0,
  /** The call that fails, counted from 1; 0 where none does. */
  nth: 0,
  fault: { code: 'EIO', fails: 'before' } as Fault,
  /** Makes the call, unless it is its turn to fail. Only what changes something can fail after it took effect. */
  async pass<T>(errorOf: (code: string) => Error, changes: boolean, call: () => Promise<T>): Promise<T> {
    this.calls++
    const { code, fails } = this.fault
    const isIts =
      this.nth > 0 && (fails === 'from then on' ? this.calls >= this.nth : this.calls === this.nth)
    if (isIts && !(fails === 'after' && changes)) throw errorOf(code)
    const result = await call()
    if (isIts) throw errorOf(code)
    return result
  }
}))

vi.mock('node:fs/promises', async original => {
  const fs: Record<string, unknown> = await original()
  const errorOf = (code: string): Error => Object.assign(new Error(`${code}: told to fail`), { code })
  const watched = Object.entries(fs).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value]
    const changes = ['mkdir', 'rename', 'rm', 'writeFile', 'copyFile'].includes(name)
    const call = value as (...args: unknown[]) => Promise<unknown>
    return [name, (...args: unknown[]) => disk.pass(errorOf, changes, () => call(...args))]
  })
  return Object.fromEntries(watched) as object
})

type Methods = Record<string, (this: object, ...args: never[]) => Promise<unknown>>

/** LevelDB's calls below level's own checks. Closing is not among them: LevelDB's cannot fail. */
const below = Level.prototype as unknown as Methods
const names = ['_open', '_get', '_has', '_put', '_batch'].filter(name => name in below)
const sound = new Map(names.map(name => [name, below[name]!]))

beforeAll(() => {
  const errorOf = (code: string): Error =>
    Object.assign(new Error(`IO error: ${code}`), { code: 'LEVEL_IO_ERROR' })
  for (const [name, call] of sound)
    below[name] = function (...args) {
      const changes = name === '_put' || name === '_batch'
      return disk.pass(errorOf, changes, async () => call.apply(this, args))
    }
})
afterAll(() => {
  for (const [name, call] of sound) below[name] = call
})

/** What must be there after save n. */
const after = (n: number): Record<string, number> => ({ one: n, two: n, three: n })

const diff = (n: number) => ({
  put: new Map(Object.keys(after(n)).map(key => [key, Uint8Array.of(n)])),
  remove: new Set<string>()
})

/** Uses a store under a fault; resolves to the last save that was acknowledged. Calls may fail, and only with a `PexError`. */
async function use(location: string, first: number): Promise<number> {
  const store = levelStore(location)
  const attempt = async (call: Promise<unknown>): Promise<boolean> => {
    try {
      await call
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(PexError)
      return false
    }
  }
  let acknowledged = first
  if (await attempt(store.open())) {
    await attempt(store.load('/a'))
    for (let n = first + 1; n <= first + 3; n++)
      if (await attempt(store.save('/a', diff(n)))) acknowledged = n
    await attempt(store.load('/a'))
  }
  await store.close()
  return acknowledged
}

const states: [name: string, harm: (location: string) => void][] = [
  ['sound', () => {}],
  ['to be repaired', location => truncateSync(join(location, 'CURRENT'))]
]
const faults = (['ENOSPC', 'EIO'] as const).flatMap(code =>
  (['before', 'after', 'from then on'] as const).map((fails): Fault => ({ code, fails }))
)

describe.each(states)('a database that is %s', (_, harm) => {
  it.each(faults)('survives $code at every call, failing $fails', async fault => {
    let tried = 0
    for (let nth = 1; ; nth++) {
      let calls = 0
      await inDirectory(async directory => {
        const location = join(directory, 'store')
        Object.assign(disk, { nth: 0, fault })
        const before = levelStore(location)
        await before.open()
        await before.save('/a', diff(1))
        await before.close()
        harm(location)

        Object.assign(disk, { nth, calls: 0 })
        const acknowledged = await use(location, 1)
        calls = disk.calls
        disk.nth = 0

        const again = levelStore(location)
        await again.open()
        const { entries, damaged } = await again.load('/a')
        const found = Object.fromEntries([...entries].map(([key, [n]]) => [key, n]))
        const possible = [1, 2, 3, 4].filter(n => n >= acknowledged).map(after)
        expect(found, `call ${nth}`).toBeOneOf(possible)
        expect(damaged, `call ${nth}`).toBe(0)
        await again.save('/a', diff(9))
        await again.close()
      })
      if (calls < nth) break
      tried++
    }
    expect(tried).toBeGreaterThan(12)
  })
})
