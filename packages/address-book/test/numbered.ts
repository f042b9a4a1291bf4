/** Books of which every part tells which book it is of, and the places where they are kept. */
import { addrbookJson, peerAddresses, peersJson, storedBook } from '@pex/address-book'
import type { BookSnapshot, KnownAddress } from '@pex/address-book'
import { bookFile } from '@pex/address-book/file'
import type { LoadedBook } from '@pex/address-book/file'
import { levelStore } from '@pex/store-level'

const size = 50
/** Some time in 2026. */
const start = 1_770_000_000_000
// Not from `world.ts`, which a process that is started over and over would take long to load.
const ip = (i: number): string => `20.${i}.1.1`
const node = (i: number) => ({ id: i.toString(16).padStart(40, '0'), ip: ip(i), port: 26_656 })
const host = (i: number) => ({ id: `peer-${i}`, addresses: [`/ip4/${ip(i)}/tcp/4001`] })

/** One way to keep books. */
export interface Place {
  /** What is there, whether it is a book, and how many things were wrong. */
  load(): Promise<{ added?: number; problems: number; setAside?: string | undefined; isWhole: boolean }>
  save(n: number): Promise<void>
  close(): Promise<void>
}

/** The n-th book with such addresses. */
function numbered<A extends { readonly id: string }>(key: string, addressOf: (i: number) => A, n: number) {
  const addresses = Array.from({ length: size }, (_, i): KnownAddress<A> => {
    const times = { lastSeen: start, lastAttempt: start, lastSuccess: 0 }
    return {
      address: addressOf(i),
      source: addressOf(i),
      attempts: n,
      ...times,
      isTried: false,
      buckets: [i]
    }
  })
  const bans = Array.from({ length: 10 }, (_, i) => ({ id: addressOf(i).id, until: start + n }))
  return { key, addresses, bans, anchors: [addressOf(n % size).id], added: n } satisfies BookSnapshot<A>
}

/** Whether every part is of one and the same book. */
function isWhole<A>({ addresses, bans, anchors, added }: BookSnapshot<A>): boolean {
  return (
    addresses.length === size &&
    addresses.every(({ attempts }) => attempts === added) &&
    bans.length === 10 &&
    bans.every(({ until }) => until === start + added) &&
    anchors.length === 1
  )
}

function place<A extends { readonly id: string }>(
  book: {
    load(): Promise<LoadedBook<A> | undefined>
    save(snapshot: BookSnapshot<A>): Promise<void>
  },
  snapshotOf: (n: number) => BookSnapshot<A>,
  close: () => Promise<void> = async () => {}
): Place {
  return {
    async load() {
      const { snapshot, setAside, problemCount = 0 } = (await book.load()) ?? {}
      if (snapshot === undefined) return { problems: problemCount, setAside, isWhole: false }
      return { added: snapshot.added, problems: problemCount, setAside, isWhole: isWhole(snapshot) }
    },
    save: n => book.save(snapshotOf(n)),
    close
  }
}

const base58 = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** The places, by name; each makes itself at a path. */
export const places: Readonly<Record<string, (path: string) => Promise<Place>>> = {
  'addrbook.json': async path =>
    place(bookFile({ path, format: addrbookJson, now: () => start }), n =>
      numbered('ab'.repeat(12), node, n)
    ),
  'peers.json': async path =>
    place(bookFile({ path, format: peersJson, now: () => start }), n =>
      numbered(
        'ab'.repeat(32),
        i => ({ id: '1'.repeat(31) + base58[i]!, ip: ip(i), tcpPort: 7_513, udpPort: 7_513 }),
        n
      )
    ),
  'a store': async path => {
    const store = levelStore(path)
    await store.open()
    const book = storedBook(store, '/book', peerAddresses())
    return place(
      book,
      n => numbered('ab'.repeat(12), host, n),
      () => store.close()
    )
  }
}
