/** The manifest against the disk, the sources, and itself; and the fuzzer against targets whose faults are known. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inputOf } from './kit/inputs.ts'
import { filesOfTargets, manifest } from './kit/load.ts'
import { must } from './kit/oracle.ts'
import { faultOf, run } from './kit/run.ts'
import { shrink } from './kit/shrink.ts'
import type { Fuzzed } from './kit/target.ts'
import { PARTS, partOf } from './suite.ts'

const root = join(import.meta.dirname, '..', '..')
const pins = JSON.parse(readFileSync(join(root, 'test', 'exports.json'), 'utf8')) as Record<string, string[]>
const covered = new Set(Object.values(manifest.targets).flatMap(({ covers }) => covers))

/** Functions of the packages that make something of what somebody else has written: their names begin so. */
const decoder =
  /^export (?:async )?function ((?:decode|parse|read|open|unpack|unseal|decompress|lengthen|restore|verify)[A-Z]?\w*)/gm
const own = /^(?:testkit)$/

function sources(): string[] {
  const packages = readdirSync(join(root, 'packages')).filter(name => !own.test(name))
  return packages.flatMap(name =>
    readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts'))
      .map(file => `packages/${name}/src/${file.replaceAll('\\', '/')}`)
  )
}

/** Every decoder of the sources, as `file:name`. */
function decoders(): string[] {
  return sources().flatMap(file =>
    [...readFileSync(join(root, file), 'utf8').matchAll(decoder)].map(([, name]) => `${file}:${name}`)
  )
}

/** Whether a target covers it, by its file or by an entry that exports it. */
function isCovered(which: string): boolean {
  const [file, name] = which.split(':') as [string, string]
  const folder = /^packages\/([^/]+)\//.exec(file)![1]!
  const entries = Object.keys(pins).filter(
    entry => entry === `@pex/${folder}` || entry.startsWith(`@pex/${folder}/`)
  )
  return covered.has(which) || entries.some(entry => covered.has(`${entry}:${name}`))
}

describe('the manifest', () => {
  it('lists the targets that are on disk, and no others', () => {
    expect(filesOfTargets()).toEqual(Object.keys(manifest.targets).toSorted())
  })

  it('has each target run in one part of the suite', () => {
    const files = readdirSync(import.meta.dirname).filter(name => /^part-\d+\.test\.ts$/.test(name))
    expect(files).toHaveLength(PARTS)
    const ran = Array.from({ length: PARTS }, (_, part) => partOf(part)).flat()
    expect(ran.toSorted()).toEqual(filesOfTargets())
  })

  it('says why a target gets fewer inputs, and what each must have seen', () => {
    for (const [name, { share, why, outcomes }] of Object.entries(manifest.targets)) {
      expect([name, share === undefined || (share > 0 && share < 1)]).toEqual([name, true])
      expect([name, why !== undefined]).toEqual([name, share !== undefined])
      expect([name, outcomes.length > 1]).toEqual([name, true])
    }
  })

  it('has a target, or a reason, for every decoder of the packages', () => {
    const missing = decoders().filter(which => !isCovered(which) && !(which in manifest.exempt))
    expect(missing).toEqual([])
    const needless = Object.keys(manifest.exempt).filter(
      which => !decoders().includes(which) || isCovered(which)
    )
    expect(needless).toEqual([])
  })

  it.each([...covered])('covers what there is: %s', which => {
    const at = which.lastIndexOf(':')
    const [place, name] = [which.slice(0, at), which.slice(at + 1)]
    if (place.startsWith('@')) expect(pins[place]).toContain(name)
    else
      expect(readFileSync(join(root, place), 'utf8')).toMatch(
        new RegExp(`^export (async )?(function|class) ${name}\\b`, 'm')
      )
  })
})

describe('the fuzzer', () => {
  const fuzzed = (check: Fuzzed['check']): Fuzzed => ({
    seeds: [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
    check
  })
  const init = { target: 'known', seed: 7, from: 0, count: 5_000 }

  it('finds a fault behind one length that lies, shortens its input, and plays it again by its index', async () => {
    const faulty = fuzzed(input => {
      must(!(input.length > 2 && input[0] === 1 && input[1] === 0xff), 'a length lies')
      return 'fine'
    })
    const { failure, ran } = await run(faulty, init)
    expect(failure?.error.message).toBe('a length lies')
    expect(ran).toBe(failure!.index + 1)
    expect(inputOf(faulty, 'known', 7, failure!.index)).toEqual(failure!.input)
    const again = await run(faulty, { ...init, from: failure!.index, count: 1 })
    expect(again.failure?.input).toEqual(failure!.input)
    const small = await shrink(failure!.input, async input => (await faultOf(faulty, input)) !== undefined)
    expect(small).toEqual(Uint8Array.of(1, 0xff, 0))
  })

  it('takes an input that is far too slow for a fault', async () => {
    const slow = fuzzed(input => {
      for (const end = performance.now() + (input[0] === 0 ? 300 : 0); performance.now() < end;);
      return 'fine'
    })
    const { failure } = await run(slow, init)
    expect(failure?.error.message).toContain('more than 250')
  })

  it('takes memory out of proportion for a fault', async () => {
    const held: Uint8Array[] = []
    const greedy = fuzzed(() => {
      held[0] = new Uint8Array(2 ** 26)
      return 'fine'
    })
    const { failure } = await run(greedy, init)
    expect(failure?.error.message).toContain('outside the heap')
  })

  it('takes a target whose outcomes are not from a list for a fault', async () => {
    const wordy = fuzzed(input => String(input))
    const { failure } = await run(wordy, init)
    expect(failure?.error.message).toContain('too many outcomes')
  })
})
