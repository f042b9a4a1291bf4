/** What every command teaches and how it speaks: examples in each help, no colours in pipes, a next step in each complaint. */
import { Command, CommanderError } from 'commander'
import { describe, expect, it, vi } from 'vitest'
import { build } from '../src/cli/program.ts'
import { painter } from '../src/paint.ts'
import { linesOf, paintFor } from '../src/doctor/text.ts'
import { settingNames } from '../src/sources.ts'
import { pex } from './processes.ts'

// Each test runs the command as a process: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

interface Found {
  readonly path: readonly string[]
  readonly command: Command
}

function all(command: Command, path: readonly string[] = []): readonly Found[] {
  return [{ path, command }, ...command.commands.flatMap(each => all(each, [...path, each.name()]))]
}

/** The help as a user reads it, with what stands below it. */
function helpOf({ command }: Found, width: number = 80): string {
  let text = ''
  command.configureOutput({ writeOut: part => (text += part), getOutHelpWidth: () => width }).exitOverride()
  try {
    command.help()
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error
  }
  return text
}

const found = all(build(() => {}))

describe('the help of every command', () => {
  it.each(found.map(each => [['pex', ...each.path].join(' '), each] as const))(
    '%s has examples, each with a word about it',
    (name, each) => {
      const [, after] = helpOf(each).split('Examples:\n')
      const lines = after?.split('\n\n')[0]!.trimEnd().split('\n') ?? []
      const commands = lines.filter(line => line.startsWith('  pex '))
      expect(commands.length).toBeGreaterThan(0)
      expect(lines.length).toBe(2 * commands.length)
      for (const [i, line] of lines.entries()) if (i % 2 === 0) expect(line).toMatch(/^ {2}# \S/)
      // Those of a command show that command.
      if (each.path.length > 0) expect(commands.some(line => line.includes(name))).toBe(true)
    }
  )

  it.each([60, 80, 120])('is no wider than a terminal of %i columns, but for lines to type', width => {
    for (const each of found) {
      const lines = helpOf(each, width).split('\n')
      const wide = lines.filter(line => line.length > width && !/^(?: {2}pex |Usage: )/.test(line))
      expect(wide, each.path.join(' ')).toEqual([])
    }
  })

  it('names only options that there are', () => {
    for (const each of found) {
      const [, after = ''] = helpOf(each).split('Examples:\n')
      for (const line of after.split('\n').filter(text => text.startsWith('  pex '))) {
        const words = line.trim().split(' ').slice(1)
        const at = found.findLast(other => other.path.every((word, i) => words[i] === word))!
        const own = at.command.options.flatMap(({ short, long }) => [short, long])
        const first = line.split(/[|>$]/)[0]!
        for (const [option] of first.matchAll(/(?<= )--?[a-z-]+/g)) expect(own, line).toContain(option)
      }
    }
  })
})

describe('pex doctor', () => {
  it('takes every setting that pex start takes', () => {
    const doctor = found.find(({ path }) => path[0] === 'doctor')!
    const names = doctor.command.options.map(({ long }) => long)
    for (const name of settingNames) expect(names).toContain(`--${name}`)
  })
})

describe('colours', () => {
  it('go to terminals alone, and to none whose user wants none', () => {
    const red = (isTerminal: boolean, env: NodeJS.ProcessEnv): boolean =>
      linesOf({ area: 'key', verdict: 'wrong', found: 'x', mend: 'y' }, paintFor(isTerminal, env))
        .join()
        .includes('\u001B[31m')
    expect(red(true, {})).toBe(true)
    expect(red(true, { NO_COLOR: '' })).toBe(true)
    expect(red(true, { NO_COLOR: '1' })).toBe(false)
    expect(red(true, { TERM: 'dumb' })).toBe(false)
    expect(red(false, {})).toBe(false)
    expect(painter({ NO_COLOR: '1' })('x', 'red')).toBe('x')
  })

  it('do not keep the doctor from staying within a terminal of any width', () => {
    const finding = {
      area: 'bootstrap',
      verdict: 'wrong',
      found: 'nobody answers at /ip4/192.0.2.1/tcp/4001, which the option --bootstrap names',
      mend: 'the address that the host prints when it starts, and the port in the firewall of its machine'
    } as const
    for (const width of [40, 60, 80, 120]) {
      const lines = linesOf(finding, text => text, width)
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width)
      expect(lines.join(' ').replaceAll(/ +/g, ' ')).toBe(
        `wrong bootstrap ${finding.found} try ${finding.mend}`
      )
    }
  })

  it('and other control characters never go into a pipe', async () => {
    const lines = [
      [],
      ['--help'],
      ['sim', '--nodes', '50', '--rounds', '3', '--json'],
      ['sim', 'scenarios'],
      ['demo', '--nodes', '1'],
      ['id', '--data', '/nowhere'],
      ['schema'],
      ['completion', 'zsh']
    ]
    const runs = await Promise.all(lines.map(args => pex(args, { FORCE_COLOR: '1' })))
    // oxlint-disable-next-line no-control-regex -- that there is none is the point
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000B-\u001F]/)
  })
})

describe('a complaint', () => {
  it.each([
    ['an unknown schema', ['schema', 'x'], /no schema "x"; try one of book-check,/],
    ['an unknown shell', ['completion', 'ksh'], /'ksh' is invalid .* zsh, fish; try pex completion --help/],
    ['no shell', ['completion'], /missing required argument 'shell'; try pex completion --help/],
    [
      'an unknown option of the doctor',
      ['doctor', '--lsten', 'x'],
      /Did you mean --listen.*; try pex doctor --help/
    ]
  ])('about %s ends with a next step', async (_, args, says) => {
    const { code, stdout, stderr } = await pex(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^pex: [^\n]+; try [^\n]+\n$/)
    expect(stderr).toMatch(says)
  })
})
