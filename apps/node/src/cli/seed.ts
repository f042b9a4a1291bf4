/** What `pex seed` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'

export function addSeed(program: Command, done: Done): Command {
  return program
    .command('seed')
    .summary('run a seed node of a CometBFT chain')
    .description(
      'Runs a seed until SIGINT or SIGTERM: it crawls its chain, shows every caller, once, only nodes that it has met ' +
        'recently, and hangs up. Its address book and its bans are saved in the data directory and survive a crash. A ' +
        'node_key.json of CometBFT in that directory is used; otherwise one is made. Exit status: 0 stopped in order, ' +
        '1 it cannot listen or use the directory, 2 the command line is wrong, 130 ended by a second signal.'
    )
    .requiredOption('--chain-id <id>', 'the chain that it serves')
    .requiredOption('--data <dir>', 'directory for node_key.json and addrbook.json')
    .option('--listen <place...>', 'where to listen: an IP address and a port', ['0.0.0.0:26656'])
    .option('--seed <node...>', 'nodes to begin with, as id@host:port')
    .option('--external-address <host:port>', 'where others reach it, if that is somewhere else')
    .option('--max-inbound <n>', 'callers at once', '256')
    .option('--max-outbound <n>', 'nodes that are visited at once', '32')
    .option('--hold <duration>', 'longest time for which a node is held', '5m')
    .option('--show-for <duration>', 'how long a node is shown after it was met', '3h')
    .option('--crawl <duration>', 'time between two rounds of the crawl', '30s')
    .option('--private-id <id...>', 'nodes of which nobody is told')
    .option('--unconditional-id <id...>', 'nodes that no cap counts')
    .option('--allow-duplicate-ip', 'several nodes of one IP address at once')
    .option(
      '--scope <name>',
      'public: private addresses are neither kept nor called; private: they are; auto: by what this node is told',
      'auto'
    )
    .option('--moniker <name>', 'what it calls itself', 'pex-seed')
    .option('--status <duration>', 'time between two status lines', '1m')
    .option(
      '--metrics <address>',
      'serve metrics for Prometheus, such as on 127.0.0.1:9464 (default: nowhere)'
    )
    .option('--stop-with-stdin', 'stop when standard input ends: a child that never outlives its parent')
    .option('--json', 'print JSON lines and nothing else; `pex schema` says what they hold')
    .addHelpText(
      'after',
      examples([
        [
          'pex seed --chain-id cosmoshub-4 --data ./seed --seed 730a5edc…@192.0.2.1:26656',
          'a seed, which begins with another one'
        ],
        ['pex seed --chain-id test-1 --data ./seed --listen 127.0.0.1:26656', 'for a network on this machine']
      ])
    )
    .action(async options => done(await (await import('../commands/seed.ts')).seed(options)))
}
