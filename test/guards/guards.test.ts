/** The list of guards stands beside the sources, and is about them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { guards } from './guards.ts'
import { isChosen, sampled, shardOf } from './kit/choice.ts'
import { isStale, replaced, root } from './kit/mutation.ts'

describe('the guards', () => {
  it('are many, each with a name of its own', () => {
    expect(guards.length).toBeGreaterThanOrEqual(120)
    expect(new Set(guards.map(({ name }) => name)).size).toBe(guards.length)
  })

  it('stand in the sources, each anchor once', () => {
    const stale = guards.filter(isStale).map(({ name, file, find }) => `${file}: ${name}: ${find}`)
    expect(stale).toEqual([])
  })

  it('are each broken by what is put in their place', () => {
    expect(guards.filter(({ find, replace }) => find === replace)).toEqual([])
  })

  it('name tests that are there', () => {
    const tests = new Set(guards.flatMap(guard => guard.tests))
    expect([...tests].filter(test => !existsSync(join(root, test)))).toEqual([])
    expect(guards.filter(guard => guard.tests.length === 0)).toEqual([])
  })

  it('stand against every threat of the model', () => {
    const threats = new Set(guards.map(({ threat }) => threat))
    const all = Array.from({ length: 29 }, (_, i) => `T${i + 1}`)
    expect(all.filter(threat => !threats.has(threat as `T${number}`))).toEqual([])
    expect([...threats].filter(threat => !all.includes(threat))).toEqual([])
  })

  it('of the sample are among them', () => {
    const names = new Set(guards.map(({ name }) => name))
    expect(sampled.filter(name => !names.has(name))).toEqual([])
    expect(sampled.length).toBeGreaterThanOrEqual(12)
  })
})

describe('what a run is about', () => {
  it('is chosen by threat, area, name and file', () => {
    const count = (...words: readonly string[]): number =>
      guards.filter(guard => isChosen(guard, words)).length
    expect(count()).toBe(guards.length)
    expect(count('T8')).toBe(guards.filter(({ threat }) => threat === 'T8').length)
    expect(count('store-level')).toBeGreaterThan(9)
    expect(count('cookie.ts')).toBe(guards.filter(({ file }) => file.endsWith('/cookie.ts')).length)
    expect(count('the signature is verified')).toBe(1)
  })

  it('is all of it, in parts', () => {
    for (const parts of [1, 3, 7])
      expect(Array.from({ length: parts }, (_, i) => shardOf(guards, i + 1, parts)).flat()).toEqual(guards)
  })
})

describe('a mutation', () => {
  const mutation = { file: 'a.ts', find: 'if (bad) return', replace: '' }

  it('replaces the anchor, and nothing else', () => {
    expect(replaced('a\nif (bad) return\nb', mutation)).toBe('a\n\nb')
  })

  it('is refused where the anchor is not there, or there twice', () => {
    expect(() => replaced('a', mutation)).toThrow('a.ts: the anchor occurs 0 times')
    expect(() => replaced('if (bad) return; if (bad) return', mutation)).toThrow('occurs 2 times')
  })
})
