/** The swarm's manners on real nodes: errors that say everything, no dead address twice within its backoff, no way out of scope. */
import { NetworkScope } from '@pex/core'
import type { Clock } from '@pex/core'
import { DialError } from '@pex/swarm'
import { seeded, virtualClock } from '@pex/testkit'
import { dialing, scopeGater } from '@pex/transport-libp2p'
import type { Dialing, DialingInit } from '@pex/transport-libp2p'
import type { Libp2p } from '@libp2p/interface'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { afterEach, describe, expect, it } from 'vitest'
import { createNode, event, TCP, WS } from './support/nodes.ts'
import { addresses, idOf, learns, NS, run } from './support/pex-nodes.ts'

type Host = Libp2p<{ dialing: Dialing }>
let hosts: Host[] = []

async function host(init: DialingInit = {}, options: object = {}): Promise<Host> {
  const node: Host = await createNode({ dialing: dialing(init) }, options)
  await node.start()
  hosts.push(node)
  return node
}

const contactOf = (node: Libp2p) => ({
  id: node.peerId.toString(),
  addresses: node.getMultiaddrs().map(address => String(address).replace(/\/p2p\/\w+$/, ''))
})
/** An id that nobody has. */
const nobody = async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()
/** Nobody listens there. */
const dead = (port: number): string => `/ip4/127.0.0.1/tcp/${port}`

afterEach(async () => {
  await Promise.all(hosts.map(async node => node.stop()))
  hosts = []
})

describe('dialling with manners', () => {
  it('connects ten callers once, and knows what others connect', async () => {
    const [a, b, c] = [await host(), await host({}, { listen: [TCP, WS] }), await host()]
    const connections = await Promise.all(
      Array.from({ length: 10 }, () => a.services.dialing.dial(contactOf(b)))
    )
    expect(new Set(connections).size).toBe(1)
    expect(a.getConnections().length).toBe(1)
    await a.dial(c.getMultiaddrs())
    const { swarm } = a.services.dialing
    expect(swarm.peers.toSorted()).toEqual([b, c].map(node => node.peerId.toString()).toSorted())
    const gone = event(a, 'connection:close')
    await a.hangUp(c.peerId)
    await gone
    expect(swarm.isConnected(c.peerId.toString())).toBe(false)
  })

  it('says what is wrong with each address', async () => {
    const a = await host(
      {},
      { connectionGater: { denyDialMultiaddr: (to: unknown) => String(to).includes('/tcp/7') } }
    )
    const b = await host()
    const id = await nobody()
    const tried = [dead(1), dead(7), '/ip4/127.0.0.1/udp/1/quic-v1', 'nonsense', ...contactOf(b).addresses]
    const error: DialError = await a.services.dialing.dial({ id, addresses: tried }).then(
      () => expect.fail('nobody is there'),
      (failure: DialError) => failure
    )
    expect(error).toBeInstanceOf(DialError)
    const codes = new Map(error.errors.map(each => [each.address, each.code]))
    expect(codes.get(dead(1))).toBe('PEX_UNREACHABLE')
    expect(codes.get(dead(7))).toBe('PEX_GATED')
    expect(codes.get('/ip4/127.0.0.1/udp/1/quic-v1')).toBe('PEX_NO_TRANSPORT')
    expect(codes.get('nonsense')).toBe('PEX_NO_TRANSPORT')
    expect(codes.get(contactOf(b).addresses[0]!), 'somebody else is there').toBe('PEX_UNREACHABLE')
    await expect(a.services.dialing.dial({ id, addresses: [dead(1)] })).rejects.toMatchObject({
      code: 'PEX_BACKOFF'
    })
  })

  it('finds the living address beside the dead ones', async () => {
    const [a, b] = [await host(), await host()]
    const { id, addresses: living } = contactOf(b)
    const connection = await a.services.dialing.dial({ id, addresses: [dead(1), dead(2), ...living] })
    expect(connection.remotePeer.toString()).toBe(id)
  })

  it('keeps the whole node within the scope, whoever dials', async () => {
    const scope = new NetworkScope('public')
    const a = await host({ scope }, { connectionGater: scopeGater(scope) })
    const b = await host()
    await expect(a.dial(b.getMultiaddrs())).rejects.toMatchObject({ name: 'DialDeniedError' })
    await expect(a.services.dialing.dial(contactOf(b))).rejects.toMatchObject({ code: 'PEX_FILTERED' })
    scope.configure(contactOf(b).addresses)
    expect((await a.services.dialing.dial(contactOf(b))).status).toBe('open')
  })

  it('is over with the node, and begins anew with it', async () => {
    const [a, b] = [await host(), await host()]
    await a.stop()
    await expect(a.services.dialing.dial(contactOf(b))).rejects.toMatchObject({ code: 'PEX_NOT_STARTED' })
    await a.start()
    expect((await a.services.dialing.dial(contactOf(b))).status).toBe('open')
  })
})

