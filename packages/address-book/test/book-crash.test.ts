/** Books on a disk that goes wrong: kill -9 during saves, a file cut off at every byte, and flipped bits. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { below, between } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { places } from './numbered.ts'

const full = process.env['PEX_STORE_FULL'] === '1'
const kills = full ? 200 : 8
const flips = full ? 2_000 : 250
/** Every byte of a file, or every 97th. */
const step = full ? 1 : 97
const names = Object.keys(places)
const files = names.filter(name => name.endsWith('.json'))
const program = fileURLToPath(new URL('book-writer.ts', import.meta.url))

let directory = ''
let path = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pex-book-'))
  path = join(directory, 'book')
})
afterEach(() => rm(directory, { recursive: true }))

/** Writes books from number `first` on and is killed after so many, and some microseconds; the last that it has told of. */
function writeAndDie(name: string, first: number, acks: number, microseconds: number): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=@pex/source', program, name, path, `${first}`])
  let last = first - 1
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', text => (errors += text))
  createInterface(child.stdout).on('line', text => {
    last = Number(text)
    if (last !== first + acks - 1) return
    const until = process.hrtime.bigint() + BigInt(Math.round(microseconds * 1_000))
    while (process.hrtime.bigint() < until);
    child.kill('SIGKILL')
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (_, signal) => {
      if (signal === 'SIGKILL' && errors === '') resolve(last)
      else reject(new Error(`the writer ended by itself: ${errors}`))
    })
  })
}

describe('kill -9 during saves', () => {
  it.each(names)(
    `${kills} times of %s: the book that is found is whole, and as new as the last that was saved`,
    async name => {
      const rng = seeded(9)
      let saved = 0
      for (let round = 0; round < kills; round++) {
        saved = await writeAndDie(name, saved + 1, 1 + below(rng, 20), between(rng, 0, 3_000))
        const place = await places[name]!(path)
        const { added, ...rest } = await place.load()
        await place.close()
        expect(rest, `round ${round}`).toEqual({ problems: 0, setAside: undefined, isWhole: true })
        expect([saved, saved + 1], `round ${round}`).toContain(added)
        saved = added!
      }
      expect(saved).toBeGreaterThanOrEqual(kills)
      // What a killed save has left, the next one takes away.
      const left = await places[name]!(path)
      await left.save(saved + 1)
      await left.close()
      expect(await readdir(directory)).toEqual(['book'])
    },
    60_000 + kills * 10_000
  )
})

describe('rot in a file', () => {
  it.each(files)(
    `%s cut off at every ${full ? '' : `${step}th `}byte, with nothing, zeros or rubbish behind it, is set aside, and a new one is saved`,
    async name => {
      const place = await places[name]!(path)
      await place.save(1)
      const bytes = await readFile(path)
      const rng = seeded(3)
      for (let at = 0; at < bytes.length; at += step) {
        const missing = bytes.length - at
        const tails = [0, missing].map(length => Buffer.alloc(length))
        tails.push(Buffer.from(Array.from({ length: missing }, () => below(rng, 256))))
        for (const tail of tails) {
          await writeFile(path, Buffer.concat([bytes.subarray(0, at), tail]))
          const { setAside, isWhole } = await place.load()
          expect([typeof setAside, isWhole], `cut at ${at} of ${bytes.length}`).toEqual(['string', false])
          await rm(setAside!)
        }
      }
      await place.save(2)
      expect(await place.load()).toMatchObject({ added: 2, isWhole: true })
    },
    60_000 + (60_000 / step) * 100
  )

  it.each(files)(
    `${flips} flipped bits of %s: none throws; what is no book is set aside, and what is one is read with its problems`,
    async name => {
      const place = await places[name]!(path)
      await place.save(1)
      const bytes = await readFile(path)
      const rng = seeded(4)
      let aside = 0
      for (let i = 0; i < flips; i++) {
        const flipped = Buffer.from(bytes)
        flipped[below(rng, flipped.length)]! ^= 1 << below(rng, 8)
        await writeFile(path, flipped)
        const { added, setAside } = await place.load()
        if (setAside === undefined) expect(typeof added).toBe('number')
        else {
          expect(new Uint8Array(await readFile(setAside))).toEqual(new Uint8Array(flipped))
          await rm(setAside)
          aside++
        }
      }
      expect(aside).toBeGreaterThan(flips / 20)
      expect(aside).toBeLessThan(flips)
    },
    60_000 + flips * 50
  )
})
