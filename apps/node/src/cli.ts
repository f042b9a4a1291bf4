/**
 * The command line: what there is to type, and what its help teaches. Each command loads its own parts when it runs, so
 * that `pex --version` and every `--help` answer at once.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { asFailure, Failure, oneLine } from './failure.ts'
import { onReaderGone, printFailure } from './output.ts'

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
  const message = oneLine(error.message.replace(/^error: /, ''))
  const command = program.commands.map(each => each.name()).find(name => args.includes(name))
  const next = command === undefined ? 'pex --help' : `pex ${command} --help`
  return new Failure('PEX_USAGE', message, next, { cause: error })
}

function version(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}

function build(done: (status: number) => void): Command {
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
    .configureOutput({ writeErr: () => {} })
  for (const add of [addDemo, addStart, addId, addView, addSample, addSim]) prepare(add(program, done))
  program.addHelpText(
    'after',
    examples([
      ['pex demo', 'five hosts on this machine find each other, as you watch'],
      ['pex start --listen /ip4/0.0.0.0/tcp/4001', 'a host that others can reach'],
      ['pex help start', 'everything that a host can be told']
    ]) +
      '\nExit status: 0 done, 1 something is not as it should be, 2 the command line is wrong, 130 ended by a second signal.\n'
  )
  return program
}

/** What commander does not hand down to subcommands by itself. */
function prepare(command: Command): void {
  command
    .helpOption('-h, --help', 'explain this command')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
}

function examples(lines: readonly (readonly [string, string])[]): string {
  return `\nExamples:\n${lines.map(([command, what]) => `  # ${what}\n  ${command}\n`).join('')}`
}

const json = (): Option =>
  new Option('--json', 'print JSON lines, as README.md describes them, and nothing else')
const data = (): Option =>
  new Option('--data <dir>', 'data directory (default: ~/.local/share/pex; or PEX_DATA)')
const config = (): Option => new Option('--config <file>', 'JSON file with settings (or PEX_CONFIG)')
const namespace = (what: string): Option =>
  new Option('--namespace <ns...>', `${what} (default: pex; or PEX_NAMESPACE)`)

function addDemo(program: Command, done: (status: number) => void): Command {
  return program
    .command('demo')
    .summary('watch hosts on this machine find each other')
    .description(
      'Starts hosts on this machine, each a process of its own with its own key and store, talking libp2p over TCP. ' +
        'All of them know only the first one; the table shows how each comes to know all. A host that is killed comes ' +
        'back after a while without any bootstrap address and finds the others again from its store.'
    )
    .option('--nodes <n>', 'how many hosts, from 2 to 30', '5')
    .option('--tick <duration>', 'longest wait between two rounds of a host', '1s')
    .option('--exit-when-converged', 'stop with status 0 as soon as every host knows all others')
    .option('--timeout <duration>', 'with --exit-when-converged: give up after this time', '2m')
    .option('--data <dir>', 'keep the data directories of the hosts in this one')
    .addOption(json())
    .addHelpText(
      'after',
      examples([
        ['pex demo', 'five hosts, until Ctrl-C'],
        ['pex demo --nodes 20 --tick 250ms', 'a larger and faster network'],
        ['pex demo --exit-when-converged --json', 'for scripts: the last line says how long it took']
      ])
    )
    .action(async options => done(await (await import('./commands/demo.ts')).demo(options)))
}

function addStart(program: Command, done: (status: number) => void): Command {
  return program
    .command('start')
    .summary('run a host in the foreground')
    .description(
      'Runs one host until SIGINT or SIGTERM. Each setting can also stand in the environment or in a config file, as ' +
        'PEX_LISTEN or { "listen": … }; an option goes before the environment, the environment before the file. By ' +
        'default only this machine reaches the host. From its second start on it needs no bootstrap address: it finds ' +
        'its peers again from its store.'
    )
    .option(
      '--listen <multiaddr...>',
      'where to listen (default: /ip4/127.0.0.1/tcp/0, a free local port; or PEX_LISTEN)'
    )
    .option('--bootstrap <multiaddr...>', 'hosts to ask first (or PEX_BOOTSTRAP)')
    .option(
      '--discover <source...>',
      'where else to look for hosts: lan, dns:<name>[:<port>], crawl:<address>/<bits>:<port> (or PEX_DISCOVER)'
    )
    .addOption(namespace('namespaces to join'))
    .addOption(data())
    .option('--tick <duration>', 'longest wait between two rounds, such as 30s (default: 5m; or PEX_TICK)')
    .option(
      '--store <kind>',
      'level: peers survive a restart; memory: they do not (default: level; or PEX_STORE)'
    )
    .option('--policy <name>', 'how peers are sampled; a wrong name lists all (or PEX_POLICY)')
    .option(
      '--wire <name>',
      'what to speak: native, casm (the Go nodes), both (default: native; or PEX_WIRE)'
    )
    .option(
      '--scope <name>',
      'public: private addresses of strangers are never called; private: they are; auto: by what this host is told ' +
        '(default: auto; or PEX_SCOPE)'
    )
    .option('--secret <file>', 'the secret of a closed network, 64 hexadecimal digits (or PEX_SECRET)')
    .addOption(config())
    .option('--stop-with-stdin', 'stop when standard input ends: a child that never outlives its parent')
    .addOption(json())
    .addHelpText(
      'after',
      examples([
        [
          'pex start --listen /ip4/0.0.0.0/tcp/4001 --data ./a',
          'the first host of a network, on all interfaces'
        ],
        [
          'pex start --data ./b --bootstrap /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…',
          'another host, which asks the first one; `pex id` prints the last part'
        ],
        [
          'pex start --listen /ip4/0.0.0.0/tcp/4001 /ip4/0.0.0.0/udp/4001 --discover lan',
          'over libp2p and UDP; hosts of the local network find each other'
        ]
      ])
    )
    .action(async options => done(await (await import('./commands/start.ts')).start(options)))
}

