/** What `pex crawl` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'

export function addCrawl(program: Command, done: Done): Command {
  return program
    .command('crawl')
    .summary('map a CometBFT chain through peer exchange alone')
    .description(
      'Asks the seeds whom they know, then those, and so on, and writes a map of all nodes with who named whom, a report ' +
        'with a picture of the network, and an address book if wanted. It is a guest: one connection and one request a ' +
        'visit, one visit at a time to a host and two to a /24, at least two minutes between two visits to one node, and ' +
        'again only while that brings news. The map is saved every few seconds: a crawl that was killed goes on with ' +
        '--resume, and one that was complete is done again. Exit status: 0 done, 1 nobody answered or a file cannot be ' +
        'written, 2 the command line is wrong, 130 stopped by a signal (what was found is saved).'
    )
    .requiredOption('--chain-id <id>', 'the chain to map')
    .option('--seed <node...>', 'nodes to begin with, as id@host:port')
    .option('--out <file>', 'the map, and what --resume goes on from', 'peers.json')
    .option('--resume', 'go on with the map in --out, if there is one')
    .option('--for <duration>', 'stop after so long, such as 10m (default: when nobody is left)')
    .option('--max <n>', 'stop when so many nodes have been visited')
    .option('--concurrency <n>', 'visits at once, up to 256', '32')
    .option('--revisit <duration>', 'least time between two visits to one node', '2m')
    .option('--report <file>', 'the report (default: beside the map, as .html)')
    .option('--book <file>', 'add all nodes that answered to an addrbook.json of CometBFT')
    .option(
      '--scope <name>',
      'public: private addresses that strangers name are never called; private: they are; auto: by where the seeds are',
      'auto'
    )
    .option('--moniker <name>', 'what the visitor calls itself', 'pex-crawl')
    .option('--json', 'print a JSON line for each visit and nothing else; `pex schema` says what it holds')
    .addHelpText(
      'after',
      examples([
        [
          'pex crawl --chain-id cosmoshub-4 --seed 730a5edc…@seed.example.com:26656',
          'the whole chain, into peers.json and peers.html'
        ],
        ['pex crawl --chain-id cosmoshub-4 --resume --for 10m', 'ten more minutes of it'],
        [
          'pex crawl --chain-id cosmoshub-4 --resume --book addrbook.json',
          'an address book of all nodes that answered'
        ]
      ])
    )
    .action(async options => done(await (await import('../commands/crawl.ts')).crawl(options)))
}
