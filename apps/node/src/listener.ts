/**
 * What every HTTP listener of a host keeps to, metrics page and dashboard alike: an IP address to bind, bounds on who may hold
 * it up, and the check that a request names an address and not a name that somebody has made to lead here (threat T21).
 */
import type { Server, ServerOptions } from 'node:http'
import { isIP, isIPv4, isIPv6 } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Failure, systemCode } from './failure.ts'

/** Where something is served. */
export interface ListenAddress {
  /** An IP address. */
  readonly host: string
  /** 0 for a free one. */
  readonly port: number
}

/** A slow reader holds a connection for so long, ms; many more readers than anybody has. Guesses. */
const SLOW_MS = 10_000
const MAX_CONNECTIONS = 64
const MAX_HEADER_BYTES = 8_192

export const serverOptions: ServerOptions = { maxHeaderSize: MAX_HEADER_BYTES }

/** Bounds how long and how often a server's time can be taken; `idleMs`: without a byte either way. */
export function bound(server: Server, idleMs: number = SLOW_MS): void {
  server.headersTimeout = SLOW_MS
  server.requestTimeout = SLOW_MS
  server.timeout = idleMs
  server.maxConnections = MAX_CONNECTIONS
}

/**
 * Reads `127.0.0.1:9464`, `[::1]:0` or `localhost:9464`; nothing for anything else. Of names only that one: any other would
 * leave open which of its addresses is meant.
 */
export function readListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  if (match === null) return undefined
  const [, six, four = '', port] = match
  const isHost = six === undefined ? isIPv4(four) || four === 'localhost' : isIPv6(six)
  if (!isHost || Number(port) > 65_535) return undefined
  const host = six ?? four
  return { host: host === 'localhost' ? '127.0.0.1' : host, port: Number(port) }
}

/** Whether others than this machine can reach what is served there. */
export function isOpen({ host }: ListenAddress): boolean {
  return !(host === '::1' || host.startsWith('127.'))
}

/** Whether a Host header names an address, which nobody can make lead elsewhere: with a name, a web page might. */
export function namesAddress(header: string | undefined): boolean {
  const host = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(header ?? '')
  const name = host?.[1] ?? host?.[2] ?? ''
  return isIP(name) !== 0 || name.toLowerCase() === 'localhost'
}

/** Listens; resolves to the URL of the root, without a slash at its end. Fails with `PEX_LISTEN`; `what` is as on the command line. */
export function listen(server: Server, { host, port }: ListenAddress, what: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const shown = host.includes(':') ? `[${host}]` : host
  server.on('error', cause => {
    const verb = what === 'metrics' ? 'metrics cannot' : `the ${what} cannot`
    const message = `${verb} be served on ${shown}:${port} (${systemCode(cause)})`
    reject(new Failure('PEX_LISTEN', message, `--${what} with another port, or 127.0.0.1:0`, { cause }))
  })
  server.listen({ host, port, exclusive: true }, () =>
    resolve(`http://${shown}:${(server.address() as AddressInfo).port}`)
  )
  return promise
}

/** Ends whatever still goes on. */
export function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeAllConnections()
  return promise
}
