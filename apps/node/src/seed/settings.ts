/** What `pex seed` is told, checked before it listens. */
import { readFileSync } from 'node:fs'
import { formatIp, isRoutable, parseIp } from '@pex/address-book'
import { formatNodeAddress } from '@pex/cometbft'
import type { NodeAddress, SeedNodeInit } from '@pex/cometbft'
import type { Place } from '@pex/switch'
import { resolveSettings } from '../config.ts'
import { readSeeds } from '../crawl/settings.ts'
import { durationForms, parseDuration } from '../duration.ts'
import { Failure, oneLine } from '../failure.ts'
import type { MetricsAddress } from '../metrics.ts'

/** The command's options as commander gives them. */
export interface SeedOptions {
  readonly chainId: string
  readonly data: string
  readonly listen: readonly string[]
  readonly seed?: readonly string[]
  readonly externalAddress?: string
  readonly maxInbound: string
  readonly maxOutbound: string
  readonly hold: string
  readonly showFor: string
  readonly crawl: string
  readonly privateId?: readonly string[]
  readonly unconditionalId?: readonly string[]
  readonly allowDuplicateIp?: boolean
  readonly scope: string
  readonly moniker: string
  readonly status: string
  readonly metrics?: string
  readonly stopWithStdin?: boolean
  readonly json?: boolean
}

export interface SeedPlan {
  readonly init: Omit<SeedNodeInit, 'onEvent' | 'resolve'>
  readonly statusMs: number
  /** Where to serve metrics, if anywhere. */
  readonly metrics: MetricsAddress | undefined
}

const day = 86_400_000
const scopes = ['public', 'private', 'auto'] as const

/** Fails with `PEX_USAGE`. */
export function readSeedPlan(options: SeedOptions): SeedPlan {
  const { chainId, moniker, externalAddress, allowDuplicateIp } = options
  const printable = (text: string, most: number): boolean =>
    /^[\x20-\x7e]+$/.test(text) && text.trim() !== '' && text.length <= most
  if (!printable(chainId, 50))
    throw new Failure('PEX_USAGE', `--chain-id "${oneLine(chainId)}" is no chain id`, 'such as cosmoshub-4')
  if (!printable(moniker, 64)) {
    const message = `--moniker "${oneLine(moniker)}" is no name that nodes take`
    throw new Failure('PEX_USAGE', message, '1 to 64 printable ASCII characters')
  }
  const scope = scopes.find(each => each === options.scope)
  if (scope === undefined)
    throw new Failure('PEX_USAGE', `--scope "${oneLine(options.scope)}" is none`, scopes.join(', '))
  const listen = options.listen.map(readPlace)
  const seeds = readSeeds(options.seed ?? [])
  const routability = routabilityOf(scope, listen, seeds)
  return {
    init: {
      chainId,
      moniker,
      version: version(),
      listen,
      seeds: seeds.map(formatNodeAddress),
      ...(externalAddress === undefined ? {} : { externalAddress: readExternal(externalAddress) }),
      routability,
      maxInbound: readWhole('max-inbound', options.maxInbound, 1, 100_000),
      maxOutbound: readWhole('max-outbound', options.maxOutbound, 1, 10_000),
      holdMs: readDuration('hold', options.hold, 1_000, 30 * day),
      answeredWithinMs: readDuration('show-for', options.showFor, 1_000, 30 * day),
      crawlMs: readDuration('crawl', options.crawl, 1_000, day),
      privateIds: readIds('private-id', options.privateId),
      unconditionalIds: readIds('unconditional-id', options.unconditionalId),
      ...(allowDuplicateIp === undefined ? {} : { allowDuplicateIp })
    },
    statusMs: readDuration('status', options.status, 1_000, day),
    // As `pex start` reads it.
    metrics: resolveSettings(options.metrics === undefined ? {} : { metrics: options.metrics }, {}).settings
      .metrics
  }
}

/** A literal address and a port to listen at, as CometBFT's `laddr` has them. */
function readPlace(text: string): Place {
  const [, v6, v4, port] = /^(?:tcp:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? []
  const ip = parseIp(v6 ?? v4 ?? '')
  if (ip !== undefined && Number(port) <= 65_535) return { ip: formatIp(ip), port: Number(port) }
  const next = '0.0.0.0:26656, tcp://127.0.0.1:26656 or [::]:26656'
  throw new Failure('PEX_USAGE', `--listen "${oneLine(text)}" is no place to listen at`, next)
}

/** A host and a port; the host may be a name. */
function readExternal(text: string): string {
  const [, host, port] =
    /^(?:tcp:\/\/)?(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9._-]{1,253}):(\d{1,5})$/.exec(text) ?? []
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return `${host}:${port}`
  const message = `--external-address "${oneLine(text)}" is no host and port`
  throw new Failure('PEX_USAGE', message, 'seed.example.com:26656')
}

/** By itself private addresses are kept only where nothing that the operator says is public. */
function routabilityOf(
  scope: (typeof scopes)[number],
  listen: readonly Place[],
  seeds: readonly NodeAddress[]
): 'public' | 'any' {
  if (scope !== 'auto') return scope === 'public' ? 'public' : 'any'
  const isPrivate = (host: string): boolean => {
    const ip = parseIp(host)
    return ip !== undefined && !isRoutable(ip, 'public')
  }
  const isUnspecified = ({ ip }: Place): boolean => ip === '0.0.0.0' || ip === '::'
  const hosts = [
    ...seeds.map(({ host }) => host),
    ...listen.filter(place => !isUnspecified(place)).map(({ ip }) => ip)
  ]
  return hosts.length > 0 && hosts.every(isPrivate) ? 'any' : 'public'
}

function readIds(option: string, ids: readonly string[] = []): readonly string[] {
  return ids.map(id => {
    if (/^[0-9a-fA-F]{40}$/.test(id)) return id.toLowerCase()
    throw new Failure('PEX_USAGE', `--${option} "${oneLine(id)}" is no node id`, '40 hexadecimal digits')
  })
}

function readDuration(option: string, text: string, least: number, most: number): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= least && ms <= most) return ms
  const is = ms === undefined ? 'not a duration' : 'out of range'
  throw new Failure('PEX_USAGE', `--${option} "${oneLine(text)}" is ${is}`, durationForms)
}

function readWhole(option: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (/^\d{1,6}$/.test(text) && number >= least && number <= most) return number
  const message = `--${option} "${oneLine(text)}" is no whole number that fits`
  throw new Failure('PEX_USAGE', message, `a whole number from ${least} to ${most}`)
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}
