/** What the compiler tells who builds on the service; `npm run check` compiles it, nothing runs it. */
import { cyclon } from '@pex/core'
import type {
  Contact,
  PeerRecord,
  PexError,
  RejectionReason,
  Signer,
  SizeEstimate,
  Store,
  Transport
} from '@pex/core'
import { createPex, joinTransports, protocolOf } from '@pex/service'
import type { Pex, PexComponents, PexEvents, PexInit, ViewPeer } from '@pex/service'
import { describe, expectTypeOf, it } from 'vitest'

declare const transport: Transport
declare const signer: Signer
declare const store: Store
declare const pex: Pex

describe('the types of the service', () => {
  it('ask for a transport and a signer, and for nothing else', () => {
    expectTypeOf(createPex({ transport, signer })).toEqualTypeOf<Pex>()
    createPex(
      { transport, signer, store },
      { namespaces: ['chat', { name: 'files', gossip: { viewSize: 16 } }] }
    )
    createPex({ transport, signer }, { gossip: { policy: cyclon() }, scope: 'public', dialOnly: true })
    // What is there or not may be handed on as it is.
    expectTypeOf<{
      transport: Transport
      signer: Signer
      store: Store | undefined
    }>().toExtend<PexComponents>()
    expectTypeOf<{ bootstrap: string[] | undefined }>().toExtend<PexInit>()
    // @ts-expect-error who are you?
    createPex({ transport })
    // @ts-expect-error options are checked for typing errors
    createPex({ transport, signer }, { namespace: 'chat' })
    // @ts-expect-error no such scope
    createPex({ transport, signer }, { scope: 'planetary' })
    // @ts-expect-error a namespace has a name
    createPex({ transport, signer }, { namespaces: [{ gossip: {} }] })
  })

  it('give each event its detail', () => {
    pex.addEventListener('view:update', event => {
      expectTypeOf(event).toEqualTypeOf<PexEvents['view:update']>()
      expectTypeOf(event.detail.added).toEqualTypeOf<readonly PeerRecord[]>()
    })
    pex.addEventListener('exchange:fail', ({ detail }) => {
      expectTypeOf(detail).toEqualTypeOf<{ namespace: string; to: Contact; error: PexError }>()
    })
    pex.addEventListener('reject', ({ detail: { reason } }) =>
      expectTypeOf(reason).toEqualTypeOf<RejectionReason>()
    )
    pex.addEventListener('size:alarm', ({ detail }) => expectTypeOf(detail).toExtend<SizeEstimate>())
    // @ts-expect-error no such event
    pex.addEventListener('view:updated', () => {})
    // @ts-expect-error an error is no string
    pex.addEventListener('store:fail', ({ detail }) => detail.error.toUpperCase())
  })

  it('say what may be missing', () => {
    expectTypeOf(pex.record).toEqualTypeOf<PeerRecord | undefined>()
    expectTypeOf(pex.estimate('chat')).toEqualTypeOf<SizeEstimate | undefined>()
    expectTypeOf(pex.rejections.oversize).toEqualTypeOf<number | undefined>()
    // @ts-expect-error a sample may be smaller than was asked for
    void pex.sample('chat', 1)[0].id
  })

  it('hand out views that nobody can change', () => {
    expectTypeOf(pex.view('chat')).toEqualTypeOf<readonly ViewPeer[]>()
    expectTypeOf<ViewPeer>().toExtend<PeerRecord>()
    // @ts-expect-error a view is a copy to read
    pex.view('chat').push()
    // @ts-expect-error and so are the namespaces
    pex.namespaces.push('files')
  })

  it('let streams and searches be iterated', async () => {
    for await (const record of pex.stream('chat')) expectTypeOf(record).toEqualTypeOf<PeerRecord>()
    for await (const contact of pex.findPeers('chat')) expectTypeOf(contact).toEqualTypeOf<Contact>()
    expectTypeOf(await pex.advertise('chat')).toBeNumber()
  })

  it('make one transport of several', () => {
    expectTypeOf(joinTransports([transport, transport])).toEqualTypeOf<Transport>()
    expectTypeOf(protocolOf('chat')).toBeString()
  })
})
