/**
 * CometBFT's SecretConnection and MConnection over any duplex byte stream, in Node and browsers.
 *
 * @packageDocumentation
 */
export { duplexOf } from './duplex.ts'
export type { Duplex, SocketLike } from './duplex.ts'
export { ConnectionError, faults } from './errors.ts'
export type { Fault } from './errors.ts'
export type { Flow } from './flow-meter.ts'
export { nodeIdOf, nodeKey } from './identity.ts'
export { MConnectionMetrics } from './metrics.ts'
export type { ChannelCounts, Passed } from './metrics.ts'
export { MConnection } from './mconnection.ts'
export type { ChannelStatus, ConnectionStatus } from './mconnection.ts'
export { MessageStream } from './message-stream.ts'
export type { ChannelDescriptor, MConnectionInit } from './options.ts'
export { duplexPair } from './pair.ts'
export type { Aead, KeyPair, NodeKey, Primitives } from './primitives.ts'
export { secretConnection } from './secret-connection.ts'
export type { SecretConnection, SecretConnectionInit } from './secret-connection.ts'
