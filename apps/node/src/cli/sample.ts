/** What `pex sample` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'
import { config, data, json, namespace } from './options.ts'

export function addSample(program: Command, done: Done): Command {
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
    .action(async options => done(await (await import('../commands/sample.ts')).sample(options)))
}
