/** What `pex doctor` takes. */
import type { Command } from 'commander'
import { examples } from './help.ts'
import type { Done } from './help.ts'
import { config, data, json, namespace } from './options.ts'

export function addDoctor(program: Command, done: Done): Command {
  return program
    .command('doctor')
    .summary('say what is wrong, and how to mend it')
    .description(
      'Examines what a host needs, with the same settings that `pex start` takes: Node.js, the settings of all sources, ' +
        'data directory, key, store, clock, limits, ports, addresses, bootstrap hosts, and the host that runs. Nothing is ' +
        'changed, a store is looked at as a copy, and nobody is called but whom you name. Exit status: 0 nothing is ' +
        'wrong, whatever the warnings; 1 something is; 2 the command line is wrong.'
    )
    .option('--listen <multiaddr...>', 'where the host is to listen (or PEX_LISTEN)')
    .option('--bootstrap <multiaddr...>', 'hosts to call, once each (or PEX_BOOTSTRAP)')
    .option('--discover <source...>', 'where else the host looks; names are looked up (or PEX_DISCOVER)')
    .addOption(namespace('namespaces of the host'))
    .addOption(data())
    .option('--tick <duration>', 'longest wait between two rounds (or PEX_TICK)')
    .option('--policy <name>', 'how peers are sampled (or PEX_POLICY)')
    .option('--store <kind>', 'level or memory (or PEX_STORE)')
    .option('--wire <name>', 'what the host speaks: native, casm, both (or PEX_WIRE)')
    .option('--scope <name>', 'how far the network reaches: auto, public, private (or PEX_SCOPE)')
    .option('--secret <file>', 'the secret of a closed network (or PEX_SECRET)')
    .option('--nat <way>', 'upnp or none (or PEX_NAT)')
    .option('--metrics <address>', 'where metrics are to be served (or PEX_METRICS)')
    .option('--dashboard <address>', 'where the dashboard is to be served (or PEX_DASHBOARD)')
    .option('--dashboard-token <file>', 'the word that the dashboard asks for (or PEX_DASHBOARD_TOKEN)')
    .addOption(config())
    .addOption(json())
    .addHelpText(
      'after',
      examples([
        ['pex doctor', 'the host in the default data directory, and its machine'],
        [
          'pex doctor --listen /ip4/0.0.0.0/tcp/4001 --discover dns:pex.example.com',
          'would `pex start` with the same options do?'
        ],
        ['pex doctor --config pex.json --json', 'for scripts: a JSON line for each finding']
      ])
    )
    .action(async options => done(await (await import('../commands/doctor.ts')).doctor(options)))
}
