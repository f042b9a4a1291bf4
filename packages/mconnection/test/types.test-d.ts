/** What the compiler tells who speaks CometBFT's wire; `npm run check` compiles it, nothing runs it. */
import { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Clock, PexError, PexErrorCode } from '@pex/core'
import {
  ConnectionError,
  duplexOf,
  duplexPair,
  MConnection,
  nodeIdOf,
  nodeKey,
  secretConnection
} from '@pex/mconnection'
import type { Duplex, Fault, NodeKey, Primitives, SecretConnection, SocketLike } from '@pex/mconnection'
import { primitives } from '@pex/mconnection/noble'
import { describe, expectTypeOf, it } from 'vitest'

declare const clock: Clock
declare const duplex: Duplex

describe('the types of a connection', () => {
  it('take sockets of Node, plain and TLS', () => {
    expectTypeOf<Socket>().toExtend<SocketLike>()
    expectTypeOf<TLSSocket>().toExtend<SocketLike>()
    expectTypeOf(duplexOf(new Socket())).toEqualTypeOf<Duplex>()
    expectTypeOf(duplexPair()).toExtend<readonly [Duplex, Duplex]>()
  })

  it('stack: a secret connection is a stream again', async () => {
    const secret = await secretConnection(duplex, { key: nodeKey(), clock })
    expectTypeOf(secret).toEqualTypeOf<SecretConnection>()
    expectTypeOf<SecretConnection>().toExtend<Duplex>()
    expectTypeOf(nodeIdOf(secret.remoteKey)).toBeString()
    // @ts-expect-error a deadline needs a clock
    await secretConnection(duplex, { key: nodeKey() })
  })

  it('want a channel, a receiver and somebody who hears of the end', async () => {
    const init = { channels: [{ id: 0 }], clock, onReceive: () => {}, onError: () => {} }
    expectTypeOf(await new MConnection(duplex, init).send(0, new Uint8Array())).toBeBoolean()
    const { onError: _, ...silent } = init
    // @ts-expect-error failures are not lost
    void new MConnection(duplex, silent)
    // @ts-expect-error channels have numbers
    void new MConnection(duplex, { ...init, channels: [0] })
    void new MConnection(duplex, {
      ...init,
      onError: error => expectTypeOf(error).toEqualTypeOf<ConnectionError>()
    })
  })

  it('say in every failure what kind it is, and whose fault where it is one', () => {
    expectTypeOf<ConnectionError>().toExtend<PexError>()
    expectTypeOf<ConnectionError['code']>().toEqualTypeOf<PexErrorCode>()
    expectTypeOf<ConnectionError['fault']>().toEqualTypeOf<Fault | undefined>()
    expectTypeOf<'bad-signature'>().toExtend<Fault>()
  })

  it('take cryptography of one’s own', () => {
    expectTypeOf(primitives).toExtend<Primitives>()
    expectTypeOf(nodeKey()).toEqualTypeOf<NodeKey>()
  })
})
