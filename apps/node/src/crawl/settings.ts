/** What `pex crawl` is told, checked before anybody is visited. */
import { isRoutable, parseIp } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import { parseNodeAddress, resolveNodeAddress } from '@pex/cometbft'
import type { NodeAddress, Resolve } from '@pex/cometbft'
import { durationForms, parseDuration } from '../duration.ts'
import { Failure, oneLine, systemCode } from '../failure.ts'

/** The command's options as commander gives them. */
export interface CrawlOptions {
  readonly chainId: string
  readonly seed?: readonly string[]
  readonly out: string
  readonly resume?: boolean
  readonly for?: string
  readonly max?: string
  readonly concurrency: string
  readonly revisit: string
  readonly report?: string
  readonly book?: string
  readonly scope: string
  readonly moniker: string
  readonly json?: boolean
}

export interface CrawlPlan {
  readonly chainId: string
  readonly seeds: readonly NodeAddress[]
  readonly forMs: number | undefined
  readonly max: number | undefined
  readonly concurrency: number
  readonly revisitMs: number
  readonly scope: 'public' | 'private' | 'auto'
  readonly moniker: string
}

/** Between two visits to one node on a network that is not the caller's own, ms: what CometBFT's crawl keeps to. */
const leastRevisitMs = 120_000
const maxMs = 30 * 24 * 3_600_000
const lookUpMs = 5_000
const scopes = ['public', 'private', 'auto'] as const

/** Fails with `PEX_USAGE`. */
export function readPlan(options: CrawlOptions): CrawlPlan {
  const { chainId, moniker } = options
  if (!/^[\x20-\x7e]{1,50}$/.test(chainId))
    throw new Failure('PEX_USAGE', `--chain-id "${oneLine(chainId)}" is no chain id`, 'such as cosmoshub-4')
  if (!/^[\x20-\x7e]{1,64}$/.test(moniker) || moniker.trim() === '') {
    const message = `--moniker "${oneLine(moniker)}" is no name that nodes take`
    throw new Failure('PEX_USAGE', message, '1 to 64 printable ASCII characters')
  }
  const scope = scopes.find(each => each === options.scope)
  if (scope === undefined)
    throw new Failure('PEX_USAGE', `--scope "${oneLine(options.scope)}" is none`, scopes.join(', '))
  const seeds = readSeeds(options.seed ?? [])
  if (seeds.length === 0 && options.resume !== true)
    throw new Failure('PEX_USAGE', 'there is nobody to begin with', '--seed id@host:port, or --resume')
  return {
    chainId,
    seeds,
    forMs: options.for === undefined ? undefined : readDuration('for', options.for, 1),
    max: options.max === undefined ? undefined : readWhole('max', options.max, 1, 1_000_000),
    concurrency: readWhole('concurrency', options.concurrency, 1, 256),
    revisitMs: readDuration('revisit', options.revisit, 1),
    scope,
    moniker
  }
}

/** Seeds as they are typed: several in one argument are separated by commas, as in CometBFT's config.toml. Fails with `PEX_USAGE`. */
export function readSeeds(texts: readonly string[]): readonly NodeAddress[] {
  const each = texts.flatMap(text => text.split(/[\s,]+/)).filter(text => text !== '')
  return each.map(text => {
    const address = parseNodeAddress(text)
    if (address === undefined || address.host === '' || address.port === 0) {
      const next = 'id@host:port, where id is 40 hexadecimal digits'
      throw new Failure('PEX_USAGE', `--seed "${oneLine(text)}" is no node`, next)
    }
    return address
  })
}

/** The seeds with their names looked up, and what could not be. */
export async function resolveSeeds(
  seeds: readonly NodeAddress[],
  resolve: Resolve
): Promise<{ readonly addresses: readonly NetAddress[]; readonly problems: readonly string[] }> {
  const problems: string[] = []
  const found = await Promise.all(
    seeds.map(async seed => {
      try {
        return await resolveNodeAddress(seed, resolve, { signal: AbortSignal.timeout(lookUpMs) })
      } catch (error) {
        problems.push(`${seed.host} stands for no address (${systemCode(error) ?? oneLine(String(error))})`)
        return []
      }
    })
  )
  return { addresses: found.flat(), problems }
}

/** Whose addresses are visited when strangers name them; by itself private ones only where all seeds are private. */
export function routabilityOf(scope: CrawlPlan['scope'], seeds: readonly NetAddress[]): 'public' | 'any' {
  if (scope !== 'auto') return scope === 'public' ? 'public' : 'any'
  const isPrivate = ({ ip }: NetAddress): boolean => !isRoutable(parseIp(ip)!, 'public')
  return seeds.length > 0 && seeds.every(isPrivate) ? 'any' : 'public'
}

/** Fails with `PEX_USAGE` for a crawl of strangers' nodes that would be a nuisance to them. */
export function checkManners(revisitMs: number, routability: 'public' | 'any'): void {
  if (routability === 'any' || revisitMs >= leastRevisitMs) return
  const message = '--revisit is shorter than 2m, which nodes of a public network may take for abuse'
  throw new Failure('PEX_USAGE', message, '--revisit 2m, or --scope private in a network of your own')
}

function readDuration(option: string, text: string, least: number): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= least && ms <= maxMs) return ms
  const is = ms === undefined ? 'not a duration' : 'out of range'
  throw new Failure('PEX_USAGE', `--${option} "${oneLine(text)}" is ${is}`, durationForms)
}

function readWhole(option: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (/^\d{1,7}$/.test(text) && number >= least && number <= most) return number
  const message = `--${option} "${oneLine(text)}" is no whole number that fits`
  throw new Failure('PEX_USAGE', message, `a whole number from ${least} to ${most}`)
}
