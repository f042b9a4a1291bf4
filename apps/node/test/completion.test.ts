/** `pex completion`: the real shells load the script and propose what the command line is made of. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { describe, expect, it, vi } from 'vitest'
import { bash } from '../src/completion/bash.ts'
import { plan } from '../src/completion/plan.ts'
import type { PlannedCommand } from '../src/completion/plan.ts'
import { build } from '../src/cli/program.ts'
import { resolveSettings } from '../src/config.ts'
import { schemaNames } from '../src/schemas/files.ts'
import { pex, temporaryDirectory } from './processes.ts'

// Each test runs the command as a process: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

const commands = plan(build(() => {}))

/** How a shell is made to complete one line without a terminal: a script, given the completion and the line's words. */
interface Shell {
  readonly name: 'bash' | 'zsh' | 'fish'
  readonly ask: string
}

const shells: readonly Shell[] = [
  {
    name: 'bash',
    ask: `source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pex
[[ \${#COMPREPLY[@]} -gt 0 ]] && printf '%s\\n' "\${COMPREPLY[@]}"; exit 0`
  },
  {
    // The parts of zsh's own completion that the script calls, which print what they are given.
    name: 'zsh',
    ask: `compdef() { }
compset() { }
_describe() { [[ $1 == -* ]] && shift; local each; for each in \${(P)2}; do print -r -- \${\${each%%[^\\\\]:*}}\${\${(M)each#*[^\\\\]:}[-2]}; done }
_files() { local each; for each in *(N); do [[ $1 == -/ && ! -d $each ]] || print -r -- $each; done }
source "$1"; shift
words=("$@"); CURRENT=$#; _pex`
  },
  {
    name: 'fish',
    ask: `source $argv[1]
set -l line (string escape -- $argv[2..-2])
complete -C "$line $argv[-1]"`
  }
]

function has(name: string): boolean {
  return spawnSync(name, ['-c', 'exit 0']).status === 0
}

/** What the shell proposes where the last of the words is being typed. */
async function propose(shell: Shell, script: string, words: readonly string[]): Promise<readonly string[]> {
  const directory = temporaryDirectory()
  const file = join(directory, 'script')
  const place = join(directory, 'place')
  mkdirSync(join(place, 'folder'), { recursive: true })
  writeFileSync(join(place, 'file.json'), '')
  writeFileSync(file, script)
  const asked = join(directory, 'ask')
  writeFileSync(asked, shell.ask)
  const args = [...(shell.name === 'fish' ? ['-N'] : shell.name === 'zsh' ? ['-f'] : []), asked, file]
  const env = { ...process.env, HOME: directory }
  const { stdout } = await promisify(execFile)(shell.name, [...args, ...words], { cwd: place, env })
  const found = stdout.split('\n').map(line => line.split('\t')[0]!.replaceAll('\\:', ':'))
  const last = words.at(-1)!
  // Zsh's own matching is not asked for: the script hands it everything.
  return found.filter(line => line !== '' && line.startsWith(last)).toSorted()
}

const top = commands[0]!.subcommands.map(({ name }) => name)

const cases: readonly (readonly [typed: string, expected: readonly string[]])[] = [
  ['pex ', top],
  ['pex s', ['sample', 'schema', 'seed', 'sim', 'start']],
  ['pex start --st', ['--stop-with-stdin', '--store']],
  ['pex start --store ', ['level', 'memory']],
  ['pex start --listen /ip4/0.0.0.0/tcp/1 /ip4/0.0.0.0/udp/1 --wire c', ['casm']],
  ['pex start --tick ', []],
  ['pex start --data start --scope p', ['private', 'public']],
  ['pex start --data ', ['folder']],
  ['pex start --config ', ['file.json', 'folder']],
  ['pex sim --policy b', ['balanced', 'basalt', 'brahms']],
  ['pex sim compare ', ['file.json', 'folder']],
  ['pex book ', ['check', 'convert', 'help', 'merge', 'repair', 'show']],
  ['pex book convert --to ', ['addrbook', 'list', 'peers']],
  ['pex book repair ', ['file.json', 'folder']],
  ['pex book repair --drop stale port', ['port-0']],
  ['pex help sta', ['start']],
  ['pex completion ', ['bash', 'fish', 'zsh']],
  ['pex schema book-c', ['book-check', 'book-convert']],
  ['pex doctor --js', ['--json']],
  ['pex nonsense --nonsense ', top]
]

