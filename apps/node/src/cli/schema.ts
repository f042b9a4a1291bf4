/** What `pex schema` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'

export function addSchema(program: Command, done: Done): Command {
  return program
    .command('schema')
    .argument('[name]', 'whose schema; without one, all names are listed')
    .summary('print the JSON Schema of what --json prints')
    .description(
      'Prints the JSON Schema (2020-12) of the lines that a command prints with --json: every line is one object that ' +
        'matches it. The same files lie in the directory schemas of the package @pex/node.'
    )
    .addHelpText(
      'after',
      examples([
        ['pex schema', 'the names'],
        ['pex schema start > start.json', 'what the lines of `pex start --json` are']
      ])
    )
    .action(async name => done(await (await import('../commands/schema.ts')).schema(name)))
}
