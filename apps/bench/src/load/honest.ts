/** Honest callers of a target: each from an address of its own, all day doing what anybody does, and looking at the clock. */
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import type { Libp2p } from '@libp2p/interface'
import { isRejection } from '@pex/core'
import type { Transport } from '@pex/core'
import { nodeKey } from '@pex/mconnection'
import { createSigner } from '@pex/record'
import { protocolOf, systemClock, systemRng } from '@pex/service'
import { Switch } from '@pex/switch'
import { tcp as switchTcp } from '@pex/switch/tcp'
import { libp2pTransport } from '@pex/transport-libp2p'
import { decodeResponse, encodeMessage } from '@pex/wire'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { createLibp2p } from 'libp2p'
import { NAMESPACE, silent } from './target.ts'
import type { TargetTold } from './target.ts'

/** Somebody who can be asked to call the target once; resolves when that has worked. */
export interface Caller {
  call(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

export interface CallerNode {
  readonly node: Libp2p<{ transport: Transport }>
  /** A question as whoever takes part asks it: its own record alone. */
  readonly question: Uint8Array
}

const ask = { type: 'ask', exchange: 1, settles: false, averages: [] } as const

/** A libp2p node that calls from a certain address of the loopback network. */
export async function startCaller(localAddress: string): Promise<CallerNode> {
  const privateKey = await generateKeyPair('Ed25519')
  // Handed on to `net.connect`, which takes more than the type says.
  const dialOpts: object = { localAddress }
  const node = await createLibp2p({
    privateKey,
    addresses: { listen: [] },
    transports: [tcp({ dialOpts })],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), transport: libp2pTransport }
  })
  const record = await createSigner(privateKey).sign([`/ip4/${localAddress}/tcp/1`], BigInt(Date.now()))
  return { node, question: encodeMessage({ ...ask, descriptors: [{ record, hop: 0 }] }) }
}

/** Exchanges over libp2p; with `anew`, each over a connection of its own. */
export async function exchanger(target: TargetTold, localAddress: string, anew: boolean): Promise<Caller> {
  const { node, question } = await startCaller(localAddress)
  const to = { id: target.id, addresses: [`/ip4/127.0.0.1/tcp/${target.port}`] }
  return {
    async call(signal) {
      const { body } = await node.services.transport.request(to, protocolOf(NAMESPACE), question, { signal })
      // An answer will do, be it that the host is busy.
      if (isRejection(decodeResponse(body, { ...ask, descriptors: [] })))
        throw new Error('the answer is none')
      if (anew) await Promise.all(node.getConnections().map(connection => connection.close()))
    },
    stop: async () => {
      await node.stop()
    }
  }
}

/** Becomes a peer of a switch, and goes again. */
export async function switchPeer({ id, port }: TargetTold): Promise<Caller> {
  const parts = { carrier: switchTcp(), clock: systemClock, rng: systemRng, key: nodeKey() }
  const node = new Switch(
    { ...parts, nodeInfo: { network: NAMESPACE, moniker: 'caller' }, reactors: [silent] },
    // What has failed a moment ago is asked again at once here.
    { swarm: { backoff: { baseMs: 1, maxMs: 1 } } }
  )
  await node.start()
  return {
    async call(signal) {
      const peer = await node.dial({ id, ip: '127.0.0.1', port }, { signal })
      await node.disconnect(peer)
    },
    stop: () => node.stop()
  }
}
