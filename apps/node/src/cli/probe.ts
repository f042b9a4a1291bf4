/** What `pex probe` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'

export function addProbe(program: Command, done: Done): Command {
  return program
    .command('probe')
    .argument('[targets...]', 'nodes as id@host:port; - for a list on standard input')
    .summary('ask CometBFT nodes whether they are well')
    .description(
      'Visits nodes of CometBFT and Tendermint chains, each with one connection and one request, and tells of each what ' +
        'it found: ok, or why not (dns, refused, timeout, wrong-id, wrong-chain, full, pex-off …). A list has one ' +
        'target a line; a chain.json of a chain registry and an addrbook.json are lists, too. Exit status: 0 all are ' +
        'ok, 1 some are not, 2 the command line is wrong.'
    )
    .option('--chain-id <id>', 'the chain that they should be on (default: what the list says, or any)')
    .option('--file <file...>', 'lists of targets')
    .option('--concurrency <n>', 'probes at once, up to 256', '32')
    .option('--timeout <duration>', 'longest wait for each step of a visit', '3s')
    .option('--moniker <name>', 'what the visitor calls itself', 'pex-probe')
    .option('--json', 'print one JSON line for each node and nothing else; `pex schema` says what it holds')
    .addHelpText(
      'after',
      examples([
        [
          'pex probe 730a5edc28c2f8daf2d9dce3a01d5f205e35e555@seed.example.com:26656',
          'one node, whatever its chain'
        ],
        ['pex probe --file cosmoshub/chain.json', 'all seeds and peers that a chain registry lists'],
        ['pex probe --chain-id osmosis-1 --file seeds.txt --json', 'for scripts: a JSON line each']
      ])
    )
    .action(async (targets: string[], options) =>
      done(await (await import('../commands/probe.ts')).probe(targets, options))
    )
}
