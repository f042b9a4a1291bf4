/** What is wrong with the buckets that the entries of a file say they are in. */
import { Placement } from '@pex/address-book'
import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import type { BookType, ReadEntry } from './types.ts'

/** The findings for all entries of a file. */
export function bucketFindings(
  type: BookType,
  key: string,
  entries: readonly ReadEntry[]
): readonly Finding[] {
  return [
    ...entries.flatMap(entry => rangeFindings(type, entry)),
    ...overfull(type, entries),
    ...wrongBuckets(type, key, entries)
  ]
}

function rangeFindings({ rules }: BookType, { line, where, known }: ReadEntry): Finding[] {
  const { isTried, buckets } = known
  if (buckets.length === 0) return [finding(line, where, 'no-bucket', 'it is in no bucket')]
  const table = isTried ? 'tried' : 'new'
  const found: Finding[] = []
  const there = isTried ? rules.triedBuckets : rules.newBuckets
  const outside = buckets.filter(bucket => bucket >= there)
  if (outside.length > 0) {
    const text = `there is no ${table} bucket ${outside.join(', ')}: they are numbered to ${there - 1}`
    found.push(finding(line, where, 'bad-bucket', text))
  }
  const most = isTried ? 1 : rules.newBucketsPerAddress
  if (new Set(buckets).size > most) {
    const text = `it is in ${buckets.length} ${table} buckets, of at most ${most}`
    found.push(finding(line, where, 'bad-bucket', text))
  }
  return found
}

/** One finding for each bucket that holds too many, at the first entry that is one too many. */
function overfull({ rules }: BookType, entries: readonly ReadEntry[]): Finding[] {
  const shelves = new Map<string, ReadEntry[]>()
  for (const entry of entries) {
    for (const bucket of new Set(entry.known.buckets)) {
      const name = `${entry.known.isTried ? 'tried' : 'new'} bucket ${bucket}`
      const shelf = shelves.get(name)
      if (shelf === undefined) shelves.set(name, [entry])
      else shelf.push(entry)
    }
  }
  return [...shelves].flatMap(([name, shelf]) => {
    const size = name.startsWith('tried') ? rules.triedBucketSize : rules.newBucketSize
    const first = shelf[size]
    if (first === undefined) return []
    const text = `${name} holds ${shelf.length} entries, of at most ${size}`
    return [finding(first.line, first.where, 'overfull-bucket', text)]
  })
}

/**
 * Entries that are not where the key places them. Only libonomy's files can be checked so: CometBFT hashes with a key that
 * each process makes for itself and never writes.
 */
function wrongBuckets(type: BookType, key: string, entries: readonly ReadEntry[]): Finding[] {
  if (type.name !== 'peers' || key.length !== 2 * type.rules.keyBytes) return []
  const { kind, rules } = type
  const placement = new Placement(rules, key)
  return entries.flatMap(({ line, where, known }) => {
    const { address, source, isTried, buckets } = known
    const group = kind.groupOf(address)
    const right = isTried
      ? placement.triedBucket(group, kind.placeOf(address))
      : placement.newBucket(group, kind.groupOf(source))
    if (buckets.length === 0 || buckets.includes(right)) return []
    const text = `it is in ${isTried ? 'tried' : 'new'} bucket ${buckets.join(', ')}; by the key it belongs in ${right}`
    return [finding(line, where, 'wrong-bucket', text)]
  })
}
