/** What `pex view` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'
import { config, data, json, namespace } from './options.ts'

export function addView(program: Command, done: Done): Command {
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
    .action(async options => done(await (await import('../commands/view.ts')).view(options)))
}
