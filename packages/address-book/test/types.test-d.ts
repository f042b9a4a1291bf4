/** What the compiler tells who keeps an address book; `npm run check` compiles it, nothing runs it. */
import {
  AddressBook,
  addrbookJson,
  netAddresses,
  parseNetAddress,
  peerAddresses,
  peersJson,
  rules
} from '@pex/address-book'
import type {
  Added,
  AddressKind,
  BookFormat,
  BookRules,
  BookSnapshot,
  NetAddress,
  NodeInfo,
  PeerAddress,
  Refusal
} from '@pex/address-book'
import { bookFile } from '@pex/address-book/file'
import type { BookFile } from '@pex/address-book/file'
import type { Rng } from '@pex/core'
import { describe, expectTypeOf, it } from 'vitest'

declare const rng: Rng
declare const address: NetAddress

describe('the types of an address book', () => {
  it('are those of its addresses', () => {
    const book = new AddressBook({ kind: netAddresses(), rules: rules.cometbft, rng })
    expectTypeOf(book).toEqualTypeOf<AddressBook<NetAddress>>()
    expectTypeOf(book.pick(0)).toEqualTypeOf<NetAddress | undefined>()
    expectTypeOf(book.add(address, address, 0)).toEqualTypeOf<Added>()
    expectTypeOf<Refusal>().toExtend<Added>()
    expectTypeOf(new AddressBook({ kind: peerAddresses(), rules: rules.pex, rng })).toEqualTypeOf<
      AddressBook<PeerAddress>
    >()
    // @ts-expect-error an address is read first: see `parseNetAddress`
    book.add('730a5edc28c2f8daf2d9dce3a01d5f205e35e555@93.184.216.34:26656', address, 0)
    // @ts-expect-error the time is an argument
    book.add(address, address)
  })

  it('take addresses of one’s own', () => {
    const kind: AddressKind<URL> = {
      canonical: value => (value instanceof URL ? value : undefined),
      idOf: ({ href }) => href,
      placeOf: ({ host }) => new TextEncoder().encode(host),
      hostOf: ({ hostname }) => hostname,
      groupOf: ({ hostname }) => hostname,
      isSame: (one, other) => one.href === other.href,
      isWelcome: () => true
    }
    expectTypeOf(new AddressBook({ kind, rules: { ...rules.pex, maxBans: 1 }, rng })).toEqualTypeOf<
      AddressBook<URL>
    >()
    expectTypeOf<keyof typeof rules>().toEqualTypeOf<'cometbft' | 'libonomy' | 'pex'>()
    expectTypeOf(rules.pex).toEqualTypeOf<BookRules>()
  })

  it('say that a text may be no address', () => {
    expectTypeOf(parseNetAddress('a')).toEqualTypeOf<NetAddress | undefined>()
    // @ts-expect-error a scope that there is not
    netAddresses('strictest')
  })

  it('keep the format of a file and the kind of a book together', async () => {
    const file = bookFile({ path: 'addrbook.json', format: addrbookJson, now: Date.now })
    expectTypeOf(file).toEqualTypeOf<BookFile<NetAddress>>()
    expectTypeOf((await file.load()).snapshot).toEqualTypeOf<BookSnapshot<NetAddress> | undefined>()
    expectTypeOf(peersJson).toEqualTypeOf<BookFormat<NodeInfo>>()
    // @ts-expect-error a book of other addresses
    await file.save(new AddressBook({ kind: peerAddresses(), rules: rules.pex, rng }).snapshot())
  })
})
