/** Datagrams as a port: what surveys and crawls need of UDP, so that they run in virtual time without it. Types only. */

/** Where a datagram comes from or goes to: an IP address in text form, and a port. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** An open socket. */
export interface DatagramSocket {
  readonly local: Endpoint
  /** Sends as the network pleases: whatever goes wrong is a lost datagram. */
  send(bytes: Uint8Array, to: Endpoint): void
  /** Idempotent. */
  close(): Promise<void>
}

/** Opens a socket; `receive` is called with each datagram. Fails with a `PexError` where the socket cannot be had. */
export type OpenSocket = (receive: (bytes: Uint8Array, from: Endpoint) => void) => Promise<DatagramSocket>
