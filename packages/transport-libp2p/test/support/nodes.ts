/** Real libp2p nodes on loopback for tests: they are told what to listen on, and all of them are stopped at the end. */
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import type { Libp2p, ServiceMap } from '@libp2p/interface'
import { createLibp2p } from 'libp2p'
import type { Libp2pOptions } from 'libp2p'

export const TCP = '/ip4/127.0.0.1/tcp/0'
export const WS = '/ip4/127.0.0.1/tcp/0/ws'

/** A node that is not started. It pings nobody, so that traffic in tests is what the test makes. */
export function createNode<Services extends ServiceMap>(
  services: Libp2pOptions<Services>['services'],
  { listen = [TCP], ...options }: Libp2pOptions<Services> & { listen?: string[] } = {}
): Promise<Libp2p<Services>> {
  return createLibp2p({
    start: false,
    addresses: { listen },
    transports: [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    connectionManager: { inboundConnectionThreshold: Infinity, maxIncomingPendingConnections: Infinity },
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify(), ...services },
    ...options
  } as Libp2pOptions<Services>)
}

/** Resolves with the first event of the type that satisfies the condition. */
export function event<Detail>(
  target: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>,
  type: string,
  holds: (detail: Detail) => boolean = () => true
): Promise<Detail> {
  return new Promise(resolve => {
    const listener = ({ detail }: CustomEvent<Detail>): void => {
      if (!holds(detail)) return
      target.removeEventListener(type, listener as EventListener)
      resolve(detail)
    }
    target.addEventListener(type, listener as EventListener)
  })
}
