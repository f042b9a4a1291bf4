/** What the compiler tells who adds peer exchange to a js-libp2p node; `npm run check` compiles it, nothing runs it. */
import type { Logger, Metrics, PeerRecord, Store, Transport } from '@pex/core'
import { NetworkScope } from '@pex/core'
import type { Pex } from '@pex/service'
import { DialError } from '@pex/swarm'
import { dialing, libp2pTransport, pex, scopeGater } from '@pex/transport-libp2p'
import type { Dialing, Libp2pTransportComponents, PexService, PexServiceInit } from '@pex/transport-libp2p'
import { identify } from '@libp2p/identify'
import { peerDiscoverySymbol } from '@libp2p/interface'
import type {
  ComponentLogger,
  Connection,
  ConnectionGater,
  Metrics as NodeMetrics,
  PeerDiscovery,
  PeerInfo,
  PeerDiscoveryEvents,
  Startable,
  TypedEventTarget
} from '@libp2p/interface'
import { createLibp2p } from 'libp2p'
import { describe, expectTypeOf, it } from 'vitest'

declare const store: Store
declare const service: PexService
declare const components: Libp2pTransportComponents

describe('the types of the libp2p service', () => {
  it('are known at `node.services`', async () => {
    const node = await createLibp2p({
      services: { identify: identify(), pex: pex({ namespaces: ['my-app'], store }), dialing: dialing() }
    })
    expectTypeOf(node.services.pex).toEqualTypeOf<PexService>()
    expectTypeOf(node.services.dialing).toEqualTypeOf<Dialing>()
    expectTypeOf(node.services.pex.sample('my-app', 3)).toEqualTypeOf<readonly PeerRecord[]>()
    // @ts-expect-error it was called `pex`
    void node.services.peerExchange
  })

  it('fit `peerDiscovery` as well', () => {
    void createLibp2p({
      peerDiscovery: [components => pex()(components)[peerDiscoverySymbol] as PeerDiscovery]
    })
    expectTypeOf<PexService[typeof peerDiscoverySymbol]>().toEqualTypeOf<
      TypedEventTarget<PeerDiscoveryEvents>
    >()
  })

  it('have the events of peer exchange, and `peer` of peer discovery', () => {
    service.addEventListener('peer', ({ detail }) => expectTypeOf(detail).toEqualTypeOf<PeerInfo>())
    service.addEventListener('view:update', ({ detail }) => expectTypeOf(detail.size).toBeNumber())
    // @ts-expect-error no such event
    service.addEventListener('peer:discovery', () => {})
  })

  it('have every method of `Pex`', () => {
    expectTypeOf<Omit<PexService, keyof TypedEventTarget<object>>>().toExtend<
      Omit<Pex, keyof TypedEventTarget<object>>
    >()
  })

  it('take the node’s own logger and metrics', () => {
    expectTypeOf<NodeMetrics>().toExtend<Metrics>()
    expectTypeOf<ReturnType<ComponentLogger['forComponent']>>().toExtend<Logger>()
  })

  it('need no option, and know each', () => {
    expectTypeOf(pex).toBeCallableWith()
    expectTypeOf(pex).toBeCallableWith({})
    pex({ keep: { connections: 8 }, transport: { idleConnectionMs: Infinity }, gossip: { tickMs: 1_000 } })
    // A node that listens nowhere asks all the same; nobody has to say so.
    expectTypeOf<PexServiceInit>().not.toHaveProperty('dialOnly')
    // @ts-expect-error how many?
    pex({ keep: {} })
    // @ts-expect-error the service’s clock is the transport’s
    pex({ transport: { clock: { now: () => 0, after: () => () => {} } } })
  })

  it('give the transport and the dialling without the service', async () => {
    expectTypeOf(libp2pTransport(components)).toEqualTypeOf<Transport>()
    const service = dialing({ maxPerPeer: 4 })(components)
    expectTypeOf(service).toExtend<Startable>()
    expectTypeOf(await service.dial({ addresses: ['/ip4/192.0.2.1/tcp/1'] })).toEqualTypeOf<Connection>()
    expectTypeOf<DialError['errors'][number]['address']>().toBeString()
    expectTypeOf(scopeGater(new NetworkScope())).toEqualTypeOf<ConnectionGater>()
    // @ts-expect-error a contact has addresses, be it none
    await service.dial({ id: 'a' })
  })
})
