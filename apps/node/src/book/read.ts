/**
 * Reads a book's file of either format, entry by entry, and says of each what is wrong with it. A file that was cut off gives
 * all entries before the cut.
 */
import { readFile, stat } from 'node:fs/promises'
import { AddressBook, isRoutable, parseIp } from '@pex/address-book'
import { Failure, systemCode } from '../failure.ts'
import { addrbookEntry } from './addrbook-entry.ts'
import { bucketFindings } from './buckets.ts'
import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import { isBetter } from './merge.ts'
import { peersEntry, placesOf } from './peers-entry.ts'
import type { Places } from './peers-entry.ts'
import { elementsOf } from './scan.ts'
import type { Element } from './scan.ts'
import { addrbook, peers } from './types.ts'
import type { BookType, Left, ReadBook, ReadEntry } from './types.ts'
import { isObject, listOf, parsed } from './values.ts'

/** A file longer than any book is none. Derived: 139 264 entries of libonomy, with three URLs of 120 bytes each. */
const MOST_BYTES = 128 * 1_024 * 1_024
const MINUTE = 60_000

/** Reads a file. Fails with `PEX_BOOK` where it cannot be read, or is none of ours. */
export async function readBook(path: string, now: number): Promise<ReadBook> {
  return bookOf(path, await textOf(path), now)
}

async function textOf(path: string): Promise<string> {
  try {
    if ((await stat(path)).size <= MOST_BYTES) return new TextDecoder().decode(await readFile(path))
  } catch (error) {
    const next = 'the path of an addrbook.json or a peers.json'
    throw new Failure('PEX_BOOK', `${path} cannot be read (${systemCode(error)})`, next, { cause: error })
  }
  throw new Failure('PEX_BOOK', `${path} is longer than any book`, 'an addrbook.json or a peers.json')
}

/** The book in a text. Fails with `PEX_BOOK` where there is none. */
export function bookOf(path: string, text: string, now: number): ReadBook {
  const whole = parsed(text)
  const [type, elements] = recognised(path, text, whole)
  const file = isObject(whole) ? whole : {}
  const findings: Finding[] = []
  if (!isObject(whole)) {
    const line = text.split('\n').length
    const found = `the file is cut off or no JSON: ${elements.length} entries of it can be read, what follows them cannot`
    findings.push(finding(line, '', 'not-whole', found))
  }
  const places = placesOf(file['NewBuckets'], file['TriedBuckets'])
  const { entries, left } = readEntries(path, type, elements, places, findings)
  const { key, ...rest } = frameOf(type, file, text, findings)
  findings.push(...bucketFindings(type, key, entries), ...doubts(type, entries, now))
  findings.sort((one, other) => one.line - other.line)
  return { path, type, key, entries, count: elements.length, left, findings, rest }
}

function recognised(path: string, text: string, whole: unknown): [BookType, readonly Element[]] {
  for (const type of [addrbook, peers]) {
    const elements = elementsOf(text, type.list)
    // Go writes null where it has none.
    if (elements !== undefined) return [type, elements]
    if (isObject(whole) && whole[type.list] === null) return [type, []]
  }
  if (isObject(whole) && Array.isArray(whole['Addrs'])) {
    const message = `${path} is an address book from before addresses carried ids`
    throw new Failure(
      'PEX_BOOK',
      message,
      'a file of Tendermint 0.11 or newer: without ids its peers cannot be known'
    )
  }
  const message = `${path} is no address book: it has neither "addrs" nor "Addresses"`
  throw new Failure('PEX_BOOK', message, 'an addrbook.json of CometBFT or a peers.json of libonomy')
}

function readEntries(
  path: string,
  type: BookType,
  elements: readonly Element[],
  places: ReadonlyMap<string, Places>,
  findings: Finding[]
): { entries: ReadEntry[]; left: Left[] } {
  const entries = new Map<string, ReadEntry>()
  const left: Left[] = []
  for (const [i, { line, text }] of elements.entries()) {
    const where = `${type.list}[${i}]`
    const before = findings.length
    const note = (problem: Finding['problem'], message: string): void =>
      void findings.push(finding(line, where, problem, message))
    const value = parsed(text)
    const known = type === addrbook ? addrbookEntry(value, note) : peersEntry(value, places, note)
    if (known === undefined) {
      left.push({ file: path, line, where, why: findings[before]?.problem ?? 'bad-entry' })
      continue
    }
    const id = type.kind.idOf(known.address)
    const entry = { file: path, line, where, known }
    const first = entries.get(id)
    const wins = first === undefined || isBetter(first.known, known)
    if (first !== undefined) {
      note(
        'duplicate-id',
        `${id} stands on line ${first.line} already; ${wins ? 'this' : 'that'} one is better`
      )
      const loser = wins ? first : entry
      left.push({ file: path, line: loser.line, where: loser.where, why: 'duplicate-id' })
    }
    if (wins) entries.set(id, entry)
  }
  return { entries: [...entries.values()], left }
}

/** Everything but the entries, by the format's own reader. */
function frameOf(
  type: BookType,
  file: Readonly<Record<string, unknown>>,
  text: string,
  findings: Finding[]
): ReadBook['rest'] & { key: string } {
  const keyText = /"key"\s*:\s*"([0-9a-f]{24})"/.exec(text)?.[1] ?? ''
  const keyBytes = /"Key"\s*:\s*(\[[\d\s,]{32,300}\])/.exec(text)?.[1]
  const frame = {
    key: typeof file['key'] === 'string' ? file['key'] : keyText,
    addrs: [],
    Key: file['Key'] ?? parsed(keyBytes ?? '[]'),
    Addresses: [],
    NewBuckets: [],
    TriedBuckets: [],
    pex: file['pex']
  }
  const read = type.format.read(JSON.stringify(frame))!
  for (const problem of read.problems) {
    const isKey = /^key/i.test(problem)
    findings.push(finding(1, '', isKey ? 'bad-key' : 'bad-ban', problem))
  }
  const { key, bans, anchors } = read.snapshot
  const { pex } = file
  const added =
    isObject(pex) && typeof pex['added'] === 'number' ? pex['added'] : listOf(file[type.list]).length
  return { key, bans, anchors, added }
}

/** What is sound, and of little use. */
function doubts(type: BookType, entries: readonly ReadEntry[], now: number): Finding[] {
  const { kind, rules } = type
  const addresses = entries.map(({ known }) => known)
  const rng = (): number => 0
  const snapshot = { key: '', addresses, bans: [], anchors: [], added: 0 }
  const book = new AddressBook({ kind, rules, rng, snapshot })
  const byPlace = new Map<string, ReadEntry>()
  return entries.flatMap(entry => {
    const { line, where, known } = entry
    const { address, lastAttempt, lastSuccess, lastSeen } = known
    const found: Finding[] = []
    const note = (problem: Finding['problem'], message: string): void =>
      void found.push(finding(line, where, problem, message))
    if (!isRoutable(parseIp(address.ip)!, type.routability))
      note('unroutable', `${address.ip} is not reachable from everywhere`)
    if ('port' in address && address.port === 0) note('port-0', 'nobody can dial port 0')
    const place = type.textOf({ ...address, id: '' })
    const first = byPlace.get(place)
    if (first === undefined) byPlace.set(place, entry)
    else note('same-place', `another id is said to be there on line ${first.line}`)
    if (Math.max(lastAttempt, lastSuccess, lastSeen) > now + 10 * MINUTE)
      note('from-the-future', 'a time of it is still to come')
    else if (book.isBad(kind.idOf(address), now))
      note('stale', 'by the rules of the book it is worth less than a newcomer')
    return found
  })
}
