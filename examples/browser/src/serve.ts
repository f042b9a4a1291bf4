/**
 * Serves the page, and a host in Node that tabs ask first and that relays between them until they have a direct way.
 * `--port` for the page, 5173 by default; `--at` for an address that others than this machine reach.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { pex } from '@pex/transport-libp2p'
import { createLibp2p } from 'libp2p'
import { createServer } from 'vite'
import { NAMESPACE } from './namespace.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '5173' }, at: { type: 'string', default: '127.0.0.1' } }
})

const relay = await createLibp2p({
  addresses: { listen: [`/ip4/${values.at}/tcp/0/ws`] },
  // It holds only whom it could call: tabs, by their relayed addresses.
  transports: [webSockets(), circuitRelayTransport()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: {
    identify: identify(),
    relay: circuitRelayServer({ reservations: { maxReservations: 256 } }),
    pex: pex({ namespaces: [NAMESPACE], gossip: { tickMs: 2_000 } })
  }
})
const root = fileURLToPath(new URL('..', import.meta.url))
const site = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  cacheDir: `${root}node_modules/.vite`,
  resolve: {
    // In this workspace the packages are their sources.
    conditions: ['@pex/source', 'module', 'browser', 'development'],
    // LevelDB's browser half asks for Node's module of that name; the package stands in for it.
    alias: { events: fileURLToPath(import.meta.resolve('events/')) }
  },
  server: { host: values.at, port: Number(values.port), hmr: false }
})
await site.listen()
const [address] = relay.getMultiaddrs()
const { port } = site.httpServer!.address() as { port: number }
console.log(`open http://${values.at}:${port}/#${address!.toString()}`)

const stop = async (): Promise<void> => {
  await site.close()
  await relay.stop()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
