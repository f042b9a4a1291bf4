/** The two streams that come with the package: real sockets on loopback, and pairs in memory. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { systemClock as clock } from '@pex/service'
import { afterEach, describe, expect, it } from 'vitest'
import { duplexOf, duplexPair, nodeKey, secretConnection } from '../src/index.ts'
import type { Duplex } from '../src/index.ts'
import { bytesOf, concat, hex, peer } from './kit.ts'

const open: Socket[] = []

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

async function sockets(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const here = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [there] = (await once(server, 'connection')) as [Socket]
  await (here.readyState === 'open' ? undefined : once(here, 'connect'))
  server.close()
  open.push(here, there)
  return [here, there]
}

async function readAll(duplex: Duplex): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of duplex.source) chunks.push(chunk)
  return concat(chunks)
}

describe('a socket as a stream', () => {
  it('carries the whole stack, and flushStop gets everything across', async () => {
    const ends = await Promise.all(
      (await sockets()).map(socket => secretConnection(duplexOf(socket), { key: nodeKey(), clock }))
    )
    let over = (): void => {}
    const end = new Promise<void>(resolve => {
      over = resolve
    })
    const sizes: number[] = []
    const init = { channels: [{ id: 1, sendQueueCapacity: 100 }], sendRate: 0, receiveRate: 0 }
    const from = peer(ends[0]!, clock, init)
    const to = peer(ends[1]!, clock, {
      ...init,
      onReceive: (_channel, { length }) => void sizes.push(length),
      onError: error => {
        expect(error).toMatchObject({ code: 'PEX_CLOSED', fault: undefined })
        over()
      }
    })
    for (let i = 0; i < 100; i++) from.connection.trySend(1, new Uint8Array(20_000 + i))
    expect(await from.connection.flushStop()).toBe(true)
    await end
    expect(sizes).toEqual(Array.from({ length: 100 }, (_, i) => 20_000 + i))
    expect([from.errors, to.connection.isRunning]).toEqual([[], false])
  })

  it('ends its source when it is aborted, and refuses writes', async () => {
    const [here] = await sockets()
    const stream = duplexOf(here)
    const read = readAll(stream)
    stream.abort()
    await read.catch(() => {})
    await expect(stream.write(bytesOf('01'))).rejects.toBeInstanceOf(Error)
    await stream.close()
    await stream.close()
  })

  it('survives a reset by the other side, of which reader and writer hear', async () => {
    const [here, there] = await sockets()
    const stream = duplexOf(here)
    const read = readAll(stream)
    there.resetAndDestroy()
    await expect(read).rejects.toMatchObject({ code: 'ECONNRESET' })
    await expect(stream.write(bytesOf('01'))).rejects.toBeInstanceOf(Error)
  })

  it('survives an error that comes when nobody reads or writes', async () => {
    const [here, there] = await sockets()
    duplexOf(here)
    here.resume()
    const closed = new Promise(resolve => here.on('close', resolve))
    there.resetAndDestroy()
    await closed
    expect(here.destroyed).toBe(true)
  })
})

describe('a pair in memory', () => {
  it('makes a writer wait while its room is taken', async () => {
    const [a, b] = duplexPair(10)
    let written = 0
    const work = (async () => {
      for (let i = 0; i < 5; i++) {
        await a.write(new Uint8Array(6))
        written++
      }
    })()
    await new Promise(setImmediate)
    expect(written).toBe(1)
    const chunks = b.source[Symbol.asyncIterator]()
    for (let i = 0; i < 5; i++) await chunks.next()
    await work
    expect(written).toBe(5)
  })

  it('closes when all has been read; then the reader is at its end, and writes fail', async () => {
    const [a, b] = duplexPair()
    await a.write(bytesOf('0102'))
    let isClosed = false
    const closed = a.close().then(() => void (isClosed = true))
    await new Promise(setImmediate)
    expect(isClosed).toBe(false)
    await expect(a.write(bytesOf('03'))).rejects.toMatchObject({ code: 'PEX_CLOSED' })
    expect(hex(await readAll(b))).toBe('0102')
    await closed
    await b.close()
    await b.close()
  })

  it('aborts at once at both ends, with what was said as the reason', async () => {
    const [a, b] = duplexPair(1)
    const write = b.write(bytesOf('0102'))
    a.abort(new Error('enough'))
    a.abort()
    await expect(write).rejects.toMatchObject({ code: 'PEX_CLOSED' })
    await expect(readAll(a)).rejects.toThrow('enough')
    await expect(readAll(b)).rejects.toMatchObject({ code: 'PEX_CLOSED', cause: { message: 'enough' } })
  })
})
