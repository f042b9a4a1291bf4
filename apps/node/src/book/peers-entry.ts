/** One entry of libonomy's `peers.json`, looked at. Its buckets stand in lists of their own, by the node's URL. */
import { parseNodeInfo, peersJson } from '@pex/address-book'
import type { KnownAddress } from '@pex/address-book'
import { shown } from './finding.ts'
import type { Note } from './finding.ts'
import type { Address } from './types.ts'
import { isObject, listOf } from './values.ts'

/** The buckets that name a URL. */
export interface Places {
  readonly fresh: readonly number[]
  readonly tried: readonly number[]
}

/** What the two lists of buckets say, by URL. Bounded by the file. */
export function placesOf(fresh: unknown, tried: unknown): ReadonlyMap<string, Places> {
  const places = new Map<string, { fresh: number[]; tried: number[] }>()
  for (const [table, buckets] of [
    ['fresh', listOf(fresh)],
    ['tried', listOf(tried)]
  ] as const) {
    for (const [bucket, urls] of buckets.entries()) {
      for (const url of listOf(urls)) {
        if (typeof url !== 'string') continue
        const place = places.get(url) ?? { fresh: [], tried: [] }
        place[table].push(bucket)
        places.set(url, place)
      }
    }
  }
  return places
}

/** The entry as the book's own reader takes it, or nothing; tells of everything that is wrong with it. */
export function peersEntry(
  value: unknown,
  places: ReadonlyMap<string, Places>,
  note: Note
): KnownAddress<Address> | undefined {
  const url = isObject(value) ? value['Addr'] : undefined
  if (!isObject(value) || typeof url !== 'string') {
    note('bad-entry', 'no URL of a node in it')
    return undefined
  }
  const file = { Key: [], Addresses: [value], NewBuckets: [], TriedBuckets: [] }
  const [known] = peersJson.read(JSON.stringify(file))!.snapshot.addresses
  if (known === undefined) {
    noteUrl(url, note)
    return undefined
  }
  const source = value['Src']
  if (typeof source !== 'string' || parseNodeInfo(source) === undefined)
    note('bad-source', 'the URL of its source is none: it counts as its own')
  if (!Number.isSafeInteger(value['Attempts']) || (value['Attempts'] as number) < 0)
    note('bad-count', `Attempts is ${shown(value['Attempts'])}: it counts as ${known.attempts}`)
  for (const name of ['LastSeen', 'LastAttempt', 'LastSuccess']) {
    if (!Number.isFinite(value[name]))
      note('bad-time', `${name} is ${shown(value[name])}: it counts as never`)
  }
  const { fresh, tried } = places.get(url) ?? { fresh: [], tried: [] }
  if (fresh.length > 0 && tried.length > 0)
    note('bad-bucket', 'it is in new buckets and in tried ones: it counts as tried')
  const isTried = tried.length > 0
  return { ...known, isTried, buckets: isTried ? tried : fresh }
}

function noteUrl(url: string, note: Note): void {
  const [, id, ip, port] = /^libonomy:\/\/([^@]*)@(.*):(\d*)(?:\?disc=\d+)?$/.exec(url) ?? []
  const anyKey = '1'.repeat(32)
  const isNode = (key: string, host: string, number: string): boolean =>
    parseNodeInfo(`libonomy://${key}@${host}:${number}`) !== undefined
  if (id === undefined || ip === undefined || port === undefined)
    note('bad-entry', `${shown(url)} is no URL of a node`)
  else if (!isNode(id, '192.0.2.1', '1')) note('bad-id', `the key ${shown(id)} is not 32 bytes in base58`)
  else if (!isNode(anyKey, ip, '1')) note('bad-ip', `${shown(ip)} is no literal IP address of a node`)
  else note('bad-port', `a port of ${shown(url)} is not one from 1 to 65535`)
}
