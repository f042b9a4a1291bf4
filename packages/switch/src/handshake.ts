/**
 * From a bare stream to a peer that has said who it is: SecretConnection, then one `NodeInfo` each way, concurrently, each
 * stage with its own deadline (CometBFT's MultiplexTransport).
 */
import { abortError, PexError } from '@pex/core'
import type { Clock, PexErrorCode } from '@pex/core'
import { ConnectionError, MessageStream, nodeIdOf, secretConnection } from '@pex/mconnection'
import type { Duplex, NodeKey, Primitives, SecretConnection } from '@pex/mconnection'
import { SwitchError } from './errors.ts'
import type { Refusal, SwitchErrorDetail } from './errors.ts'
import {
  compatibility,
  decodeNodeInfo,
  encodeNodeInfo,
  MAX_NODE_INFO_BYTES,
  validateNodeInfo
} from './node-info.ts'
import type { NodeInfo } from './node-info.ts'

/** Each of the two stages, ms, default. From CometBFT, which has it fixed. */
const HANDSHAKE_MS = 3_000
/** Who is refused has so long to take what it was told, ms. Guess. */
const LINGER_MS = 1_000

export interface ExchangeInit {
  readonly clock: Clock
  /** Deadline, ms. @default 3 000 */
  readonly handshakeMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface UpgradeInit extends ExchangeInit {
  /** This node's key. */
  readonly key: NodeKey
  /** What to tell of this node; its `id` is the key's. */
  readonly nodeInfo: NodeInfo
  /** The id that must be there: who dials knows it. @default anybody */
  readonly expected?: string | undefined
  readonly primitives?: Primitives | undefined
  /** The first stage is over: somebody has proved this id. */
  readonly onSecured?: ((remoteId: string) => void) | undefined
}

/** A stream to a node that is authenticated and has told of itself. */
export interface Upgraded {
  readonly duplex: Duplex
  /** Valid, and compatible with ours. */
  readonly nodeInfo: NodeInfo
  readonly remoteId: string
}

/**
 * Both stages, and every rule for who may be a peer. Fails with a `SwitchError` that has all that was learnt of the other side;
 * the stream has been ended then.
 */
export async function upgrade(duplex: Duplex, init: UpgradeInit): Promise<Upgraded> {
  const { key, nodeInfo: ours, clock, expected, primitives } = init
  const secret = await secured(duplex, init)
  const { remoteId } = secret
  const refuse = (
    code: 'PEX_DIAL_SELF' | 'PEX_WRONG_PEER',
    refusal: Refusal,
    message: string
  ): SwitchError => {
    const error = new SwitchError(code, refusal, message, { remoteId })
    duplex.abort(error)
    return error
  }
  if (remoteId === nodeIdOf(key.publicKey, primitives && { primitives }))
    throw refuse('PEX_DIAL_SELF', 'self', 'this node itself is at the other end')
  if (expected !== undefined && remoteId !== expected)
    throw refuse('PEX_WRONG_PEER', 'wrong-id', `${remoteId} is there, not ${expected}`)
  init.onSecured?.(remoteId)
  const exchanged = await exchangeNodeInfo(secret, ours, init)
  const refusal = compatibility(ours, exchanged.nodeInfo)
  if (refusal === undefined) return { ...exchanged, remoteId }
  const { nodeInfo } = exchanged
  const error = new SwitchError('PEX_UNSUPPORTED', refusal, mismatch(refusal, ours, nodeInfo), {
    nodeInfo,
    remoteId
  })
  hangUp(exchanged.duplex, clock, error)
  throw error
}

/**
 * The second stage alone: tells of this node and hears of the other, whose node info is valid and names the id that it has
 * proved. Fails with a `SwitchError`; the stream has been ended then.
 */
export async function exchangeNodeInfo(
  secret: SecretConnection,
  ours: NodeInfo,
  { clock, handshakeMs = HANDSHAKE_MS, signal }: ExchangeInit
): Promise<{ duplex: Duplex; nodeInfo: NodeInfo }> {
  const { remoteId } = secret
  const controller = new AbortController()
  const late = new PexError('PEX_TIMEOUT', `no node info within ${handshakeMs} ms`)
  const cancel = clock.after(handshakeMs, () => controller.abort(late))
  const follow = (): void => controller.abort(abortError(signal!))
  signal?.addEventListener('abort', follow, { once: true })
  if (signal?.aborted === true) follow()
  const stream = new MessageStream(secret)
  try {
    const written = stream.write(encodeNodeInfo(ours))
    // Who closes at once may still have told of itself, and that is news.
    written.catch(() => {})
    const bytes = await stream.read(MAX_NODE_INFO_BYTES, { signal: controller.signal })
    const found = decodeNodeInfo(bytes)
    const nodeInfo = typeof found === 'string' ? undefined : found
    const fault = typeof found === 'string' ? found : validateNodeInfo(found, remoteId)
    if (fault !== undefined || nodeInfo === undefined)
      throw new SwitchError('PEX_REJECTED', 'bad-node-info', `its node info is wrong: ${fault}`, {
        nodeInfo,
        remoteId,
        fault
      })
    await untilAborted(written, controller.signal).catch((error: unknown) => {
      throw handshakeError(error, { nodeInfo, remoteId })
    })
    return { duplex: stream.unwrap(), nodeInfo }
  } catch (cause) {
    const error = handshakeError(cause, { remoteId })
    if (error.fault === undefined) secret.abort(error)
    else hangUp(secret, clock, error)
    throw error
  } finally {
    cancel()
    signal?.removeEventListener('abort', follow)
  }
}

async function secured(
  duplex: Duplex,
  { key, clock, handshakeMs, signal, primitives }: UpgradeInit
): Promise<SecretConnection> {
  try {
    return await secretConnection(duplex, { key, clock, handshakeMs, signal, primitives })
  } catch (error) {
    throw handshakeError(error)
  }
}

/** What a stream has failed with, as a refusal. */
function handshakeError(cause: unknown, detail: SwitchErrorDetail = {}): SwitchError {
  if (cause instanceof SwitchError) return cause
  const make = (
    ...[code, refusal, message, more]: [PexErrorCode, Refusal, string, SwitchErrorDetail?]
  ): SwitchError => new SwitchError(code, refusal, message, { ...detail, ...more, cause })
  if (!(cause instanceof PexError)) return make('PEX_REJECTED', 'bad-handshake', 'the handshake has failed')
  const { code, message } = cause
  if (code === 'PEX_TIMEOUT') return make(code, 'no-handshake', message)
  if (code === 'PEX_ABORTED') return make(code, 'stopped', message)
  if (code === 'PEX_CLOSED') return make(code, 'closed', `it closed in the handshake: ${message}`)
  if (detail.remoteId !== undefined && cause instanceof ConnectionError && cause.fault === 'oversize')
    return make('PEX_REJECTED', 'bad-node-info', 'its node info is too long', { fault: 'oversize' })
  return make('PEX_REJECTED', 'bad-handshake', message)
}

/** Ends a stream so that the other side can still read what it was told; at once where it takes its time. */
export function hangUp(duplex: Duplex, clock: Clock, reason?: Error): void {
  const cancel = clock.after(LINGER_MS, () => duplex.abort(reason))
  void duplex
    .close()
    .catch(() => duplex.abort(reason))
    .finally(cancel)
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>()
  const stop = (): void => aborted.reject(abortError(signal))
  aborted.promise.catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function mismatch(refusal: Refusal, ours: NodeInfo, theirs: NodeInfo): string {
  if (refusal === 'wrong-block')
    return `its block protocol is ${theirs.protocol.block}, ours ${ours.protocol.block}`
  // A stranger's text: quoted, so that it can break nothing.
  if (refusal === 'wrong-network')
    return `its chain is ${JSON.stringify(theirs.network)}, ours ${JSON.stringify(ours.network)}`
  return `it speaks on channels ${theirs.channels.join(', ')}, we on ${ours.channels.join(', ')}`
}
