/**
 * TCP as a carrier: `node:net` and nothing else of Node. Places are literal addresses, so nothing is looked up here.
 *
 * @packageDocumentation
 */
import { createServer, connect } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { formatIp, parseIp } from '@pex/address-book'
import { abortError, PexError } from '@pex/core'
import type { Clock } from '@pex/core'
import { duplexOf } from '@pex/mconnection'
import type { Duplex } from '@pex/mconnection'
import type { Carrier, CarrierListener, Place } from '../carrier.ts'

export interface TcpInit {
  /** With a clock a connect has a deadline. @default none but the caller's signal; a `Switch` has its own */
  readonly clock?: Clock | undefined
  /** That deadline, ms. @default 1 000 (CometBFT, which has it fixed) */
  readonly dialMs?: number | undefined
  /** Sockets that a listener has open, most; more are closed as they come. @default 1 024; guess: a usual limit of descriptors */
  readonly maxSockets?: number | undefined
  /**
   * Connections that the system completes before they are taken, most. Who finds no place waits a second for his next try.
   * @default 511 (Node); measured: with 64 a flood of 1 000 a second costs every tenth honest caller that second
   */
  readonly backlog?: number | undefined
  /** The address that dials go out from. @default the system's choice */
  readonly localAddress?: string | undefined
}

/** Streams over TCP. */
export function tcp(init: TcpInit = {}): Carrier {
  return {
    dial: (to, { signal }) => dial(to, signal, init),
    listen: (at, onConnection) => listen(at, onConnection, init)
  }
}

function dial(to: Place, signal: AbortSignal, init: TcpInit): Promise<Duplex> {
  const { clock, dialMs = 1_000, localAddress } = init
  return new Promise<Duplex>((resolve, reject) => {
    if (signal.aborted) throw abortError(signal)
    const socket = connect({
      host: literal(to.ip),
      port: to.port,
      noDelay: true,
      keepAlive: true,
      localAddress
    })
    const fail = (error: PexError): void => {
      done()
      socket.destroy()
      // What an ended socket says afterwards is no news.
      socket.on('error', () => {})
      reject(error)
    }
    const cancel = clock?.after(dialMs, () => {
      fail(new PexError('PEX_TIMEOUT', `${shown(to)} did not answer within ${dialMs} ms`))
    })
    const onAbort = (): void => fail(abortError(signal))
    const onError = (cause: Error): void => {
      fail(new PexError('PEX_UNREACHABLE', `${shown(to)} cannot be reached`, { cause }))
    }
    const onConnect = (): void => {
      done()
      resolve(duplexOf(socket))
    }
    const done = (): void => {
      cancel?.()
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError).off('connect', onConnect)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', onError).once('connect', onConnect)
  })
}

async function listen(
  at: Place,
  onConnection: (stream: Duplex, from: Place) => void,
  init: TcpInit
): Promise<CarrierListener> {
  const { maxSockets = 1_024, backlog = 511 } = init
  let open = 0
  const server = createServer({ noDelay: true, keepAlive: true }, socket => {
    open++
    socket.once('close', () => open--)
    const { remoteAddress, remotePort } = socket
    const ip = parseIp((remoteAddress ?? '').split('%', 1)[0]!)
    const stream = duplexOf(socket)
    // Gone already.
    if (ip === undefined || remotePort === undefined) stream.abort()
    else onConnection(stream, { ip: formatIp(ip), port: remotePort })
  })
  server.maxConnections = maxSockets
  await bind(server, { host: literal(at.ip), port: at.port, backlog })
  const { address, port } = server.address() as AddressInfo
  const closed = new Promise<void>(resolve => server.once('close', resolve))
  return {
    place: { ip: address, port },
    close() {
      server.close()
      // Those that have been taken end with who took them.
      return open === 0 ? closed : Promise.resolve()
    }
  }
}

function bind(server: Server, to: { host: string; port: number; backlog: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', cause => {
      reject(
        new PexError('PEX_NO_ADDRESSES', `cannot listen at ${shown({ ip: to.host, port: to.port })}`, {
          cause
        })
      )
    })
    server.listen(to, () => {
      server.removeAllListeners('error')
      // A socket that could not be taken is one connection less.
      server.on('error', () => {})
      resolve()
    })
  })
}

/** Names are not for carriers. */
function literal(ip: string): string {
  if (parseIp(ip) !== undefined) return ip
  throw new PexError('PEX_INVALID_PARAMETER', `${JSON.stringify(ip)} is no IP address`)
}

function shown({ ip, port }: Place): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}
