/** Live, over TCP on loopback, against CometBFT's own SecretConnection and MConnection. Needs `go` on the PATH. */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { systemClock as clock } from '@pex/service'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { duplexOf, nodeKey, secretConnection } from '../src/index.ts'
import type { Duplex, SecretConnection } from '../src/index.ts'
import * as noble from '../src/noble.ts'
import { decodePacket } from '../src/packets.ts'
import { Parser } from '../src/parser.ts'
import { primitives } from '../src/platform.ts'
import { keysOf } from '../src/schedule.ts'
import { build, dial, GoPeer, hasGo, listen, sourcesOf, versions } from './go-peer.ts'
import { ascii, bytesOf, hex, peer } from './kit.ts'
import type { Peer } from './kit.ts'

// A bound on hanging. Nothing here is measured in time: a machine with other work takes long to start Go over and over.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const ECHO = 0x20
const channels = [0, 1, ECHO, 0x40].map((id, i) => ({
  id,
  priority: i + 1,
  sendQueueCapacity: 100,
  maxMessageBytes: 1 << 20
}))
const sizes = [1, 100, 1_023, 1_024, 1_025, 2_048, 10_000, 100_000, 1 << 20]
const BUILD_MS = 600_000

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Called whenever something has come. */
let heard = (): void => {}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise<void>(resolve => {
      heard = resolve
    })
  }
}

/** Resolves when the peer has received so many messages. */
async function received({ received }: Peer, count: number): Promise<Peer['received']> {
  await until(() => received.length >= count)
  return received
}

async function failed({ errors }: Peer): Promise<object> {
  await until(() => errors.length > 0)
  return errors[0]!
}

const skipped = hasGo ? '' : ' (skipped: go is not on the PATH)'

