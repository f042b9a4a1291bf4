/** A UDP socket of Node as the port `DatagramSocket`. */
import { createSocket } from 'node:dgram'
import type { Socket, SocketOptions } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { PexError } from '@pex/core'
import type { DatagramSocket, Endpoint, OpenSocket } from '../socket.ts'

/** The first of these ports that is free; port 0 is any. */
export function udpSocket(address: string, ports: Iterable<number>): OpenSocket {
  return async receive => {
    let cause: unknown
    for (const port of ports) {
      try {
        const socket = await bound({ type: isIPv6(address) ? 'udp6' : 'udp4' }, { address, port })
        return asPort(socket, receive)
      } catch (error) {
        cause = error
      }
    }
    throw new PexError('PEX_UNREACHABLE', `no UDP port of ${address} can be had for discovery`, { cause })
  }
}

/** A socket that is bound, or the reason why it cannot be. */
export function bound(options: SocketOptions, { address, port }: Endpoint): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(options)
    const failed = (error: Error): void => {
      socket.close()
      reject(error)
    }
    socket.once('error', failed)
    socket.bind({ port, address }, () => {
      socket.off('error', failed)
      // What goes wrong from here on is a datagram that is lost.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

function asPort(socket: Socket, receive: (bytes: Uint8Array, from: Endpoint) => void): DatagramSocket {
  socket.on('message', receive)
  const { address, port } = socket.address()
  return {
    local: { address, port },
    send: (bytes, to) => sendTo(socket, bytes, to),
    close: () => closed(socket)
  }
}

/** Sends, and forgets what comes of it. */
export function sendTo(socket: Socket, bytes: Uint8Array, { address, port }: Endpoint): void {
  try {
    socket.send(bytes, port, address, () => {})
  } catch {
    // Closed meanwhile.
  }
}

/** Closes; a socket that is closed already is closed. */
export function closed(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    try {
      socket.close(() => resolve())
    } catch {
      resolve()
    }
  })
}
