/** The ports: whether each can be listened on, and where not, who has it, as far as the system says. */
import { multiaddr } from '@multiformats/multiaddr'
import { isUdp, probeListen } from '../addresses.ts'
import type { Settings } from '../config.ts'
import { asFailure } from '../failure.ts'
import { holderOf } from './holder.ts'
import { failed, well, wrong } from './finding.ts'
import type { Finding } from './finding.ts'

interface Wanted {
  readonly option: string
  readonly address: string
}

/** `own`: the addresses at which this directory's running host listens. */
export async function examinePorts(
  settings: Settings,
  own: readonly string[],
  isRunning: boolean
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const wanted of allWanted(settings)) findings.push(await examinePort(wanted, own, isRunning))
  return findings
}

function allWanted({ listen, metrics, dashboard }: Settings): readonly Wanted[] {
  const pages = { metrics, dashboard }
  const served = Object.entries(pages).flatMap(([name, place]) =>
    place === undefined ? [] : [{ option: `--${name}`, address: addressOf(place) }]
  )
  return [...listen.map(address => ({ option: '--listen', address })), ...served]
}

function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/${port}`
}

async function examinePort(
  { option, address }: Wanted,
  own: readonly string[],
  isRunning: boolean
): Promise<Finding> {
  const port = portOf(address)
  const kind = isUdp(address) ? 'udp' : 'tcp'
  try {
    await probeListen([address])
    return well(
      'ports',
      port === 0 ? `${address}: a free port is taken at each start` : `${address} is free to listen on`
    )
  } catch (error) {
    const { message } = asFailure(error)
    if (!message.includes('is taken')) return failed('ports', error)
    // A page of the running host is not among its addresses; only the system can tell whose it is.
    const holder = await holderOf(kind, port)
    const isOwn = own.some(each => portOf(each) === port && isUdp(bare(each)) === (kind === 'udp'))
    if (isRunning && (isOwn || option !== '--listen'))
      return well('ports', `${address} is in use, as it should be: the host of this directory runs`)
    const who =
      holder === undefined ? 'by whom, the system does not say' : `by ${holder.name} (process ${holder.pid})`
    const stop = holder === undefined ? '' : `to stop process ${holder.pid}, or `
    return wrong(
      'ports',
      `the ${kind === 'udp' ? 'UDP' : 'TCP'} port of ${address} is taken, ${who}`,
      `${stop}${option} with another port`
    )
  }
}

function bare(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}

function portOf(address: string): number {
  return Number(multiaddr(address).getComponents()[1]?.value)
}
