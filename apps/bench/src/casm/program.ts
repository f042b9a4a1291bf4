/**
 * A peer on casm's wire in a process of its own, which takes the lines that the Go program of `apps/interop` takes, as far as
 * measuring needs them: `offer`, `repeat`, `view`, `close`. Its argument: how many verified envelopes it remembers.
 */
import { createInterface } from 'node:readline'
import { multiaddr } from '@multiformats/multiaddr'
import { casm, limits } from '@pex/core'
import type { Contact } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { createPex } from '@pex/service'
import type { Pex } from '@pex/service'
import { memoryStore } from '@pex/store-memory'
import { libp2pTransport } from '@pex/transport-libp2p'
import type { PexServiceComponents } from '@pex/transport-libp2p'
import { casmWire } from '@pex/wire/casm'
import { skippingClock } from '../clock.ts'
import { addressesOf, startHost } from '../host.ts'
import { duration } from '../measure.ts'
import type { Answer, Command } from './process.ts'

const clock = skippingClock()
const node = await startHost({ services: { pex: service } })
const { pex } = node.services
await pex.start()
// A deadline after each exchange nobody is too pushy any more.
pex.addEventListener('exchange:complete', () => clock.skip(limits.exchangeMs))
pex.addEventListener('reject', ({ detail }) => tell({ event: 'failed', error: detail.reason }))
pex.addEventListener('exchange:fail', ({ detail }) => tell({ event: 'failed', error: String(detail.error) }))

/** The exchange alone: whoever joins by way of the libp2p service once more has the whole view announced to the node. */
function service(components: PexServiceComponents): Pex {
  const { privateKey, peerStore } = components
  const exchange = createPex(
    {
      transport: libp2pTransport(components, { clock }),
      signer: createSigner(privateKey),
      verifier: createVerifier({ max: Number(process.argv[2]) }),
      store: memoryStore(),
      clock
    },
    {
      wires: [casmWire()],
      // casm's own parameters; it asks when it is told to.
      gossip: {
        tickMs: 3_600_000,
        exchangeSize: limits.viewSize / 2,
        policy: casm({ swap: 10, protect: 5, decay: 0.005 })
      },
      dialOnly: true
    }
  )
  // As the libp2p service does with whatever enters a view.
  exchange.addEventListener('view:update', ({ detail }) => {
    for (const { envelope } of detail.added) void peerStore.consumePeerRecord(envelope)
  })
  return exchange
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Exchanges one after the other, as a round with this contact and nobody else; how long each has taken, ms. */
async function repeat(ns: string, peer: string, times: number): Promise<number[]> {
  const address = multiaddr(peer)
  // The application's own connection: exchanges use it, and leave it open.
  const { remotePeer } = await node.dial(address)
  const contact: Contact = { id: remotePeer.toString(), addresses: [peer] }
  const took: number[] = []
  for (let i = 0; i < times; i++) took.push(await duration(() => pex.join(ns, { bootstrap: [contact] })))
  return took
}

async function carryOut({ do: what, ns, peers, envelopes, times }: Command): Promise<Partial<Answer>> {
  switch (what) {
    case 'offer':
      await pex.join(ns)
      await pex.offer(
        ns,
        envelopes!.map(each => Buffer.from(each, 'base64'))
      )
      return {}
    case 'repeat':
      return { took: await repeat(ns, peers![0]!, times!) }
    case 'view':
      return { peers: pex.view(ns).map(({ id }) => ({ id })) }
  }
}

tell({ event: 'ready', id: pex.id, addrs: addressesOf(node) })
for await (const text of createInterface({ input: process.stdin })) {
  const { n, ...command } = JSON.parse(text) as Command & { readonly n: number }
  try {
    tell({ ...(await carryOut(command)), n, event: 'answer' })
  } catch (error) {
    tell({ n, event: 'answer', error: String(error) })
  }
}
await pex.stop()
await node.stop()