describe.skipIf(!hasGo).each(versions)(`with CometBFT %s${skipped}`, (_version, modFile) => {
  let binary: string
  let go: GoPeer
  let goKey: string
  // Bounded by the test.
  let open: Peer[] = []

  beforeAll(() => {
    binary = build(modFile)
  }, BUILD_MS)

  beforeEach(async () => {
    go = new GoPeer(binary)
    goKey = (await go.next('ready')).key!
  })

  afterEach(async () => {
    for (const { connection } of open) connection.stop()
    open = []
    await go.end()
  })

  /** A connection for which TypeScript has dialled. */
  async function dialled(init: { noble?: boolean; pingMs?: number } = {}): Promise<SecretConnection> {
    go.tell('listen', { pingMs: init.pingMs })
    const { address } = await go.next('listening')
    const library = init.noble === true ? noble.primitives : primitives
    const key = nodeKey(undefined, { primitives: library })
    const secret = await secretConnection(duplexOf(await dial(address!)), { key, clock, primitives: library })
    expect(hex(secret.remoteKey)).toBe(goKey)
    expect((await go.next('connected')).key).toBe(hex(key.publicKey))
    return secret
  }

  /** A connection for which Go has dialled. */
  async function called(): Promise<SecretConnection> {
    const { server, address } = await listen()
    go.tell('dial', { address })
    const [socket] = (await once(server, 'connection')) as [Socket]
    server.close()
    const key = nodeKey()
    const secret = await secretConnection(duplexOf(socket), { key, clock })
    expect(hex(secret.remoteKey)).toBe(goKey)
    expect((await go.next('connected')).key).toBe(hex(key.publicKey))
    return secret
  }

  function run(duplex: Duplex, init: object = {}): Peer {
    const started: Peer = peer(duplex, clock, {
      channels,
      sendRate: 0,
      receiveRate: 0,
      onReceive: (channel, message) => {
        started.received.push([channel, message])
        heard()
      },
      onError: error => {
        started.errors.push(error)
        heard()
      },
      ...init
    })
    open.push(started)
    return started
  }

  it.each([
    ['TypeScript has dialled', () => dialled()],
    ['TypeScript has dialled with noble', () => dialled({ noble: true })],
    ['Go has dialled', () => called()]
  ])('messages of every size go there and back when %s', async (_who, connect) => {
    const end = run(await connect())
    const messages = sizes.map((size, i) => new Uint8Array(size).fill(i + 1))
    for (const [i, message] of messages.entries()) {
      expect(await end.connection.send(ECHO, message)).toBe(true)
      expect(await go.next('received')).toEqual({
        event: 'received',
        channel: ECHO,
        size: message.length,
        sha256: sha256(message)
      })
      const messages = await received(end, i + 1)
      expect([messages[i]![0], sha256(messages[i]![1])]).toEqual([ECHO, sha256(message)])
    }
    expect(end.errors).toEqual([])
  })

  it('messages on every channel, also 0, arrive on theirs, both ways', async () => {
    const end = run(await called())
    for (const { id } of channels) {
      if (id === ECHO) continue
      expect(end.connection.trySend(id, Uint8Array.of(id))).toBe(true)
      expect(await go.next('received')).toMatchObject({ channel: id, sha256: sha256(Uint8Array.of(id)) })
      go.tell('send', { channel: id, size: 3_000 })
      expect((await go.next('sent')).ok).toBe(true)
    }
    const messages = await received(end, 3)
    expect(messages.map(([id, message]) => [id, message.length, message[2_999]])).toEqual(
      [0, 1, 0x40].map(id => [id, 3_000, id])
    )
  })

  it('pings and pongs keep both ends satisfied', async () => {
    // Either end gives the other ten milliseconds less than this for its pong.
    const secret = await dialled({ pingMs: 3_000 })
    const counts = { ping: 0, pong: 0, msg: 0 }
    const parser = new Parser(2_000)
    const seen = {
      ...secret,
      source: (async function* () {
        for await (const chunk of secret.source) {
          for (const bytes of parser.push(chunk)) counts[(decodePacket(bytes) as { kind: 'ping' }).kind]++
          heard()
          yield chunk
        }
      })()
    }
    const end = run(seen, { pingIntervalMs: 3_000, pongTimeoutMs: 2_990 })
    await until(() => end.errors.length > 0 || (counts.ping >= 2 && counts.pong >= 2))
    expect(end.errors).toEqual([])
    expect(end.connection.isRunning).toBe(true)
  })

  it('what was sent before flushStop arrives, both ways', async () => {
    const end = run(await dialled())
    for (let i = 0; i < 50; i++) expect(end.connection.trySend(1, new Uint8Array(5_000).fill(i))).toBe(true)
    expect(await end.connection.flushStop()).toBe(true)
    for (let i = 0; i < 50; i++) {
      expect((await go.next('received')).sha256).toBe(sha256(new Uint8Array(5_000).fill(i)))
    }
    expect((await go.next('error')).error).toContain('EOF')
  })

  it('what Go has sent before its FlushStop arrives, and then the end', async () => {
    const end = run(await called())
    for (let i = 0; i < 20; i++) go.tell('send', { channel: 1, size: 5_000 })
    go.tell('flush-stop')
    expect((await received(end, 20)).every(([, { length }]) => length === 5_000)).toBe(true)
    expect(await failed(end)).toMatchObject({ code: 'PEX_CLOSED', fault: undefined })
  })

  /** What Go makes of the bytes, followed by a message on channel 1. */
  async function verdictOf(bytes: Uint8Array): Promise<string> {
    const secret = await dialled()
    await secret.write(bytes)
    // Go may have closed the connection by now, for what it has read; it tells of that below.
    await secret.write(bytesOf('0b1a09080110011a03616263')).catch(() => {})
    const sum = sha256(ascii('abc'))
    for (;;) {
      const event = await go.next('received', 'error')
      if (event.event === 'received' && event.sha256 !== sum) continue
      secret.abort()
      return event.event
    }
  }

  it.each([
    ['a ping', '020a00', 'received'],
    ['a pong', '021200', 'received'],
    ['nothing', '00', 'error'],
    ['a ping and a pong in one', '040a001200', 'received'],
    ['fields to come', '072a01090a023801', 'received'],
    ['a length of two bytes where one would do', '8200 0a00', 'received'],
    ['a ping as a number', '020800', 'error'],
    ['an unknown kind', '022200', 'error'],
    ['field number 0', '020200', 'error'],
    ['a ping longer than it is', '020a05', 'error'],
    ['rot in a ping', '030a01ff', 'error'],
    ['an unknown channel', '041a020803', 'error'],
    ['channel 256', '051a03088002', 'error'],
    ['channel 257', '051a03088102', 'error'],
    ['channel -1', '0d1a0b08ffffffffffffffffff01', 'error'],
    ['fields in another order', '091a071a010510010801', 'received'],
    ['a part of a message, and the rest', '071a0508011a0109 091a0708011001 1a0108', 'received'],
    ['a packet of 1 034 bytes', `8a08 1a8708 0801 1001 1a8008${'00'.repeat(1_024)}`, 'received'],
    ['a packet of 1 035 bytes', `8b08 1a8808 0801 1001 1a8108${'00'.repeat(1_025)}`, 'error']
  ])('Go and we agree on %s', async (_what, text, verdict) => {
    const bytes = bytesOf(text)
    const { connection, errors } = peer(
      {
        source: (async function* () {
          yield bytes
          await new Promise(() => {})
        })(),
        write: async () => {},
        close: async () => {},
        abort: () => {}
      },
      clock,
      { channels }
    )
    await new Promise(setImmediate)
    expect(errors.length).toBe(verdict === 'error' ? 1 : 0)
    connection.stop()
    // What is cut off by design is no part of the comparison: the message that follows makes it whole.
    expect(await verdictOf(bytes)).toBe(verdict)
  })

  it('Go refuses a stranger who cannot prove its key, and so do we', async () => {
    go.tell('listen')
    const { address } = await go.next('listening')
    const real = nodeKey()
    const liar = { publicKey: nodeKey().publicKey, sign: real.sign }
    const socket = await dial(address!)
    // We hear Go's proof before it has looked at ours.
    const secret = await secretConnection(duplexOf(socket), { key: liar, clock })
    expect((await go.next('refused')).error).toContain('challenge verification failed')
    secret.abort()
  })

  it('the vectors are what Go makes', () => {
    const made = execFileSync(binary, ['vectors'], { encoding: 'utf8' })
    expect(made).toBe(readFileSync(join(import.meta.dirname, 'vectors', 'handshakes.json'), 'utf8'))
  })

  it('keys are derived as in every line of Go’s own golden file', () => {
    const file = join(
      sourcesOf(modFile),
      'p2p',
      'conn',
      'testdata',
      'TestDeriveSecretsAndChallengeGolden.golden'
    )
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(lines.length).toBe(32)
    for (const line of lines) {
      const [secret, isLeast, receive, send] = line.split(',')
      for (const library of [primitives, noble.primitives]) {
        const keys = keysOf(library, bytesOf(secret!), isLeast === 'true')
        expect([hex(keys.receive), hex(keys.send)]).toEqual([receive, send])
      }
    }
  })
})
