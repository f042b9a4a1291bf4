/**
 * libonomy's `peers.json`: node URLs, times in seconds, and for each bucket the URLs that are in it. What libonomy forgets in
 * reading it back (when an entry was last seen, and that it was tried) is restored here. Bans, anchors and the count of
 * additions go into a member of our own, which Go passes over.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { BookFormat } from './format.ts'
import { parseJson } from './format.ts'
import { isObject } from './kind.ts'
import { formatNodeInfo, nodeInfos, parseNodeInfo } from './node-info.ts'
import type { NodeInfo } from './node-info.ts'
import { rules } from './rules.ts'
import { Problems, listOf, sound, soundRest } from './snapshot.ts'
import type { BookSnapshot, Read } from './snapshot.ts'
import type { KnownAddress } from './entry.ts'

const kind = nodeInfos()
const { newBuckets, triedBuckets } = rules.libonomy

export const peersJson: BookFormat<NodeInfo> = { name: 'peers.json', read, write }

interface Place {
  readonly fresh: number[]
  readonly tried: number[]
}

function read(text: string): Read<NodeInfo> | undefined {
  const file = parseJson(text)
  if (!isObject(file)) return undefined
  const { Key, Addresses, NewBuckets, TriedBuckets, pex } = file
  const areLists = [NewBuckets, TriedBuckets].every(Array.isArray)
  // Go writes null where it has none.
  if (!areLists || !(Array.isArray(Addresses) || Addresses === null)) return undefined
  const problems = new Problems()
  const own = isObject(pex) ? pex : {}
  const rest = soundRest(kind, own['bans'], own['anchors'], problems)
  const places = readPlaces(listOf(NewBuckets), listOf(TriedBuckets))
  const addresses = readAddresses(listOf(Addresses), places, problems)
  for (const url of places.keys())
    problems.add(`a bucket holds ${shown(url)}, which is not among the addresses`)
  const added = typeof own['added'] === 'number' ? own['added'] : addresses.length
  return {
    snapshot: { key: readKey(Key, problems), addresses, ...rest, added },
    problems: problems.found,
    problemCount: problems.count
  }
}

function readKey(value: unknown, problems: Problems): string {
  const bytes = listOf(value)
  const isKey = bytes.length === 32 && bytes.every(byte => Number.isInteger(byte) && Number(byte) >> 8 === 0)
  if (isKey) return bytesToHex(Uint8Array.from(bytes as number[]))
  problems.add('Key is not 32 bytes: there will be a new one')
  return ''
}

function readPlaces(fresh: readonly unknown[], tried: readonly unknown[]): Map<string, Place> {
  const places = new Map<string, Place>()
  const note = (buckets: readonly unknown[], table: keyof Place): void => {
    for (const [bucket, urls] of buckets.entries()) {
      for (const url of listOf(urls)) {
        if (typeof url !== 'string') continue
        const place = places.get(url) ?? { fresh: [], tried: [] }
        place[table].push(bucket)
        places.set(url, place)
      }
    }
  }
  note(fresh, 'fresh')
  note(tried, 'tried')
  return places
}

/** Takes from `places` what it finds there. */
function readAddresses(
  values: readonly unknown[],
  places: Map<string, Place>,
  problems: Problems
): KnownAddress<NodeInfo>[] {
  const ids = new Set<string>()
  return values.flatMap((value, i): KnownAddress<NodeInfo>[] => {
    const url = isObject(value) ? value['Addr'] : undefined
    const place = typeof url === 'string' ? places.get(url) : undefined
    if (typeof url === 'string') places.delete(url)
    const one = isObject(value) ? fromGo(value, place) : undefined
    if (one === undefined) problems.add(`Addresses[${i}] is no node`)
    else if (ids.has(one.address.id)) problems.add(`Addresses[${i}] is of an id that has been before`)
    else {
      ids.add(one.address.id)
      if (place === undefined) problems.add(`Addresses[${i}] is in no bucket: it will be placed anew`)
      else if (place.fresh.length > 0 && place.tried.length > 0)
        problems.add(`Addresses[${i}] is both new and tried: it counts as tried`)
      return [one]
    }
    return []
  })
}

function fromGo(
  value: Readonly<Record<string, unknown>>,
  place: Place | undefined
): KnownAddress<NodeInfo> | undefined {
  const { Addr, Src, Attempts } = value
  const isTried = (place?.tried.length ?? 0) > 0
  return sound(kind, {
    address: typeof Addr === 'string' ? parseNodeInfo(Addr) : undefined,
    source: typeof Src === 'string' ? parseNodeInfo(Src) : undefined,
    attempts: Attempts,
    isTried,
    buckets: isTried ? place?.tried : place?.fresh,
    lastSeen: msOf(value['LastSeen']),
    lastAttempt: msOf(value['LastAttempt']),
    lastSuccess: msOf(value['LastSuccess'])
  })
}

function write({ key, addresses, bans, anchors, added }: BookSnapshot<NodeInfo>): string {
  const Addresses = addresses.map(one => ({
    Addr: formatNodeInfo(one.address),
    Src: formatNodeInfo(one.source),
    Attempts: one.attempts,
    LastSeen: secondsOf(one.lastSeen),
    LastAttempt: secondsOf(one.lastAttempt),
    LastSuccess: secondsOf(one.lastSuccess)
  }))
  const NewBuckets = Array.from({ length: newBuckets }, (): string[] => [])
  const TriedBuckets = Array.from({ length: triedBuckets }, (): string[] => [])
  for (const { address, isTried, buckets } of addresses)
    for (const bucket of buckets) (isTried ? TriedBuckets : NewBuckets)[bucket]?.push(formatNodeInfo(address))
  const Key = [...hexToBytes(key)]
  return JSON.stringify({ Key, Addresses, NewBuckets, TriedBuckets, pex: { bans, anchors, added } })
}

function msOf(value: unknown): number {
  return typeof value === 'number' && value > 0 && value < 2 ** 38 ? Math.floor(value) * 1_000 : 0
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1_000)
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 120))
}
