/**
 * The command line: what there is to type, and what its help teaches. Each command is defined in a file of its own here
 * and loads its parts when it runs, so that `pex --version` and every `--help` answer at once.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { asFailure, Failure, oneLine } from '../failure.ts'
import { onReaderGone, printFailure } from '../output.ts'
import { addBook } from './book.ts'
import { addCompletion } from './completion.ts'
import { addCrawl } from './crawl.ts'
import { addDemo } from './demo.ts'
import { addDoctor } from './doctor.ts'
import { examples, prepare } from './help.ts'
import type { AddCommand, Done } from './help.ts'
import { addId } from './id.ts'
import { hasColours, layout } from './layout.ts'
import { addProbe } from './probe.ts'
import { addSample } from './sample.ts'
import { addSchema } from './schema.ts'
import { addSeed } from './seed.ts'
import { addSim } from './sim.ts'
import { addStart } from './start.ts'
import { addView } from './view.ts'

/** In the order of the help. A new command is one file and one line here. */
const commands: readonly AddCommand[] = [
  addDemo,
  addStart,
  addId,
  addView,
  addSample,
  addDoctor,
  addSim,
  addProbe,
  addBook,
  addCrawl,
  addSeed,
  addSchema,
  addCompletion
]

/** Runs one command line and resolves to the exit status; says on standard error what went wrong. */
export async function run(args: readonly string[]): Promise<number> {
  onReaderGone(() => {})
  let status = 0
  const program = build(code => (status = code))
  try {
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const failure = error instanceof CommanderError ? usage(error, args, program) : asFailure(error)
    printFailure(failure, args.includes('--json'))
    return failure.exitCode
  }
}

function usage(error: CommanderError, args: readonly string[], program: Command): Failure {
  // Commander's way to say that help was printed instead.
  const isBare = error.code === 'commander.help'
  const message = isBare ? 'a subcommand is missing' : oneLine(error.message.replace(/^error: |\.$/g, ''))
  const names = new Set(program.commands.map(each => each.name()))
  const command = args.find(arg => names.has(arg))
  const next = command === undefined ? 'pex --help' : `pex ${command} --help`
  return new Failure('PEX_USAGE', message, next, { cause: error })
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}

/** The whole command line, as yet unread. */
export function build(done: Done): Command {
  const program = new Command('pex')
    .description(
      'Peer exchange: every host keeps a small random view of the network, swaps parts of it with one partner per ' +
        'round, and so always knows fresh peers, with no server in the middle.'
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand('help [command]', 'explain a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: () => {}, getOutHasColors: hasColours })
    .configureHelp(layout)
  for (const add of commands) prepare(add(program, done))
  program.addHelpText(
    'after',
    examples(
      [
        ['pex demo', 'five hosts on this machine find each other, as you watch'],
        ['pex start --listen /ip4/0.0.0.0/tcp/4001', 'a host that others can reach'],
        ['pex help start', 'everything that a host can be told']
      ],
      'Exit status: 0 done, 1 something is not as it should be, 2 the command line is wrong, 130 ended by a second signal.'
    )
  )
  return program
}
