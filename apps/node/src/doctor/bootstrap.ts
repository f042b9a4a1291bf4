/** The bootstrap hosts, each called once; and only those that the settings name, never a stranger. */
import { isUdp } from '../addresses.ts'
import type { Settings } from '../config.ts'
import { oneLine } from '../failure.ts'
import { readSecret } from '../secret.ts'
import type { Caller, Met } from './caller.ts'
import { warning, well, wrong } from './finding.ts'
import type { Finding } from './finding.ts'

/** A call takes three round trips. Guess: three times those to the other side of the world. */
const callMs = 3_000
/** Calls at once: a list of 256 would otherwise take minutes. */
const mostAtOnce = 16

/** Calls these addresses; `own` is the id of the host itself, which is no bootstrap host of its own. */
export async function examineBootstrap(
  settings: Settings,
  addresses: readonly string[],
  own?: string
): Promise<readonly Finding[]> {
  if (addresses.length === 0)
    return [well('bootstrap', 'none is named: the host begins with those whom its store or --discover finds')]
  // One call for each place, whoever is expected there.
  const met = await callAll([...new Set(addresses.map(bare))], settings)
  return addresses.map(address => toldOf(address, met.get(bare(address))!, settings, own))
}

async function callAll(places: readonly string[], settings: Settings): Promise<ReadonlyMap<string, Met>> {
  const { namespace, wire } = settings
  const init = { namespace, wire, secret: secretOf(settings), ms: callMs }
  const { datagramCaller, streamCaller } = await import('./caller.ts')
  // Bounded by the kinds of carriers; and what was met by the settings.
  const callers = new Map<boolean, Caller>()
  const met = new Map<string, Met>()
  try {
    for (const overUdp of new Set(places.map(isUdp)))
      callers.set(overUdp, await (overUdp ? datagramCaller : streamCaller)(init))
    const queue = [...places]
    const work = async (): Promise<void> => {
      for (let place = queue.shift(); place !== undefined; place = queue.shift())
        met.set(place, await callers.get(isUdp(place))!.call(place))
    }
    await Promise.all(Array.from({ length: mostAtOnce }, work))
    return met
  } finally {
    await Promise.all([...callers.values()].map(caller => caller.stop()))
  }
}

/** A secret that is not sound has been told of; without it nobody answers. */
function secretOf({ secret }: Settings): Uint8Array | undefined {
  try {
    return secret === undefined ? undefined : readSecret(secret)
  } catch {
    return undefined
  }
}

function toldOf(address: string, met: Met, settings: Settings, own: string | undefined): Finding {
  const wanted = /\/p2p\/([^/]+)$/.exec(address)?.[1]
  if (own !== undefined && (wanted === own || (met.met !== 'nobody' && met.id === own)))
    return wrong('bootstrap', `${address} is this host itself`, 'the address of another host')
  if (met.met === 'nobody') return wrong('bootstrap', ...nobody(address, met, settings))
  if (wanted !== undefined && met.id !== '' && met.id !== wanted) {
    const found = `${address} is answered by somebody else: ${met.id}`
    const mend = `${bare(address)}/p2p/${met.id} if that is whom you mean, or the right address`
    return wrong('bootstrap', found, mend)
  }
  if (met.met === 'stranger') {
    const spaces = settings.namespace.join(', ')
    const found = `${address} is there and does not exchange peers in ${spaces} on the wire ${settings.wire}`
    return wrong('bootstrap', found, '--namespace and --wire as they are there, or another host')
  }
  if (wanted !== undefined) return well('bootstrap', `${address} answers, and is who it should be`)
  const found = `${address} answers; without an id in the address anybody could`
  return warning('bootstrap', found, `${address}/p2p/${met.id}`)
}

function nobody(
  address: string,
  { why, detail }: Extract<Met, { met: 'nobody' }>,
  { secret }: Settings
): readonly [found: string, mend: string] {
  const host = bare(address)
  const sameSecret =
    secret === undefined ? '--secret if its network is closed' : 'whether its --secret is the same'
  switch (why) {
    case 'refused':
      return [
        `nobody listens at ${host} (refused)`,
        'to start that host, or the address that it prints at its start'
      ]
    case 'silent':
      return [`${host} does not answer`, `whether a firewall is in the way, or ${sameSecret}`]
    case 'no-name':
      return [`the name in ${host} stands for no address`, 'the right name, or the resolver of this machine']
    case 'no-way':
      return [
        `no way leads from here to ${host}`,
        'the network of this machine, or another address of that host'
      ]
    case 'broken':
      return [
        `what listens at ${host} is no host of this network (${oneLine(detail)})`,
        `another port, or ${sameSecret}`
      ]
  }
}

function bare(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}
