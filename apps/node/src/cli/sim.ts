/** What `pex sim` takes, and its subcommands. */
import { Option } from 'commander'
import type { Command } from 'commander'
import { examples, prepare } from './help.ts'
import type { Done } from './help.ts'

const policy = (): Option =>
  new Option('--policy <name>', 'how peers are sampled; a wrong name lists all').default('balanced')
const nodes = (): Option => new Option('--nodes <n>', 'how many nodes, up to 1000000').default('1000')
const view = (): Option => new Option('--view <c>', 'how many peers a view holds').default('32')
const rounds = (): Option => new Option('--rounds <r>', 'how many rounds').default('100')
const scenario = (): Option =>
  new Option('--scenario <name>', 'what happens: see `pex sim scenarios`; or a file').default('steady')

export function addSim(program: Command, done: Done): Command {
  const command = program
    .command('sim')
    .summary('simulate a network, and report on it')
    .description(
      'Runs the shipped core in virtual time, with up to a million nodes and whatever the scenario does to them, and ' +
        'ends with a table of figures and a report with plots that opens in any browser. The same seed gives the same ' +
        'run on every machine. A scenario with an event begins with calm rounds, and --rounds counts from the event.'
    )
    .addOption(policy())
    .addOption(nodes())
    .addOption(view())
    .addOption(rounds())
    .option('--seed <s>', 'where chance begins, a whole number', '1')
    .addOption(scenario())
    .option('--out <dir>', 'write result.json and report.html there (default: a temporary directory)')
    .option('--json', 'print the result as one JSON object and nothing else; `pex schema` says what it holds')
    .addHelpText(
      'after',
      examples([
        ['pex sim', 'a thousand nodes, calmly'],
        ['pex sim --nodes 10000 --scenario crash:0.5 --out half', 'half of ten thousand die at once'],
        ['pex sim compare half other', 'two results side by side, from --out of both']
      ])
    )
    .action(async options => done(await (await import('../commands/sim.ts')).sim(options)))
  for (const add of [addSimCompare, addSimScenarios, addSimSweep, addSimMerge, addSimExport])
    prepare(add(command, done))
  return command
}

/** Options that somebody typed, by name; those of `pex sim` can stand before and behind the name of a subcommand. */
function typed(command: Command): readonly string[] {
  const all = [command, command.parent!, command.parent!.parent!].flatMap(each => each.options)
  const names = all.map(option => [option.name(), option.attributeName()] as const)
  return names
    .filter(([, key]) => command.getOptionValueSourceWithGlobals(key) === 'cli')
    .map(([name]) => name)
}

function addSimCompare(sim: Command, done: Done): Command {
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
      done(await (await import('../commands/sim.ts')).compare(a, b, command.optsWithGlobals()))
    )
}

function addSimScenarios(sim: Command, done: Done): Command {
  return sim
    .command('scenarios')
    .summary('what can happen to a network')
    .description('Lists the named scenarios; several are joined by "+".')
    .option('--json', 'print one JSON object, and nothing else')
    .addHelpText(
      'after',
      examples([['pex sim scenarios', 'what to type behind --scenario, and what it does']])
    )
    .action(async (_, command: Command) =>
      done(await (await import('../commands/sim.ts')).listScenarios(command.optsWithGlobals()))
    )
}

function addSimSweep(sim: Command, done: Done): Command {
  return sim
    .command('sweep')
    .summary('a grid of simulations, on one machine or on many')
    .description(
      'Runs every combination of what --grid names, once for each seed, several at a time, and keeps each result in a file ' +
        'named by what was run. What is there already is not run again: a sweep that was stopped goes on with the same ' +
        'command. Of several machines each takes its --shard, with one directory for all or one for each. What the grid ' +
        'does not name is the same for all. Exit status: 0 done, 1 a simulation failed or a file cannot be written, 2 the ' +
        'command line is wrong, 130 stopped by a signal.'
    )
    .option('--grid <name=values...>', 'what to vary: policy, scenario, nodes, view or rounds, as view=16,32')
    .option('--seeds <range>', 'where chance begins, as 1-20 or 1,5,9', '1-10')
    .option('--shard <i/n>', 'every n-th simulation, from the i-th on; n alone: i is in JOB_COMPLETION_INDEX')
    .addOption(policy())
    .addOption(scenario())
    .addOption(nodes())
    .addOption(view())
    .addOption(rounds())
    .option('--workers <n>', 'simulations at a time (default: as many as there are cores)')
    .option('--out <dir>', 'where the results go', 'sweep')
    .option('--json', 'print one JSON object and nothing else; `pex schema` says what it holds')
    .addHelpText(
      'after',
      examples([
        ['pex sim sweep --grid policy=balanced,cyclon --grid view=16,32 --seeds 1-20', '80 simulations'],
        [
          'pex sim sweep --grid scenario=crash:0.5,hub:0.02 --nodes 10000 --shard 0/4 --out part',
          'the first of four machines'
        ]
      ])
    )
    .action(async (_, command: Command) => {
      const { refuseUnused } = await import('../sim/sweep-settings.ts')
      refuseUnused(typed(command), ['seed'], '--seeds, such as 1-20')
      done(await (await import('../commands/sim-sweep.ts')).sweep(command.optsWithGlobals()))
    })
}