describe('an exchange that cannot be', () => {
  it('has the cause of each address in its exchange:fail', async () => {
    const id = await nobody()
    const addresses = [dead(1), '/ip4/127.0.0.1/udp/1/quic-v1']
    const node = await run({ bootstrap: [{ id, addresses }] })
    const failed = event<{ error: Error }>(node.services.pex, 'exchange:fail')
    await node.services.pex.advertise(NS)
    const { cause } = (await failed).error as { cause?: DialError }
    expect(cause).toBeInstanceOf(DialError)
    expect(cause!.errors.map(({ address }) => address).toSorted()).toEqual(addresses.toSorted())
  })
})

describe('a new node in a network where one peer in ten is dead', () => {
  /** When each address was dialled, by a node's own gater. */
  function watched(clock: Clock) {
    const dials = new Map<string, number[]>()
    const denyDialMultiaddr = (to: unknown): boolean => {
      const address = String(to).replace(/\/p2p\/\w+$/, '')
      dials.set(address, [...(dials.get(address) ?? []), clock.now()])
      return false
    }
    return { dials, connectionGater: { denyDialMultiaddr } }
  }

  it('dials no dead address twice within its backoff, however often it is asked to', async () => {
    const clock = virtualClock(1_000)
    const { dials, connectionGater } = watched(clock)
    const node = await host({ clock }, { connectionGater })
    const living = await Promise.all(Array.from({ length: 9 }, () => host()))
    const gone = { id: await nobody(), addresses: [dead(1)] }
    for (let second = 0; second < 60; second++) {
      const contacts = [...living.map(contactOf), gone]
      const ends = await Promise.allSettled(contacts.map(contact => node.services.dialing.dial(contact)))
      expect(ends.filter(({ status }) => status === 'fulfilled').length).toBe(9)
      await clock.advance(1_000)
    }
    const [first = 0, ...later] = dials.get(dead(1))!
    expect(later.map(at => at - first)).toEqual([5_000, 11_000, 20_000, 34_000, 55_000])
    for (const {
      addresses: [address]
    } of living.map(contactOf))
      expect(dials.get(address!)!.length).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('learns of the dead and the living, and its rounds keep to that as well', async () => {
    const clock = virtualClock(Date.now())
    const { dials, connectionGater } = watched(clock)
    const hub = await run()
    const others = await Promise.all(Array.from({ length: 9 }, () => run({ bootstrap: addresses(hub) })))
    for (const other of others) await learns(hub, idOf(other))
    const [at] = contactOf(others[0]!).addresses
    await others[0]!.stop()
    const init = { clock, rng: seeded(3), keep: { connections: 9 }, bootstrap: addresses(hub) }
    const node = await run(init, [TCP], { connectionGater })
    for (let second = 0; second < 60; second++) {
      await node.services.pex.advertise(NS)
      await clock.advance(1_000)
    }
    const tried = dials.get(at!) ?? []
    expect(tried.length).toBeGreaterThan(0)
    for (const [i, when] of tried.slice(1).entries()) {
      const wait = i === 0 ? 5_000 : 5_000 + 1_000 * i ** 2
      expect(when - tried[i]!, `dial ${i + 1}`).toBeGreaterThanOrEqual(wait)
    }
    await node.stop()
    expect(clock.pending).toBe(0)
  })
})
