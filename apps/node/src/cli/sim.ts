/** What `pex sim` takes, and its subcommands. */
import type { Command } from 'commander'
import { examples, prepare } from './help.ts'
import type { Done } from './help.ts'

export function addSim(program: Command, done: Done): Command {
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
    .action(async options => done(await (await import('../commands/sim.ts')).sim(options)))
  for (const add of [addSimCompare, addSimScenarios]) prepare(add(command, done))
  return command
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