function addId(program: Command, done: (status: number) => void): Command {
  return program
    .command('id')
    .summary("print a host's peer id")
    .description(
      'Prints the peer id of the host in a data directory, running or not. It never changes: it is derived from the key in that directory.'
    )
    .addOption(data())
    .addOption(config())
    .addOption(json())
    .addHelpText(
      'after',
      examples([
        ['pex id', 'the host in the default data directory'],
        ['pex id --data ./a --json', 'with its addresses, where it runs']
      ])
    )
    .action(async options => done(await (await import('./commands/id.ts')).id(options)))
}

function addView(program: Command, done: (status: number) => void): Command {
  return program
    .command('view')
    .summary('print whom a host knows')
    .description(
      'Prints the view: the peers that a host knows now. A running host is asked; of a stopped one, the store is read.'
    )
    .addOption(namespace('namespaces to print'))
    .addOption(data())
    .addOption(config())
    .addOption(json())
    .addHelpText(
      'after',
      examples([
        ['pex view', 'the view in the namespace pex'],
        ['pex view --data ./a --namespace chat files', 'two namespaces of another host']
      ])
    )
    .action(async options => done(await (await import('./commands/view.ts')).view(options)))
}

function addSample(program: Command, done: (status: number) => void): Command {
  return program
    .command('sample')
    .summary('print some peers at random')
    .description(
      'Prints peers of the view at random, one multiaddr per line, ready to be dialled; fewer where the host knows fewer.'
    )
    .option('-n, --count <k>', 'how many', '1')
    .addOption(namespace('namespaces to draw from'))
    .addOption(data())
    .addOption(config())
    .addOption(json())
    .addHelpText(
      'after',
      examples([
        ['pex sample -n 3', 'three peers'],
        [
          'pex start --data ./c --bootstrap $(pex sample --data ./a)',
          'a new host that begins with one of them'
        ]
      ])
    )
    .action(async options => done(await (await import('./commands/sample.ts')).sample(options)))
}

function addSim(program: Command, done: (status: number) => void): Command {
  const command = program
    .command('sim')
    .summary('simulate a network, and report on it')
    .description(
      'Runs the shipped core in virtual time, with up to a million nodes and whatever the scenario does to them, and ' +
        'ends with a table of figures and a report with plots that opens in any browser. The same seed gives the same ' +
        'run on every machine. A scenario with an event begins with calm rounds, and --rounds counts from the event.'
    )
    .option('--policy <name>', 'how peers are sampled; a wrong name lists all', 'balanced')
    .option('--nodes <n>', 'how many nodes, up to 1000000', '1000')
    .option('--view <c>', 'how many peers a view holds', '32')
    .option('--rounds <r>', 'how many rounds', '100')
    .option('--seed <s>', 'where chance begins, a whole number', '1')
    .option('--scenario <name>', 'what happens: see `pex sim scenarios`; or a file', 'steady')
    .option('--out <dir>', 'write result.json and report.html there (default: a temporary directory)')
    .option('--json', 'print the result as one JSON object, as README.md describes it, and nothing else')
    .addHelpText(
      'after',
      examples([
        ['pex sim', 'a thousand nodes, calmly'],
        ['pex sim --nodes 10000 --scenario crash:0.5 --out half', 'half of ten thousand die at once'],
        ['pex sim compare half other', 'two results side by side, from --out of both']
      ])
    )
    .action(async options => done(await (await import('./commands/sim.ts')).sim(options)))
  for (const add of [addSimCompare, addSimScenarios]) prepare(add(command, done))
  return command
}

function addSimCompare(sim: Command, done: (status: number) => void): Command {
  return sim
    .command('compare')
    .argument('<a>', 'a result.json, or the directory that holds it')
    .argument('<b>', 'another one')
    .summary('two results side by side')
    .description('Prints the figures of two results beside each other, and draws both in the same plots.')
    .option('--out <dir>', 'write compare.html there (default: a temporary directory)')
    .option('--json', 'print both results as one JSON object { a, b }, and nothing else')
    .addHelpText(
      'after',
      examples([['pex sim compare a b --out .', 'what two runs with --out a and --out b left']])
    )
    .action(async (a, b, _, command: Command) =>
      done(await (await import('./commands/sim.ts')).compare(a, b, command.optsWithGlobals()))
    )
}

function addSimScenarios(sim: Command, done: (status: number) => void): Command {
  return sim
    .command('scenarios')
    .summary('what can happen to a network')
    .description('Lists the named scenarios; several are joined by "+".')
    .option('--json', 'print one JSON object, and nothing else')
    .action(async (_, command: Command) =>
      done(await (await import('./commands/sim.ts')).listScenarios(command.optsWithGlobals()))
    )
}
