/**
 * The machine's way to the network: a port of two methods, and node's `dgram` behind it. Whatever goes wrong in sending is a
 * datagram lost, as anywhere on the way; an ICMP message that comes back proves nothing, for anybody can write one.
 */
import { createSocket } from 'node:dgram'
import { PexError } from '@pex/core'

export interface DatagramSocket {
  /** Where it is bound. */
  readonly host: string
  readonly port: number
  send(bytes: Uint8Array, host: string, port: number): void
  close(): Promise<void>
}

/** Hears each datagram, in its turn. */
export type OnDatagram = (bytes: Uint8Array, host: string, port: number) => void

/** Binds a socket; port 0 lets the system choose. */
export type Bind = (host: string, port: number, onDatagram: OnDatagram) => Promise<DatagramSocket>

/** Receive and send buffers of a socket, bytes. Guess: some milliseconds of a flood, on top of what Linux gives (208 KiB). */
const BUFFER_BYTES = 1_048_576

/** A socket of the system. Fails with `PEX_INVALID_PARAMETER` where it cannot be bound. */
export const bindDgram: Bind = async (host, port, onDatagram) => {
  const isIp6 = host.includes(':')
  const socket = createSocket({
    type: isIp6 ? 'udp6' : 'udp4',
    // The same port may serve IPv4 by a socket of its own.
    ipv6Only: isIp6,
    recvBufferSize: BUFFER_BYTES,
    sendBufferSize: BUFFER_BYTES
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', cause =>
      reject(
        new PexError('PEX_INVALID_PARAMETER', `cannot listen on ${host} port ${port}: ${cause.message}`, {
          cause
        })
      )
    )
    socket.bind({ address: host, port, exclusive: true }, resolve)
  })
  socket.removeAllListeners('error')
  socket.on('error', () => {})
  socket.on('message', (bytes, { address, port: from }) => onDatagram(bytes, address, from))
  const bound = socket.address()
  return {
    host: bound.address,
    port: bound.port,
    // With a callback a failed look-up or send is reported there, and nowhere else.
    send: (bytes, to, toPort) => socket.send(bytes, toPort, to, () => {}),
    close: () => new Promise<void>(resolve => socket.close(() => resolve()))
  }
}
