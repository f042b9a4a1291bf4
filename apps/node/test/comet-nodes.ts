/** Nodes of CometBFT's wire on free ports of this machine, honest and not, for the command to visit. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { dialects, PEX_CHANNEL } from '@pex/cometbft'
import { duplexOf, MConnection, MessageStream, nodeIdOf, nodeKey, secretConnection } from '@pex/mconnection'
import type { Duplex } from '@pex/mconnection'
import { encodeNodeInfo } from '@pex/switch'
import { afterEach } from 'vitest'
import { systemClock as clock } from '../src/system.ts'

const key = nodeKey(new Uint8Array(32).fill(7))
export const id: string = nodeIdOf(key.publicKey)
export const chain = 'testing-1'
const servers: Server[] = []
const sockets = new Set<Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await Promise.all(servers.splice(0).map(server => new Promise(resolve => server.close(resolve))))
})

/** `ok`: answers; `silent`: accepts and says nothing; `full`: hangs up behind the node infos; `pex-off`: has no such channel. */
export type Manner = 'ok' | 'silent' | 'full' | 'pex-off'

/** Listens, and gives the target. */
export async function cometNode(manner: Manner): Promise<string> {
  const server = createServer(socket => {
    sockets.add(socket)
    const stream = duplexOf(socket)
    if (manner !== 'silent') void serve(stream, manner).catch(() => stream.abort())
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `${id}@127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A port at which nobody listens. */
export async function nobody(): Promise<string> {
  const target = await cometNode('silent')
  await new Promise(resolve => servers.pop()!.close(resolve))
  return target
}

async function serve(stream: Duplex, manner: Manner): Promise<void> {
  const messages = new MessageStream(await secretConnection(stream, { key, clock }))
  const told = encodeNodeInfo({
    protocol: { p2p: 8, block: 11, app: 0 },
    id,
    listenAddress: 'tcp://127.0.0.1:26656',
    network: chain,
    version: '0.38.12',
    channels: manner === 'pex-off' ? [0x40] : [PEX_CHANNEL],
    moniker: 'made up',
    txIndex: 'on',
    rpcAddress: ''
  })
  await Promise.all([messages.write(told), messages.read(10_240)])
  const duplex = messages.unwrap()
  if (manner === 'full') return duplex.close()
  const addresses = [{ id, ip: '203.0.113.7', port: 26_656 }]
  const connection: MConnection = new MConnection(duplex, {
    channels: [dialects.cometbft.channel],
    clock,
    onReceive: () => void connection.trySend(PEX_CHANNEL, dialects.cometbft.answer(addresses, 1)),
    onError: () => {}
  })
  connection.start()
}
