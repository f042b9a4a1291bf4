/** What `pex start` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'
import { config, dashboard, dashboardToken, data, json, namespace } from './options.ts'

export function addStart(program: Command, done: Done): Command {
  return program
    .command('start')
    .summary('run a host in the foreground')
    .description(
      'Runs one host until SIGINT or SIGTERM. Each setting can also stand in the environment or in a config file, as ' +
        'PEX_LISTEN or { "listen": … }; an option goes before the environment, the environment before the file. By ' +
        'default only this machine reaches the host. From its second start on it needs no bootstrap address: it finds ' +
        'its peers again from its store.'
    )
    .option(
      '--listen <multiaddr...>',
      'where to listen (default: /ip4/127.0.0.1/tcp/0, a free local port; or PEX_LISTEN)'
    )
    .option('--bootstrap <multiaddr...>', 'hosts to ask first (or PEX_BOOTSTRAP)')
    .option(
      '--discover <source...>',
      'where else to look for hosts: lan, dns:<name>[:<port>], crawl:<address>/<bits>:<port> (or PEX_DISCOVER)'
    )
    .addOption(namespace('namespaces to join'))
    .addOption(data())
    .option('--tick <duration>', 'longest wait between two rounds, such as 30s (default: 5m; or PEX_TICK)')
    .option(
      '--store <kind>',
      'level: peers survive a restart; memory: they do not (default: level; or PEX_STORE)'
    )
    .option('--policy <name>', 'how peers are sampled; a wrong name lists all (or PEX_POLICY)')
    .option(
      '--wire <name>',
      'what to speak: native, casm (the Go nodes), both (default: native; or PEX_WIRE)'
    )
    .option(
      '--scope <name>',
      'public: private addresses of strangers are never called; private: they are; auto: by what this host is told ' +
        '(default: auto; or PEX_SCOPE)'
    )
    .option('--secret <file>', 'the secret of a closed network, 64 hexadecimal digits (or PEX_SECRET)')
    .option('--nat <way>', 'upnp: ask the router for ports that lead here; none (default: none; or PEX_NAT)')
    .option(
      '--metrics <address>',
      'serve metrics for Prometheus, such as on 127.0.0.1:9464 (default: nowhere; or PEX_METRICS)'
    )
    .addOption(dashboard())
    .addOption(dashboardToken())
    .addOption(config())
    .option('--stop-with-stdin', 'stop when standard input ends: a child that never outlives its parent')
    .addOption(json())
    .addHelpText(
      'after',
      examples([
        [
          'pex start --listen /ip4/0.0.0.0/tcp/4001 --data ./a',
          'the first host of a network, on all interfaces'
        ],
        [
          'pex start --data ./b --bootstrap /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…',
          'another host, which asks the first one; `pex id` prints the last part'
        ],
        [
          'pex start --listen /ip4/0.0.0.0/tcp/4001 /ip4/0.0.0.0/udp/4001 --discover lan',
          'over libp2p and UDP; hosts of the local network find each other'
        ]
      ])
    )
    .action(async options => done(await (await import('../commands/start.ts')).start(options)))
}
