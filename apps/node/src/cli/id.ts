/** What `pex id` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'
import { config, data, json } from './options.ts'

export function addId(program: Command, done: Done): Command {
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
    .action(async options => done(await (await import('../commands/id.ts')).id(options)))
}
