/** What `pex demo` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'
import { json } from './options.ts'

export function addDemo(program: Command, done: Done): Command {
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
    .option(
      '--dashboard <address>',
      'where to serve a page that shows the hosts (default: 127.0.0.1:7777, or a free port where that is taken)'
    )
    .option('--no-dashboard', 'serve no page; as with --exit-when-converged, where none is asked for')
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
    .action(async options => done(await (await import('../commands/demo.ts')).demo(options)))
}
