/**
 * CometBFT's `addrbook.json` (p2p/pex/file.go): tab-indented JSON, times as Go writes them, type 1 for new and 2 for old
 * buckets. Bans, anchors and the count of additions go into members of our own, which Go passes over.
 *
 * Since CometBFT's hash is keyed for each process anew, the bucket numbers of its files only say which entries share one.
 */
import type { BookFormat } from './format.ts'
import { parseJson } from './format.ts'
import { isObject } from './kind.ts'
import { netAddresses } from './net-address.ts'
import type { NetAddress } from './net-address.ts'
import { Problems, listOf, sound, soundRest } from './snapshot.ts'
import type { BookSnapshot, Read } from './snapshot.ts'
import type { KnownAddress } from './entry.ts'

/** Routability is for the book to judge, so that a tool can show what a file holds. */
const kind = netAddresses('any')

/** How Go writes that there was no such time. */
const NEVER = '0001-01-01T00:00:00Z'

export const addrbookJson: BookFormat<NetAddress> = { name: 'addrbook.json', read, write }

function read(text: string): Read<NetAddress> | undefined {
  const file = parseJson(text)
  if (!isObject(file) || typeof file['key'] !== 'string') return undefined
  const { key, addrs, pex } = file
  // Go writes null where it has none.
  if (!Array.isArray(addrs) && addrs !== null) return undefined
  const problems = new Problems()
  if (!/^[0-9a-f]{24}$/.test(key)) problems.add('key is not 24 hexadecimal digits: there will be a new one')
  const own = isObject(pex) ? pex : {}
  const rest = soundRest(kind, own['bans'], own['anchors'], problems)
  const addresses = readAddresses(listOf(addrs), problems)
  const added = typeof own['added'] === 'number' ? own['added'] : addresses.length
  return {
    snapshot: { key, addresses, ...rest, added },
    problems: problems.found,
    problemCount: problems.count
  }
}

function readAddresses(values: readonly unknown[], problems: Problems): KnownAddress<NetAddress>[] {
  const ids = new Set<string>()
  return values.flatMap((value, i): KnownAddress<NetAddress>[] => {
    const one = isObject(value) ? fromGo(value) : undefined
    if (one === undefined) problems.add(`addrs[${i}] has no valid address`)
    else if (ids.has(one.address.id)) problems.add(`addrs[${i}] is of an id that has been before`)
    else {
      ids.add(one.address.id)
      if (one.buckets.length === 0) problems.add(`addrs[${i}] is in no bucket: it will be placed anew`)
      return [one]
    }
    return []
  })
}

function fromGo(value: Readonly<Record<string, unknown>>): KnownAddress<NetAddress> | undefined {
  const { addr, attempts, buckets, bucket_type: type, src } = value
  const lastAttempt = msOf(value['last_attempt'])
  const lastSuccess = msOf(value['last_success'])
  const lastSeen = Math.max(lastAttempt, lastSuccess)
  return sound(kind, {
    address: addr,
    source: src,
    attempts,
    buckets,
    isTried: type === 2,
    lastSeen,
    lastAttempt,
    lastSuccess
  })
}

function write({ key, addresses, bans, anchors, added }: BookSnapshot<NetAddress>): string {
  const addrs = addresses.map(
    ({ address, source, buckets, attempts, isTried, lastAttempt, lastSuccess }) => ({
      addr: goAddress(address),
      src: goAddress(source),
      buckets,
      attempts,
      bucket_type: isTried ? 2 : 1,
      last_attempt: goTime(lastAttempt),
      last_success: goTime(lastSuccess),
      last_ban_time: NEVER
    })
  )
  return JSON.stringify({ key, addrs, pex: { bans, anchors, added } }, undefined, '\t')
}

function goAddress({ id, ip, port }: NetAddress): NetAddress {
  return { id, ip, port }
}

/** A time as Go's RFC3339Nano writes it: without zeros at the end. */
function goTime(ms: number): string {
  if (ms <= 0) return NEVER
  return new Date(Math.min(ms, LAST_MS)).toISOString().replace(/\.?0*Z$/, 'Z')
}

/** The end of the year 9999, behind which Go cannot write. */
const LAST_MS = 253_402_300_799_999

/** A time of RFC 3339, as Go's own reader takes it; what else JavaScript's takes for a date, Go takes for none. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,20})?(?:Z|[+-]\d\d:\d\d)$/

/** ms since the epoch; 0 for never and for what is no time. */
function msOf(value: unknown): number {
  const [text, year, month, day] = (typeof value === 'string' && TIME.exec(value)) || []
  if (text === undefined) return 0
  // JavaScript makes 2 March of 30 February.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (date.getUTCDate() !== Number(day)) return 0
  const ms = Date.parse(text)
  return ms > 0 && ms <= LAST_MS ? ms : 0
}
