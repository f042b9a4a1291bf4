/**
 * Calls a host once, as a stranger with a key for the occasion: who is there, and whether it speaks peer exchange in the
 * namespaces. One connection, one ping, goodbye.
 */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { NetworkScope, PexError } from '@pex/core'
import { udpTransport } from '@pex/transport-udp'
import { native } from '@pex/wire'
import { casmWire } from '@pex/wire/casm'
import { createLibp2p } from 'libp2p'
import type { Settings } from '../config.ts'
import { oneLine, systemCode } from '../failure.ts'
import { swarmKey } from '../secret.ts'

/** Whom a call met, or what stood in the way. */
export type Met =
  | { readonly met: 'peer'; readonly id: string }
  /** Somebody is there who does not speak peer exchange in any of these namespaces, or not this wire. */
  | { readonly met: 'stranger'; readonly id: string }
  | {
      readonly met: 'nobody'
      readonly why: 'refused' | 'silent' | 'no-name' | 'no-way' | 'broken'
      readonly detail: string
    }

export interface Caller {
  /** `address`: a multiaddr without a peer id. Never rejects. */
  call(address: string): Promise<Met>
  stop(): Promise<void>
}

export interface CallerInit extends Pick<Settings, 'namespace' | 'wire'> {
  /** The network's 32 bytes, if it is a closed one. */
  readonly secret: Uint8Array | undefined
  /** Longest time for one call, ms. */
  readonly ms: number
}

/** Calls over libp2p: TCP and WebSockets. */
export async function streamCaller({ namespace, wire, secret, ms }: CallerInit): Promise<Caller> {
  const node = await createLibp2p({
    transports: [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    ...(secret === undefined ? {} : { connectionProtector: preSharedKey({ psk: swarmKey(secret) }) }),
    services: { identify: identify() }
  })
  const protocols = protocolsOf(namespace, wire)
  return {
    async call(address) {
      const signal = AbortSignal.timeout(ms)
      try {
        const connection = await node.dial(multiaddr(address), { signal })
        const id = connection.remotePeer.toString()
        try {
          const stream = await connection.newStream(protocols, { signal })
          stream.abort(new Error('the doctor only wanted to know'))
          return { met: 'peer', id }
        } catch (error) {
          if ((error as Error).name === 'UnsupportedProtocolError') return { met: 'stranger', id }
          throw error
        } finally {
          await connection.close({ signal })
        }
      } catch (error) {
        return { met: 'nobody', ...whyOf(error, signal) }
      }
    },
    stop: async () => {
      await node.stop()
    }
  }
}

/** Calls over UDP. */
export async function datagramCaller({ namespace, wire, secret, ms }: CallerInit): Promise<Caller> {
  const scope = new NetworkScope('private')
  const privateKey = await generateKeyPair('Ed25519')
  const transport = udpTransport({ privateKey, listen: [], networkKey: secret, scope })
  await transport.start()
  const ping = native.encode({ type: 'ping' })!
  return {
    async call(address) {
      scope.configure([address])
      const signal = AbortSignal.timeout(ms)
      try {
        for (const protocol of protocolsOf(namespace, wire)) {
          try {
            const { from } = await transport.request({ addresses: [address] }, protocol, ping, { signal })
            return { met: 'peer', id: from }
          } catch (error) {
            if (!(error instanceof PexError) || error.code !== 'PEX_UNSUPPORTED') throw error
          }
        }
        return { met: 'stranger', id: '' }
      } catch (error) {
        return { met: 'nobody', ...whyOf(error, signal) }
      }
    },
    stop: () => transport.stop()
  }
}

function protocolsOf(namespaces: readonly string[], wire: Settings['wire']): string[] {
  const wires = { native: [native], casm: [casmWire()], both: [native, casmWire()] }[wire]
  return wires.flatMap(each => namespaces.map(namespace => each.protocolOf(namespace)))
}

const reasons: ReadonlyMap<string, 'refused' | 'silent' | 'no-name' | 'no-way'> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'silent'],
  ['ENOTFOUND', 'no-name'],
  ['EAI_AGAIN', 'no-name'],
  ['EHOSTUNREACH', 'no-way'],
  ['ENETUNREACH', 'no-way'],
  ['EADDRNOTAVAIL', 'no-way']
])

function whyOf(error: unknown, signal: AbortSignal): Omit<Extract<Met, { met: 'nobody' }>, 'met'> {
  const detail = oneLine((error as Error).message)
  for (const each of causes(error)) {
    const why = reasons.get(systemCode(each) ?? '')
    if (why !== undefined) return { why, detail }
  }
  const { code } = error as { code?: unknown }
  if (signal.aborted || code === 'PEX_TIMEOUT' || code === 'PEX_UNREACHABLE') return { why: 'silent', detail }
  return { why: 'broken', detail }
}

/** The error, and those within it; libp2p gathers what each address failed with. */
function* causes(error: unknown, depth = 0): Generator {
  if (typeof error !== 'object' || error === null || depth > 4) return
  yield error
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  yield* causes(cause, depth + 1)
  if (Array.isArray(errors)) for (const each of errors as unknown[]) yield* causes(each, depth + 1)
}