function addSimMerge(sim: Command, done: Done): Command {
  return sim
    .command('merge')
    .argument('<dir...>', 'directories that sweeps have written')
    .summary('the results of all parts of a sweep as one')
    .description(
      'Tells for each combination of a sweep what came out over its seeds (mean with its 95 % interval, median, least, most), ' +
        'as a table and in a report with plots, and which results are not there. Exit status: 0 all is there, 1 something ' +
        'is missing or cannot be read, 2 the command line is wrong.'
    )
    .option('--out <file>', 'the report (default: in a temporary directory; none with --json)')
    .option('--json', 'print one JSON object and nothing else; `pex schema` says what it holds')
    .addHelpText(
      'after',
      examples([['pex sim merge part0 part1 part2 part3 --out sweep.html', 'what four machines have done']])
    )
    .action(async (directories: string[], _, command: Command) =>
      done((await import('../commands/sim-merge.ts')).merge(directories, command.optsWithGlobals()))
    )
}

function addSimExport(sim: Command, done: Done): Command {
  const command = sim
    .command('export')
    .summary('real hosts for other simulators')
    .description(
      'Writes what another simulator needs to run hosts of pex, the real command, in a network of its own.'
    )
    .addHelpText(
      'after',
      examples([['pex sim export shadow --hosts 100 --out net', 'a hundred hosts for Shadow']])
    )
  prepare(addSimExportShadow(command, done))
  return command
}

function addSimExportShadow(parent: Command, done: Done): Command {
  return parent
    .command('shadow')
    .summary('a configuration for the Shadow network simulator')
    .description(
      'Writes shadow.yaml, the graph of the network and a directory with a key for each host. All hosts run pex start over UDP, ' +
        'each with a public address in a /16 of its own; the first one is whom the others ask. The same options and seed ' +
        'give the same files. The keys are no secret: they come from the seed. Needs Shadow 3 and Node.js where it runs.'
    )
    .option('--hosts <n>', 'how many hosts, up to 10000', '100')
    .option('--places <n>', 'how many places the hosts are spread over', '10')
    .option('--latency <range>', 'one way between two places, as 50ms or as a range', '10ms-150ms')
    .option('--loss <share>', 'share of the packets that are lost between and in places', '0')
    .option('--bandwidth <mbit>', 'of each host, up and down', '100')
    .option('--duration <time>', 'how long it lasts in simulated time, from 2m', '10m')
    .option('--tick <duration>', 'longest wait between two rounds of a host', '10s')
    .option('--policy <name>', 'how peers are sampled', 'balanced')
    .option('--seed <s>', 'where chance begins: keys, latencies, Shadow itself', '1')
    .option('--pex <file>', 'what Node runs, as it lies where Shadow runs (default: this command)')
    .option('--out <dir>', 'where the files go', 'shadow')
    .option('--json', 'print one JSON object and nothing else; `pex schema` says what it holds')
    .addHelpText(
      'after',
      examples([
        [
          'pex sim export shadow --hosts 500 --loss 0.01 --out net',
          'five hundred hosts, one packet in a hundred lost'
        ],
        [
          'pex sim export shadow --latency 20ms-300ms --duration 1h --pex /opt/pex/dist/main.js',
          'for another machine'
        ]
      ])
    )
    .action(async (_, command: Command) => {
      const { refuseUnused } = await import('../sim/sweep-settings.ts')
      refuseUnused(typed(command), ['nodes', 'view', 'rounds', 'scenario'], 'pex sim export shadow --help')
      done(await (await import('../commands/sim-shadow.ts')).exportShadow(command.optsWithGlobals()))
    })
}
