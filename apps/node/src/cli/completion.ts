/** What `pex completion` takes. */
import { Argument } from 'commander'
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'

export function addCompletion(program: Command, done: Done): Command {
  return program
    .command('completion')
    .addArgument(new Argument('<shell>', 'whose script').choices(['bash', 'zsh', 'fish']))
    .summary('teach your shell to complete pex')
    .description(
      'Prints a script with which the shell completes commands, options and what they take. Its first lines say where ' +
        'to put it for good; with a new version of pex, make it again.'
    )
    .addHelpText(
      'after',
      examples([
        [
          'pex completion bash > ~/.local/share/bash-completion/completions/pex',
          'for bash; for this shell alone: source <(pex completion bash)'
        ],
        ['pex completion zsh > "${fpath[1]}/_pex"', 'for zsh'],
        ['pex completion fish > ~/.config/fish/completions/pex.fish', 'for fish']
      ])
    )
    .action(async shell => done(await (await import('../commands/completion.ts')).completion(shell, program)))
}
