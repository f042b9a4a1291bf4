/** Options that several commands take, each made anew for the command that takes it. */
import { Option } from 'commander'

export function json(): Option {
  return new Option('--json', 'print JSON lines and nothing else; `pex schema` says what they hold')
}

export function data(): Option {
  return new Option('--data <dir>', 'data directory (default: ~/.local/share/pex; or PEX_DATA)')
}

export function config(): Option {
  return new Option('--config <file>', 'JSON file with settings (or PEX_CONFIG)')
}

export function namespace(what: string): Option {
  return new Option('--namespace <ns...>', `${what} (default: pex; or PEX_NAMESPACE)`)
}

export function dashboard(): Option {
  return new Option(
    '--dashboard <address>',
    'serve a page that shows this host, and its HTTP API, such as on 127.0.0.1:7777 (default: nowhere; or PEX_DASHBOARD)'
  )
}

export function dashboardToken(): Option {
  return new Option(
    '--dashboard-token <file>',
    'what readers of the dashboard have to know; needed for any address but those of this machine alone (or ' +
      'PEX_DASHBOARD_TOKEN)'
  )
}
