/** Address books to look at: made up ones, and what is wrong with them. */
import { addrbookJson, AddressBook, netAddresses, nodeInfos, peersJson, rules } from '@pex/address-book'
import type { NetAddress, NodeInfo } from '@pex/address-book'
import { seeded } from '@pex/testkit'

export const now: number = Date.UTC(2026, 5, 1)
export const day = 86_400_000

export function net(i: number): NetAddress {
  return { id: i.toString(16).padStart(40, '0'), ip: `${11 + (i % 90)}.${i >> 8}.${i & 255}.7`, port: 26_656 }
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** 32 bytes in base58. */
export function keyText(i: number): string {
  let number = (1n << 255n) + BigInt(i)
  let text = ''
  for (; number > 0n; number /= 58n) text = alphabet[Number(number % 58n)]! + text
  return text
}

export function info(i: number): NodeInfo {
  return { id: keyText(i), ip: `${11 + (i % 90)}.${i >> 8}.${i & 255}.7`, tcpPort: 7_513, udpPort: 7_514 }
}

export interface GoEntry {
  addr: { id: unknown; ip: unknown; port: unknown }
  src: unknown
  buckets: unknown
  attempts: unknown
  bucket_type: unknown
  last_attempt: unknown
  last_success: unknown
}

export interface GoBook {
  key: string
  addrs: GoEntry[]
  pex?: unknown
}

/** A sound addrbook.json with so many entries, every fourth of them tried. */
export function goBook(count: number, from = 1, seed = 1, at = now): GoBook {
  const book = new AddressBook({ kind: netAddresses(), rules: rules.cometbft, rng: seeded(seed) })
  for (let i = from; i < from + count; i++) book.add(net(i), net(from), at - day)
  for (let i = from; i < from + count; i += 4) book.good(net(i).id, at - day)
  return JSON.parse(addrbookJson.write(book.snapshot())) as GoBook
}

/** As Go writes it. */
export function textOf(book: GoBook): string {
  return JSON.stringify(book, undefined, '\t')
}

/** A sound peers.json. */
export function peersText(count: number): string {
  const book = new AddressBook({ kind: nodeInfos(), rules: rules.libonomy, rng: seeded(2) })
  for (let i = 1; i <= count; i++) book.add(info(i), info(1), now - day)
  for (let i = 1; i <= count; i += 4) book.good(info(i).id, now - day)
  return peersJson.write(book.snapshot())
}

/** One whose entries are of today, for the command itself. */
export function freshBook(count: number): GoBook {
  return goBook(count, 1, 1, Date.now())
}
