/**
 * Typed request and response between peers, by type of message, over any `Transport` of `@pex/core`. Every way to fail has
 * its error, everything that waits has its bound, and nothing is tried twice behind the caller's back.
 *
 * @packageDocumentation
 */
export { bytes, json } from './codec.ts'
export type { Codec, Codecs } from './codec.ts'
export type { CallOptions, Reply } from './caller.ts'
export type { RpcCounts } from './counts.ts'
export { RpcError, RpcFailure } from './errors.ts'
export type { Refusal, RemoteFailure, RpcFault, RpcRejection } from './errors.ts'
export { createRpc } from './rpc.ts'
export type { Rpc, RpcInit } from './rpc.ts'
export type { CallContext, CallHandler } from './server.ts'
