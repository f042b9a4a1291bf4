/** Two whole stacks over streams that go wrong by seeded chance: what comes is what was sent, or an error comes, in time. */
import { createHash } from 'node:crypto'
import { below } from '@pex/core'
import { fuzzedConnection, seeded, virtualClock, withSeed } from '@pex/testkit'
import type { FuzzOptions, SeededRng, VirtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { duplexPair, nodeKey, secretConnection } from '../src/index.ts'
import type { Duplex } from '../src/index.ts'
import { peer, randomBytes } from './kit.ts'
import type { Peer } from './kit.ts'

const channels = [
  { id: 0, priority: 1, sendQueueCapacity: 50 },
  { id: 1, priority: 3, sendQueueCapacity: 50 },
  { id: 0x20, priority: 10, sendQueueCapacity: 50 }
]
const seeds = Array.from({ length: 12 }, (_, seed) => seed)

/** Cuts what is read into pieces of any size. */
function choppy(duplex: Duplex, rng: SeededRng): Duplex {
  const { source } = duplex
  return {
    write: chunk => duplex.write(chunk),
    close: () => duplex.close(),
    abort: reason => duplex.abort(reason),
    source: (async function* () {
      for await (const chunk of source) {
        for (let at = 0; at < chunk.length;) {
          const size = 1 + below(rng, 900)
          yield chunk.slice(at, at + size)
          at += size
        }
      }
    })()
  }
}

interface World {
  readonly clock: VirtualClock
  readonly peers: readonly Peer[]
  /** What each has sent, by channel. */
  readonly sent: readonly ReadonlyMap<number, string[]>[]
}

async function world(
  rng: SeededRng,
  fuzz: (rng: SeededRng, clock: VirtualClock) => FuzzOptions
): Promise<World> {
  const clock = virtualClock()
  const ends = duplexPair(2_000).map((end, i) =>
    choppy(fuzzedConnection(end, fuzz(rng.fork(`fuzz ${i}`), clock)), rng.fork(`cut ${i}`))
  )
  const made = Promise.all(
    ends.map(end => secretConnection(end, { key: nodeKey(), clock, handshakeMs: 100_000 }))
  )
  // Delays want time to pass.
  await clock.runUntil(isDone(made), { maxMs: 200_000 })
  const peers = (await made).map(secret => peer(secret, clock, { channels, sendRate: 20_000 }))
  const sent = peers.map(({ connection }, side) => {
    const messages = new Map<number, string[]>(channels.map(({ id }) => [id, []]))
    const chance = rng.fork(`messages ${side}`)
    for (let i = 0; i < 60; i++) {
      const { id } = channels[below(chance, channels.length)]!
      // Each message begins with its channel: bytes that stray show themselves.
      const message = randomBytes(chance, 1 + below(chance, 4_000)).fill(id, 0, 1)
      if (connection.trySend(id, message)) messages.get(id)!.push(digest(message))
    }
    return messages
  })
  return { clock, peers, sent }
}

/** A message in few letters, so that a failure can be read. */
function digest(message: Uint8Array): string {
  return `${message.length} bytes on ${message[0]}, ${createHash('sha256').update(message).digest('hex').slice(0, 8)}`
}

function isDone(promise: Promise<unknown>): () => boolean {
  let done = false
  const end = (): void => void (done = true)
  promise.then(end, end)
  return () => done
}

/** What arrived on each channel is a beginning of what the other side sent there. */
function checkPrefixes({ peers, sent }: World): number {
  let complete = 0
  for (const [side, { received }] of peers.entries()) {
    for (const [id, messages] of sent[1 - side]!) {
      const heard = received.filter(([channel]) => channel === id).map(([, message]) => digest(message))
      expect(heard).toEqual(messages.slice(0, heard.length))
      complete += heard.length === messages.length ? 1 : 0
    }
  }
  return complete
}

describe('two ends over a stream', () => {
  it.each(seeds)('that delays everything: all arrives, in order, on its channel (seed %i)', seed =>
    withSeed(seed, async rng => {
      const all = await world(rng, (fork, clock) => ({ clock, rng: fork, mode: 'delay', maxDelayMs: 40 }))
      await all.clock.runUntil(() => checkPrefixes(all) === 2 * channels.length, { maxMs: 600_000 })
      expect(all.peers.flatMap(({ errors }) => errors)).toEqual([])
      for (const { connection } of all.peers) connection.stop()
      await all.clock.advance(100)
      expect(all.clock.pending).toBe(0)
    })
  )

  it.each(seeds)(
    'that loses bytes: all arrives, or one error each comes in time, and nothing wrong before it (seed %i)',
    seed =>
      withSeed(seed, async rng => {
        const all = await world(rng, (fork, clock) => ({
          clock,
          rng: fork,
          dropRw: 0.05,
          dropConnection: seed % 2 === 0 ? 0.005 : 0,
          sleep: 0.1,
          maxDelayMs: 50,
          afterMs: 1
        }))
        const isOver = (): boolean => all.peers.every(({ connection }) => !connection.isRunning)
        const isLucky = (): boolean => checkPrefixes(all) === 2 * channels.length
        // One in a hundred loses no write: then everything arrives. There is no third way.
        await all.clock.runUntil(() => isOver() || isLucky(), { maxMs: 600_000 })
        for (const { errors, connection } of all.peers) {
          expect(errors).toHaveLength(connection.isRunning ? 0 : 1)
          connection.stop()
        }
        await all.clock.advance(1_000)
        checkPrefixes(all)
        const codes = new Set(all.peers.flatMap(({ errors }) => errors.map(({ code }) => code)))
        for (const code of codes) expect(['PEX_REJECTED', 'PEX_CLOSED', 'PEX_TIMEOUT']).toContain(code)
        expect(all.clock.pending).toBe(0)
      })
  )

  it.each(seeds)(
    'that loses bytes in the handshake: it fails at both ends within its deadline (seed %i)',
    seed =>
      withSeed(seed, async rng => {
        const clock = virtualClock()
        const [a, b] = duplexPair()
        const lossy = fuzzedConnection(a, { clock, rng, dropRw: 0.6 })
        const outcomes = [lossy, b].map(async end =>
          secretConnection(end, { key: nodeKey(), clock }).then(
            () => 'made',
            (error: { code: string }) => error.code
          )
        )
        await clock.advance(3_000)
        const codes = await Promise.all(outcomes)
        for (const code of codes)
          expect(['made', 'PEX_TIMEOUT', 'PEX_CLOSED', 'PEX_REJECTED']).toContain(code)
        expect(clock.pending).toBe(0)
      })
  )
})

describe('a fuzzed connection', () => {
  it('in mode drop loses as many writes as it is told, and seems to have written them', async () => {
    const [a, b] = duplexPair(1 << 20)
    const fuzzed = fuzzedConnection(a, { clock: virtualClock(), rng: seeded(3) })
    for (let i = 0; i < 1_000; i++) await fuzzed.write(Uint8Array.of(1))
    void a.close()
    let arrived = 0
    for await (const chunk of b.source) arrived += chunk.length
    expect(arrived).toBeGreaterThan(750)
    expect(arrived).toBeLessThan(850)
  })

  it('gives nothing for a read that is dropped, and loses nothing that was to be read', async () => {
    const [a, b] = duplexPair(1 << 20)
    for (let i = 0; i < 100; i++) await a.write(Uint8Array.of(i))
    void a.close()
    const chunks: Uint8Array[] = []
    for await (const chunk of fuzzedConnection(b, { clock: virtualClock(), rng: seeded(3) }).source) {
      chunks.push(chunk)
    }
    expect(chunks.filter(({ length }) => length === 0).length).toBeGreaterThan(10)
    expect(chunks.flatMap(chunk => [...chunk])).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('in mode delay holds everything back for up to its longest delay', async () => {
    const clock = virtualClock()
    const [a] = duplexPair()
    const fuzzed = fuzzedConnection(a, { clock, rng: seeded(1), mode: 'delay', maxDelayMs: 100 })
    const times: number[] = []
    const work = (async () => {
      for (let i = 0; i < 20; i++) {
        const began = clock.now()
        await fuzzed.write(Uint8Array.of(1))
        times.push(clock.now() - began)
      }
    })()
    await clock.advance(2_000)
    await work
    expect(Math.max(...times)).toBeLessThanOrEqual(100)
    expect(Math.max(...times)).toBeGreaterThan(50)
  })

  it('closes the connection as often as it is told, and does nothing before its time', async () => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    const fuzzed = fuzzedConnection(a, { clock, rng: seeded(1), dropRw: 0, dropConnection: 1, afterMs: 10 })
    await fuzzed.write(Uint8Array.of(7))
    await clock.advance(10)
    await fuzzed.write(Uint8Array.of(8))
    await expect(b.write(Uint8Array.of(9))).rejects.toMatchObject({ code: 'PEX_CLOSED' })
  })
})
