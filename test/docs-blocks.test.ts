/**
 * What the documentation says to type is typed: every block of the site marked js, ts or sh, and of the README, runs in a project of a
 * user's, from the sources. Those that cannot run here stand in two closed lists, with the reason; their commands, options and
 * package names are checked all the same.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { commandsOf, programsOf } from '../apps/docs/src/blocks/programs.ts'
import type { Program } from '../apps/docs/src/blocks/programs.ts'
import { project } from '../apps/docs/src/blocks/project.ts'
import { pages, root } from '../apps/docs/src/site/pages.ts'

interface Exception {
  readonly source?: string | RegExp
  /** Found in the block. */
  readonly has: RegExp
  readonly why: string
}

/** Commands that a test cannot run. A block with one of them is not run as a whole. */
const commands: readonly Exception[] = [
  { has: /^npm (?:i|install) /, why: 'it installs from a registry; `npm run pack:check` does that' },
  {
    has: /^npm start$|^pex demo$|^npm start -- (?:demo|start)/,
    why: 'it runs until it is stopped'
  },
  { has: /^pex (?:start|seed) /, why: 'it runs until it is stopped' },
  { has: /^(?:pex|npm start --) (?:probe|crawl) /, why: 'it calls nodes of a chain' },
  { has: /pex completion /, why: 'it is for one shell each; the tests of pex have them' },
  { has: /^node host\.mjs /, why: 'it takes three terminals; the last test here has them' },
  { has: /^npx vitest run /, why: 'those tests run with all others' },
  { has: /^npm (?:test|run \S+)/, why: 'it takes minutes, or runs until it is stopped' },
  { has: /^pex sim (?:sweep .*)?--nodes 10000 /, why: 'it takes minutes; smaller ones run' },
  { has: / && shadow /, why: 'that simulator is not here; the tests of pex look at what is written for it' },
  { has: /^node --conditions=@pex\/source test\//, why: 'it writes into the workspace' }
]

/** Blocks of code that cannot run as they stand. */
const fragments: readonly Exception[] = [
  {
    source: /^README\.md$/,
    has: /createLibp2p\(\{\n  \/\/ …|createHost\(\{ transport/,
    why: 'shortened; the site has them whole'
  },
  {
    source: 'docs/METRICS.md',
    has: /udpTransport\(\{ privateKey, listen, metrics \}\)/,
    why: 'the lines that matter, of a longer program'
  },
  {
    source: 'docs/from-libonomy.md',
    has: /createHost\(\{/,
    why: 'beside the same in Go; build/host.md has it whole'
  },
  {
    source: 'examples/test-your-protocol/README.md',
    has: /presenceOf/,
    why: 'out of that example, whose test runs'
  },
  {
    source: 'packages/testkit/README.md',
    has: /myTransport\(\)|myNetwork\(/,
    why: 'a form to fill in; build/transport.md has one filled in'
  },
  {
    source: 'packages/cometbft/README.md',
    has: /await probe\(|new PeerManager\(/,
    why: 'calls nodes of a chain, or goes on with a switch that is there'
  },
  {
    source: 'packages/transport-libp2p/README.md',
    has: /scopeGater\(scope\)|^pex\(\{/,
    why: 'goes on with a node that is there; a public scope dials no test'
  }
]

const all = [
  ...pages().flatMap(page => programsOf(page.source, page.text)),
  ...programsOf('README.md', readFileSync(join(root, 'README.md'), 'utf8'))
]
const home = project()
afterAll(() => home.remove())

/** Which exceptions have been of use. Bounded by the two lists. */
const used = new Set<Exception>()

function exceptionFor(program: Program): Exception | undefined {
  const { source, shown, kind } = program
  const found =
    kind === 'sh'
      ? commandsOf(shown).flatMap(command => commands.find(({ has }) => has.test(command)) ?? [])
      : fragments.filter(entry => {
          const isFrom = entry.source instanceof RegExp ? entry.source.test(source) : entry.source === source
          return isFrom && entry.has.test(shown)
        })
  for (const entry of found) used.add(entry)
  return found[0]
}

/** The first program of a package's README is run by readme.test.ts. */
function isRunElsewhere({ source, line, kind }: Program): boolean {
  if (!/^packages\/[^/]+\/README\.md$/.test(source) || kind !== 'js') return false
  return all.find(other => other.source === source && other.kind === 'js')?.line === line
}

const [able, unable] = [
  all.filter(program => exceptionFor(program) === undefined),
  all.filter(program => exceptionFor(program) !== undefined)
]
const here = able.filter(program => !isRunElsewhere(program))

describe('the code of the documentation runs as it stands', () => {
  it.each(here.map(program => [`${program.source}:${program.line}`, program] as const))(
    '%s',
    { timeout: 70_000 },
    async (_, program) => {
      const saved = able.filter(({ source, line }) => source === program.source && line < program.line)
      const { status, output } = await home.run(program, saved)
      expect(status, output).toBe(0)
    }
  )
})

describe('what cannot run', () => {
  it('is at least sound JavaScript or TypeScript', () => {
    expect(unable.length).toBeGreaterThan(0)
    for (const { kind, shown, source, line } of unable)
      if (kind !== 'sh')
        expect(
          () => stripTypeScriptTypes(`async () => {${withoutImports(shown)}}`),
          `${source}:${line}`
        ).not.toThrow()
  })

  it('is in a list for a reason, and no reason is left over', () => {
    expect(
      [...commands, ...fragments].filter(entry => !used.has(entry)).map(({ has }) => has.source)
    ).toEqual([])
  })
})

function withoutImports(code: string): string {
  return code.replaceAll(/^import .*$/gm, '')
}

const lines = all
  .filter(({ kind }) => kind === 'sh')
  .flatMap(({ source, line, shown }) =>
    commandsOf(shown).map(command => ({ at: `${source}:${line}`, command }))
  )

describe('every command', () => {
  it('names scripts that there are, and packages that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    for (const { at, command } of lines) {
      const script = /^npm (?:run (\S+)|(start|test)\b)/.exec(command)
      if (script !== null) expect(Object.keys(scripts), `${at}: ${command}`).toContain(script[1] ?? script[2])
      const names = /^npm (?:i|install) (.*)$/.exec(command)?.[1]?.split(/\s+/) ?? []
      for (const name of names.filter(name => !name.startsWith('-')))
        expect(home.knows(name), `${at}: nobody here knows ${name}`).toBe(true)
    }
  })

  it('of pex has options that its help knows', { timeout: 120_000 }, async () => {
    const helps = new Map<string, Promise<string>>()
    for (const { at, command } of lines) {
      for (const part of command.split(' | ')) {
        const words = /^(?:pex|npm start --) (?!help)(.+)$/.exec(part)?.[1]?.split(/\s+/)
        if (words === undefined || words[0]!.startsWith('-')) continue
        const path = words.slice(0, depthOf(words.join(' ')))
        const key = path.join(' ')
        helps.set(key, helps.get(key) ?? home.help(path))
        const help = await helps.get(key)!
        expect(help, `${at}: ${command}`).toContain(`Usage: pex ${key}`)
        for (const option of words.filter(word => /^--./.test(word)))
          expect(help, `${at}: ${command}`).toContain(`${option} `)
      }
    }
  })
})

/** How many words name the command. */
function depthOf(words: string): number {
  if (words.startsWith('sim export ')) return 3
  return /^(?:book [a-z]|sim (?:compare|merge|scenarios|sweep))/.test(words) ? 2 : 1
}

describe('Get started', () => {
  it('does what it says when it is typed as it says, in three terminals', { timeout: 60_000 }, async () => {
    const program = all.find(({ shown }) => shown.includes('`node host.mjs <directory>'))!
    const folder = home.folder({ 'host.mjs': program.shown })
    const hosts: { stop(): void }[] = []
    const start = (...args: string[]): Promise<{ address: string; knows(count: number): Promise<void> }> =>
      new Promise((resolve, reject) => {
        const child = execFile(process.execPath, ['--conditions=@pex/source', 'host.mjs', ...args], {
          cwd: folder,
          timeout: 50_000
        })
        hosts.push({ stop: () => child.kill('SIGKILL') })
        let said = ''
        const waiting = new Set<() => void>()
        child.on('exit', () => reject(new Error(`it ended: ${said}`)))
        child.stderr!.on('data', text => (said += text))
        child.stdout!.on('data', text => {
          said += text
          const address = /listening at (\S+)/.exec(said)?.[1]
          for (const look of waiting) look()
          if (address === undefined) return
          const knows = (count: number): Promise<void> =>
            new Promise(done => {
              const look = (): void => void (said.includes(`knows ${count}:`) && done())
              waiting.add(look)
              look()
            })
          resolve({ address, knows })
        })
      })
    try {
      const first = await start('./first')
      const others = [await start('./second', first.address), await start('./third', first.address)]
      await Promise.all([first, ...others].map(host => host.knows(2)))
      expect(first.address).toContain('/p2p/')
    } finally {
      for (const host of hosts) host.stop()
    }
  })
})
