/** Every file of the malformed corpus is rejected for the reason in its name, and every reason has a file. */
import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { families, fileOf, folder } from './corpus.ts'
import { lists } from './lists.ts'

const root = join(import.meta.dirname, '..', '..')
const all = await families()
/** Other corpora, which lie with what they are for; their files' names begin with the reason as well. */
const others = [
  'packages/wire/test/corpus',
  'packages/wire/test/capnp/corpus',
  'packages/transport-udp/test/corpus'
]

function reasonOf(file: string): string {
  return file.split(/--|\.(?!.*--)/)[0]!
}

/** The words of a union of texts, or of a list of them, as the source has it. */
function wordsOf(file: string, name: string): string[] {
  const source = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*\*?[^]*?\*\/|\/\/.*$/gm, '')
  const [, union, list] =
    new RegExp(`export type ${name} =((?:\\s*\\|?\\s*'[^']+')+)|export const ${name} = \\[([^\\]]+)\\]`).exec(
      source
    ) ?? []
  return [...(union ?? list ?? '').matchAll(/'([^']+)'/g)].map(([, word]) => word!)
}

/** The bytes that a reader can keep of one file, on top of what was there: a bomb would show. */
const MOST_BYTES = 8_000_000

describe.each([...all])('%s', (name, family) => {
  const files = readdirSync(join(folder, name))

  it.each(files)('%s is rejected with the reason in its name', async file => {
    const content = new Uint8Array(readFileSync(join(folder, name, file)))
    const before = process.memoryUsage().arrayBuffers
    expect(await family.judge(content)).toBe(reasonOf(file))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MOST_BYTES)
  })

  it('holds what its script writes', () => {
    const written = Object.keys(family.faults).map(fault => fileOf(fault, family))
    expect(files.toSorted()).toEqual(written.toSorted())
    for (const [fault, content] of Object.entries(family.faults)) {
      const kept = readFileSync(join(folder, name, fileOf(fault, family)))
      expect([fault, kept.equals(content)]).toEqual([fault, true])
    }
  })

  it('has faults that are all different', () => {
    const contents = Object.values(family.faults).map(content => Buffer.from(content).toString('latin1'))
    expect(new Set(contents).size).toBe(contents.length)
  })
})

describe('the corpora together', () => {
  it('hold more than 300 files, and less than a megabyte of them here', () => {
    const here = [...all.keys()].flatMap(name =>
      readdirSync(join(folder, name)).map(file => join(folder, name, file))
    )
    const there = others.flatMap(other => readdirSync(join(root, other)))
    expect(here.length).toBeGreaterThan(300)
    expect(here.length + there.length).toBeGreaterThan(800)
    expect(here.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(1_000_000)
    expect(readdirSync(folder).toSorted()).toEqual([...all.keys()])
  })

  it.each(lists)(
    'have a file, or a reason why not, for every reason of $name',
    ({ file, name, families, folders = [], elsewhere }) => {
      const words = wordsOf(file, name)
      expect(words.length).toBeGreaterThan(1)
      const files = [
        ...families.map(family => join(folder, family)),
        ...folders.map(other => join(root, other))
      ]
      const held = new Set(files.flatMap(each => readdirSync(each).map(reasonOf)))
      expect(words.filter(word => !held.has(word)).toSorted()).toEqual(Object.keys(elsewhere).toSorted())
      for (const where of Object.values(elsewhere)) {
        const [path] = /(?:packages|apps)\/[\w/.-]+/.exec(where) ?? []
        expect([where, existsSync(join(root, path!))]).toEqual([where, true])
      }
    }
  )

  it('know every closed list of reasons that there is', () => {
    const unions = /export type (\w*(?:Reason|Rejection|Fault))\s*=\s*(?:\s*\|?\s*'|\s*\/)/g
    const sources = globSync('packages/*/src/**/*.ts', { cwd: root })
    const found = sources.flatMap(file => {
      const text = readFileSync(join(root, file), 'utf8')
      return [...text.matchAll(unions)].map(([, name]) => `${file.replaceAll('\\', '/')}:${name}`)
    })
    const known = lists.map(({ file, name }) => `${file}:${name}`)
    expect(found.filter(each => !known.includes(each)).toSorted()).toEqual(notOfBytes.toSorted())
  })
})

/** Reasons that are about what somebody does, or about our own side, and never about bytes that came. */
const notOfBytes = [
  // Why a dial failed, and what a peer did against the rules of asking.
  'packages/cometbft/src/tm035/outcomes.ts:DialFault',
  'packages/cometbft/src/tm035/pex-events.ts:AdaptiveFault'
]
