/** What the contract does not say: how the transport treats the connections that it finds and opens. On real TCP. */
import { virtualClock } from '@pex/testkit'
import { libp2pTransport } from '@pex/transport-libp2p'
import type { Libp2pTransportComponents } from '@pex/transport-libp2p'
import type { Answer, Transport } from '@pex/core'
import type { Libp2p } from '@libp2p/interface'
import { afterEach, describe, expect, it } from 'vitest'
import { createNode, event } from './support/nodes.ts'

const PROTOCOL = '/pex-test/1'
const clock = virtualClock()
type Host = Libp2p<{ transport: Transport }>

let nodes: Host[] = []

async function start(): Promise<Host> {
  const node: Host = await createNode({
    transport: (components: Libp2pTransportComponents) => libp2pTransport(components, { clock })
  })
  await node.start()
  nodes.push(node)
  return node
}

function ask(from: Host, to: Host): Promise<Answer> {
  const { transport } = to.services
  const contact = { id: to.peerId.toString(), addresses: transport.addresses() }
  return from.services.transport.request(contact, PROTOCOL, Uint8Array.of(1), {
    signal: AbortSignal.timeout(5_000)
  })
}

const echo = async (_from: string, body: Uint8Array): Promise<Uint8Array> => body

/** Answers only when it is told to. */
async function hold(host: Host): Promise<{ entered: Promise<void>; release: () => void }> {
  const entered = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  await host.services.transport.handle(PROTOCOL, async (_from, body) => {
    entered.resolve()
    await released.promise
    return body
  })
  return { entered: entered.promise, release: released.resolve }
}

afterEach(async () => {
  await Promise.all(nodes.map(async node => node.stop()))
  nodes = []
  if (clock.pending > 0) throw new Error(`${clock.pending} timers left`)
})

describe('connections', () => {
  it('one that is being closed is no obstacle: another is opened', async () => {
    const [asker, host] = [await start(), await start()]
    await host.services.transport.handle(PROTOCOL, echo)
    await ask(asker, host)
    const [old] = asker.getConnections()
    const closed = old!.close()
    expect(old!.status, 'still open for whoever looks').toBe('open')
    expect((await ask(asker, host)).body).toEqual(Uint8Array.of(1))
    await closed
  })

  it('a peer that does not speak the protocol is asked once, not again on another', async () => {
    const [asker, host] = [await start(), await start()]
    await asker.dial(host.getMultiaddrs())
    await expect(ask(asker, host)).rejects.toMatchObject({ code: 'PEX_UNSUPPORTED' })
    expect(asker.getConnections().length).toBe(1)
  })

  it('an exchange of ours, however long, is not idleness', async () => {
    const [asker, host] = [await start(), await start()]
    await host.services.transport.handle(PROTOCOL, echo)
    await ask(asker, host)
    const { entered, release } = await hold(host)
    const asked = ask(asker, host)
    await entered
    await clock.advance(20_000)
    release()
    await asked
    const gone = event(asker, 'peer:disconnect')
    await clock.advance(5_000)
    await gone
    expect(asker.getConnections().length).toBe(0)
  })

  it('an exchange of the peer on it, however long, is not idleness', async () => {
    const [asker, host] = [await start(), await start()]
    await host.services.transport.handle(PROTOCOL, echo)
    await ask(asker, host)
    const { entered, release } = await hold(asker)
    const asked = ask(host, asker)
    await entered
    await clock.advance(20_000)
    expect(asker.getConnections().length).toBe(1)
    release()
    expect((await asked).body).toEqual(Uint8Array.of(1))
    const gone = event(asker, 'peer:disconnect')
    await clock.advance(10_000)
    await gone
    expect(asker.getConnections().length).toBe(0)
  })
})

describe('contacts', () => {
  it('one known by address alone is found on the connection to that address', async () => {
    const [asker, host] = [await start(), await start()]
    await host.services.transport.handle(PROTOCOL, echo)
    let opened = 0
    asker.addEventListener('connection:open', () => opened++)
    for (let i = 0; i < 3; i++) {
      const contact = { addresses: host.services.transport.addresses() }
      const signal = AbortSignal.timeout(5_000)
      const answer = await asker.services.transport.request(contact, PROTOCOL, Uint8Array.of(1), { signal })
      expect(answer.from).toBe(host.peerId.toString())
    }
    expect(opened).toBe(1)
  })

  it.each([
    ['no address at all', { addresses: [] }],
    ['addresses that cannot be read', { addresses: ['nonsense', '/ip4/300.0.0.1'] }],
    ['an id that is none', { id: 'nobody', addresses: ['/ip4/127.0.0.1/tcp/1'] }],
    [
      "a relay's address that does not say whose it is",
      {
        addresses: [
          '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp/p2p-circuit'
        ]
      }
    ]
  ])('one with %s is PEX_UNREACHABLE', async (_name, contact) => {
    const asker = await start()
    const signal = AbortSignal.timeout(5_000)
    await expect(
      asker.services.transport.request(contact, PROTOCOL, new Uint8Array(), { signal })
    ).rejects.toMatchObject({ code: 'PEX_UNREACHABLE' })
  })
})
