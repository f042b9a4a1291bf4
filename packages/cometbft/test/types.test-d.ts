/** What the compiler tells who joins, probes or crawls a chain; `npm run check` compiles it, nothing runs it. */
import { AddressBook, netAddresses, peerAddresses, rules } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import { dialects, pexReactor, probe, probeAll, verdicts } from '@pex/cometbft'
import type { Dialect, PexEvent, PexReactor, ProbeInit, Verdict } from '@pex/cometbft'
import type { Rng } from '@pex/core'
import type { Reactor } from '@pex/switch'
import { describe, expectTypeOf, it } from 'vitest'

declare const rng: Rng
declare const init: ProbeInit
const book = new AddressBook({ kind: netAddresses(), rules: rules.cometbft, rng })

describe('the types of peer exchange on a chain', () => {
  it('are those of a reactor, over a book of its addresses', () => {
    expectTypeOf(pexReactor({ book })).toEqualTypeOf<PexReactor>()
    expectTypeOf<PexReactor>().toExtend<Reactor>()
    // @ts-expect-error who is known?
    pexReactor({})
    // @ts-expect-error a book of other addresses
    pexReactor({ book: new AddressBook({ kind: peerAddresses(), rules: rules.pex, rng }) })
    // @ts-expect-error no such pacing
    pexReactor({ book, pacing: 'rude' })
  })

  it('tell events apart by their kind', () => {
    expectTypeOf<Extract<PexEvent, { kind: 'turned-away' }>>().toHaveProperty('id')
    pexReactor({
      book,
      onEvent(event) {
        expectTypeOf(event).toEqualTypeOf<PexEvent>()
        if (event.kind === 'reached') expectTypeOf(event.address).toEqualTypeOf<NetAddress>()
        if (event.kind === 'answered') expectTypeOf(event.added).toBeNumber()
        // @ts-expect-error no such kind
        if (event.kind === 'gone') return
      }
    })
  })

  it('give a verdict from a closed list, with what is known of the node', async () => {
    const verdict = await probe('id@host:26656', init)
    expectTypeOf(verdict).toEqualTypeOf<Verdict>()
    expectTypeOf<(typeof verdicts)[number]>().toEqualTypeOf<Verdict['verdict']>()
    for await (const each of probeAll(['id@host:1', { target: 'id@host:2', chainId: 'a' }], init))
      expectTypeOf(each).toEqualTypeOf<Verdict>()
    // @ts-expect-error no such verdict
    if (verdict.verdict === 'fine') return
  })

  it('know the dialects by name', () => {
    expectTypeOf(dialects.cometbft).toExtend<Dialect>()
    // @ts-expect-error no such dialect
    void dialects.esperanto
  })
})
