/**
 * A book in a store (core's `Store` port): its secret and its bans under one key, its entries in 256 parts by their ids, so
 * that a saving writes only parts that have changed, and damage takes a part along and not the book.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Store } from '@pex/core'
import { parseJson } from './format.ts'
import { bytesOf, isObject } from './kind.ts'
import type { AddressKind } from './kind.ts'
import { Problems, isNatural, listOf, sound, soundRest } from './snapshot.ts'
import type { BookSnapshot, Read } from './snapshot.ts'
import type { KnownAddress } from './entry.ts'

const MAIN = 'book'
const PARTS = 256
const text = new TextDecoder()

/** Loads and saves one book. */
export interface StoredBook<A> {
  /** What is there; an empty store gives nothing. Damage is told among the problems. */
  load(): Promise<Read<A> | undefined>
  /** Writes what has changed since the last load or save of this object. */
  save(snapshot: BookSnapshot<A>): Promise<void>
}

/** A book under a namespace of a store, which the caller opens and closes. */
export function storedBook<A>(store: Store, namespace: string, kind: AddressKind<A>): StoredBook<A> {
  /** What was last written under each key. Bounded by the parts, and we choose the keys. */
  const written = new Map<string, string>()

  const load = async (): Promise<Read<A> | undefined> => {
    const { entries, damaged } = await store.load(namespace)
    written.clear()
    for (const [key, bytes] of entries) written.set(key, digest(bytes))
    if (entries.size === 0 && damaged === 0) return undefined
    return readAll(entries, damaged, kind)
  }

  const save = async (snapshot: BookSnapshot<A>): Promise<void> => {
    const put = new Map<string, Uint8Array>()
    const digests = new Map<string, string>()
    const values = toValues(snapshot, kind)
    for (const [key, value] of values) {
      const bytes = bytesOf(JSON.stringify(value))
      const now = digest(bytes)
      if (written.get(key) === now) continue
      put.set(key, bytes)
      digests.set(key, now)
    }
    const remove = new Set([...written.keys()].filter(key => !values.has(key)))
    if (put.size === 0 && remove.size === 0) return
    await store.save(namespace, { put, remove })
    for (const [key, now] of digests) written.set(key, now)
    for (const key of remove) written.delete(key)
  }

  return { load, save }
}

function digest(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes))
}

function toValues<A>(snapshot: BookSnapshot<A>, kind: AddressKind<A>): Map<string, unknown> {
  const { key, bans, anchors, added } = snapshot
  const values = new Map<string, unknown>([[MAIN, { key, bans, anchors, added }]])
  const parts = new Map<string, KnownAddress<A>[]>()
  for (const known of snapshot.addresses) {
    const name = partOf(kind.idOf(known.address))
    const part = parts.get(name)
    if (part === undefined) parts.set(name, [known])
    else part.push(known)
  }
  for (const [name, part] of parts) values.set(name, part)
  return values
}

function partOf(id: string): string {
  return `part-${sha256(bytesOf(id))[0]! % PARTS}`
}

function readAll<A>(
  entries: ReadonlyMap<string, Uint8Array>,
  damaged: number,
  kind: AddressKind<A>
): Read<A> {
  const problems = new Problems()
  for (let i = 0; i < damaged; i++) problems.add('the store has lost an entry')
  const bytes = entries.get(MAIN)
  const main = bytes === undefined ? undefined : parseJson(text.decode(bytes))
  if (!isObject(main)) problems.add('the main part is not there: no bans, and a new key')
  const { key, bans, anchors, added } = isObject(main) ? main : {}
  const addresses: KnownAddress<A>[] = []
  for (const [name, part] of entries) {
    if (name === MAIN) continue
    const values = parseJson(text.decode(part))
    if (!Array.isArray(values)) problems.add(`${name} is damaged`)
    for (const value of listOf(values)) {
      const one = sound(kind, value)
      if (one === undefined) problems.add(`${name} holds something that is no address`)
      else addresses.push(one)
    }
  }
  const rest = soundRest(kind, bans, anchors, problems)
  return {
    snapshot: {
      key: typeof key === 'string' ? key : '',
      addresses,
      ...rest,
      added: isNatural(added) ? added : addresses.length
    },
    problems: problems.found,
    problemCount: problems.count
  }
}
