/** Probing over real sockets of this machine: what the system says is understood. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { probe } from '@pex/cometbft'
import type { ProbeInit } from '@pex/cometbft'
import { duplexOf } from '@pex/mconnection'
import { systemClock as clock } from '@pex/service'
import { tcp } from '@pex/switch/tcp'
import { seeded } from '@pex/testkit'
import { chain, honest, named, seedLike, TestNode } from './probe-scene.ts'
import type { Behaviour } from './probe-scene.ts'

const init: ProbeInit = {
  chainId: chain,
  carrier: tcp(),
  clock,
  rng: seeded(1),
  handshakeMs: 300,
  answerMs: 300
}
const servers: Server[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) await new Promise(resolve => server.close(resolve))
})

async function serve(behaviour: Behaviour): Promise<string> {
  const node = new TestNode(clock, 1)
  const server = createServer(socket => {
    const stream = duplexOf(socket)
    void Promise.resolve(behaviour(stream, node)).catch(() => stream.abort())
    sockets.push(socket)
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `${node.id}@127.0.0.1:${(server.address() as AddressInfo).port}`
}

it.each<[string, Behaviour, object]>([
  ['a node', honest, { verdict: 'ok', addresses: named }],
  ['a seed', seedLike, { verdict: 'ok', addresses: named }],
  ['a full listener', () => {}, { verdict: 'full', certainty: 'possible' }],
  ['a door that is shut', stream => stream.abort(), { verdict: 'closed', stage: 'handshake' }],
  [
    'a full switch',
    async (stream, self) => {
      const { duplex } = await self.greet(stream)
      await duplex.close()
    },
    { verdict: 'full', certainty: 'likely' }
  ],
  [
    'another chain',
    async (stream, self) => {
      const { duplex } = await self.greet(stream, { network: 'other' })
      duplex.abort()
    },
    { verdict: 'wrong-chain', chain: 'other' }
  ]
])('%s', async (_, behaviour, expected) => {
  expect(await probe(await serve(behaviour), init)).toMatchObject(expected)
})

it('nobody', async () => {
  const target = await serve(honest)
  const server = servers.pop()!
  await new Promise(resolve => server.close(resolve))
  expect(await probe(target, init)).toMatchObject({ verdict: 'refused' })
})