for (const shell of shells) {
  const isThere = has(shell.name)
  const why = isThere ? '' : ', which is not on this machine'
  describe.skipIf(!isThere)(`in ${shell.name}${why}`, () => {
    it('every proposal is what the command line knows', async () => {
      const { stdout: script } = await pex(['completion', shell.name])
      for (const [typed, expected] of cases) {
        const found = await propose(shell, script, typed.split(' '))
        // Directories may come with their slash.
        const bare = found.map(each => each.replace(/\/$/, ''))
        expect(bare, `${shell.name}: ${typed}`).toEqual([...expected].toSorted())
      }
    })
  })
}

describe('the plan', () => {
  it('knows every command, and every option of each', () => {
    const seen = (command: Command, path: string): string[] => [
      ...command.options.map(option => `${path} ${option.long ?? option.short}`),
      ...command.commands.flatMap(each => seen(each, `${path} ${each.name()}`))
    ]
    const planned = new Set(
      commands.flatMap(({ path, options }) =>
        options.flatMap(({ names }) => names.map(name => `${path} ${name}`))
      )
    )
    const all = seen(
      build(() => {}),
      'pex'
    )
    expect(all.length).toBeGreaterThan(100)
    for (const option of all) expect(planned).toContain(option)
  })

  it('proposes every value that a setting takes, and no other', () => {
    const { options } = commandAt('pex start')
    const names = ['store', 'wire', 'scope', 'nat', 'policy'] as const
    for (const name of names) {
      const value = options.find(each => each.names.includes(`--${name}`))!.value
      const words = value?.kind === 'words' ? value.words : []
      for (const word of words) expect(() => resolveSettings({ [name]: word }, {})).not.toThrow()
      const allowed = refusalOf(name)
        .replace('one of ', '')
        .split(/, | or /)
      expect(words.toSorted()).toEqual(allowed.toSorted())
    }
  })

  it('proposes words to the commands that check them themselves, and they take each', async () => {
    const book = join(temporaryDirectory(), 'book.json')
    const said = await Promise.all([
      pex(['book', 'convert', book, '--to', 'nothing']),
      pex(['book', 'repair', book, '--drop', 'nothing']),
      pex(['crawl', '--chain-id', 'x', '--scope', 'nothing']),
      pex(['seed', '--chain-id', 'x', '--data', 'd', '--scope', 'nothing']),
      pex(['sim', '--scenario', 'nothing'])
    ])
    const options = [
      ['pex book convert', '--to'],
      ['pex book repair', '--drop'],
      ['pex crawl', '--scope'],
      ['pex seed', '--scope'],
      ['pex sim', '--scenario']
    ] as const
    for (const [i, [path, name]] of options.entries()) {
      const value = commandAt(path).options.find(each => each.names.includes(name))!.value
      expect(said[i]!.code).toBe(2)
      for (const word of value?.kind === 'words' ? value.words : []) expect(said[i]!.stderr).toContain(word)
    }
  })

  it('follows the program: what is new there is proposed', () => {
    const program = new Command('pex').description('x')
    program.command('fly').option('--how <dir>', "it's new")
    const script = bash(plan(program))
    expect(script).toContain("'pex fly --how'")
    expect(script).toContain("words='fly help'")
  })

  it('proposes the names of all schemas', () => {
    expect(commandAt('pex schema').argument).toEqual({ kind: 'words', words: schemaNames() })
  })
})

function commandAt(path: string): PlannedCommand {
  return commands.find(each => each.path === path)!
}

function refusalOf(name: string): string {
  try {
    resolveSettings({ [name]: 'nothing' }, {})
  } catch (error) {
    return (error as { next: string }).next
  }
  return ''
}
