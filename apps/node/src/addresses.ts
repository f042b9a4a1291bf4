/**
 * The multiaddrs that a user gives, checked before anything is started: libp2p passes over in silence what no transport of
 * it can listen on, and names a taken port only in the middle of a long text.
 */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { TCP, WebSockets } from '@multiformats/multiaddr-matcher'
import { Failure, oneLine, systemCode } from './failure.ts'

const supported = '/ip4/<address>/tcp/<port>, the same with /ws, /ip4/<address>/udp/<port>/noise, or /ip6/…'

/** Fails with `PEX_USAGE` for an address on which this host cannot listen, whatever the state of the machine. */
export function checkListen(addresses: readonly string[], origin: string): void {
  for (const text of addresses) {
    const address = parse(text, origin)
    if (!carried(address) || !address.getComponents()[0]!.name.startsWith('ip')) {
      throw new Failure('PEX_USAGE', `${origin} "${oneLine(text)}" is no address to listen on`, supported)
    }
  }
}

/** Fails with `PEX_USAGE` for an address that this host cannot call. */
export function checkBootstrap(addresses: readonly string[], origin: string): void {
  for (const text of addresses) {
    const address = parse(text, origin)
    const bare = multiaddr(address.getComponents().filter(component => component.code !== CODE_P2P))
    if (!carried(bare)) {
      throw new Failure(
        'PEX_USAGE',
        `${origin} "${oneLine(text)}" is of no transport that pex has`,
        `${supported}, then /p2p/<id>`
      )
    }
  }
}

/** Fails with `PEX_USAGE` for a bootstrap address that a host which listens on these cannot call. */
export function checkReach(listen: readonly string[], bootstrap: readonly string[], origin: string): void {
  for (const text of bootstrap) {
    const overUdp = isUdp(text.replace(/\/p2p\/[^/]+$/, ''))
    if (listen.some(each => isUdp(each) === overUdp)) continue
    const [kind, example] = overUdp ? ['UDP', '/ip4/0.0.0.0/udp/0/noise'] : ['TCP', '/ip4/127.0.0.1/tcp/0']
    const message = `${origin} "${oneLine(text)}" leads over ${kind}, on which this host does not listen`
    throw new Failure('PEX_USAGE', message, `--listen ${example} as well`)
  }
}

/** Tries every address; fails with `PEX_LISTEN` for the first one on which nothing can listen now. */
export async function probeListen(addresses: readonly string[]): Promise<void> {
  for (const text of addresses) {
    const [host, port] = multiaddr(text).getComponents()
    try {
      await (isUdp(text) ? probeUdp : probeTcp)(host!.value!, Number(port!.value))
    } catch (error) {
      throw listenFailure(text, systemCode(error), error)
    }
  }
}

function listenFailure(text: string, code: string | undefined, cause: unknown): Failure {
  switch (code) {
    case 'EADDRINUSE':
      return new Failure(
        'PEX_LISTEN',
        `the port of ${text} is taken`,
        '--listen with another port, or with port 0 for a free one',
        {
          cause
        }
      )
    case 'EADDRNOTAVAIL':
      return new Failure(
        'PEX_LISTEN',
        `this machine does not have the address ${text}`,
        '--listen with /ip4/0.0.0.0/… for all of its addresses',
        {
          cause
        }
      )
    case 'EACCES':
      return new Failure('PEX_LISTEN', `you may not listen on ${text}`, '--listen with a port from 1024 on', {
        cause
      })
    default:
      return new Failure(
        'PEX_LISTEN',
        `nothing can listen on ${text} (${code})`,
        '--listen with another address',
        { cause }
      )
  }
}

function probeTcp(host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const server = createServer()
  server.once('error', reject)
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()))
  return promise
}

function probeUdp(address: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = createSocket(address.includes(':') ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' })
  socket.once('error', reject)
  socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve()))
  return promise
}

function parse(text: string, origin: string): Multiaddr {
  try {
    const address = multiaddr(text)
    const peer = address.getComponents().findLast(component => component.code === CODE_P2P)
    if (peer !== undefined) peerIdFromString(peer.value ?? '')
    return address
  } catch (error) {
    const example = '/ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…'
    throw new Failure('PEX_USAGE', `${origin} "${oneLine(text)}" is not a multiaddr`, example, {
      cause: error
    })
  }
}

function carried(address: Multiaddr): boolean {
  return TCP.exactMatch(address) || WebSockets.exactMatch(address) || isUdp(address.toString())
}

/** Whether an address is one of `@pex/transport-udp`; without the last word, it is as good for listening. */
export function isUdp(address: string): boolean {
  return /^\/ip[46]\/[^/]+\/udp\/\d+(\/noise)?$/.test(address)
}
